/** The numbers of a public report on staff access, counted from the lines of the chain: no account, no reason, no name. */
import type { ChainLine } from "../../host/record/chain.ts";
import type { TransparencyRow } from "./access.ts";

/** In order of years, then of scopes. @param to outside. */
export function transparencyOf(lines: readonly ChainLine[], from: number, to: number): readonly TransparencyRow[] {
  const withSingleTold = new Set(
    lines
      .filter(({ what, says }) => what === "told" && (says["how"] === "told" || says["how"] === "everyone"))
      .map(({ says }) => says["access"]),
  );
  const openings = lines.filter(({ what, at }) => what === "opened" && at >= from && at < to);
  const groups = Map.groupBy(openings, ({ at, says }) => `${new Date(at).getUTCFullYear()} ${says["scope"]}`);
  const rows = [...groups].map(([name, own]): TransparencyRow => {
    const [year = "", scope = ""] = name.split(" ");
    const ids = new Set(own.map(({ says }) => says["access"]));
    return {
      year: Number(year),
      scope,
      opened: own.length,
      onAll: own.filter(({ says }) => says["of"] === "all").length,
      barred: own.filter(({ says }) => says["barred"] === "yes").length,
      uses: lines.filter(({ what, says }) => what === "used" && ids.has(says["access"])).length,
      told: [...ids].filter((id) => withSingleTold.has(id)).length,
    };
  });
  return rows.toSorted((a, b) => a.year - b.year || (a.scope < b.scope ? -1 : 1));
}
