/** A DNS for tests that shows what `altmail dns print` printed, as if an operator had published it. */
import type { Names } from "../queue/route-names.fixture.ts";

type Fields = readonly string[];
const bare = (name: string | undefined): string => (name ?? "").replace(/\.$/, "");

const READERS: Readonly<Record<string, (fields: Fields) => unknown>> = {
  A: ([address]) => address,
  AAAA: ([address]) => address,
  CNAME: ([target]) => bare(target),
  MX: ([preference, exchange]) => ({ preference: Number(preference), exchange: bare(exchange) }),
  TXT: (strings) => strings.map((text) => text.slice(1, -1).replace(/\\(.)/g, "$1")).join(""),
  SRV: ([priority, weight, port, target]) => ({
    priority: Number(priority),
    weight: Number(weight),
    port: Number(port),
    target: bare(target),
  }),
  TLSA: ([usage, selector, matchingType, data]) => ({
    usage: Number(usage),
    selector: Number(selector),
    matchingType: Number(matchingType),
    data: Uint8Array.from(Buffer.from(data ?? "", "hex")),
  }),
  CAA: ([flags, tag, value]) => ({ flags: Number(flags), tag, value: value?.slice(1, -1) }),
  PTR: ([target]) => bare(target),
};

type Entries = Readonly<Record<string, { readonly records: readonly unknown[] }>>;

const aliased = (entries: Entries = {}, target: string): Record<string, unknown> =>
  Object.fromEntries(
    ["A", "AAAA"].flatMap((type) => (entries[type] === undefined ? [] : [[type, { ...entries[type], at: target }]])),
  );

/** Reads the lines of the page. `also` are lines of other zones: PTR records are comments on the page. */
export function publishedNames(page: string, also: readonly string[] = []): Names {
  const names: Record<string, Record<string, { records: unknown[] }>> = { "": { NS: { records: ["a.root.test"] } } };
  for (const line of [...page.split("\n"), ...also]) {
    const [, name, type = "", data = ""] = /^([^;\s]\S*) \d+ IN ([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const at = (names[bare(name)] ??= {});
    const fields = data.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    (at[type] ??= { records: [] }).records.push(READERS[type]?.(fields));
  }
  // As a resolver follows them.
  for (const at of Object.values(names)) {
    const target = at["CNAME"]?.records[0];
    if (typeof target === "string") Object.assign(at, aliased(names[target], target));
  }
  return names;
}
