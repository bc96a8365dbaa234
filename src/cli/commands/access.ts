/** The commands on the gate: accesses are opened, closed, looked at and audited here; they show nothing of any mail. */
import type { Access, AccessDetails, AccessLine, TransparencyRow } from "../../service/access/access.ts";
import { readRequest } from "../../service/access/approval.ts";
import { done, type Given, type Outcome, type StoreCommand, text } from "../command.ts";
import { OPERATOR, operatorName } from "../gate.ts";
import { BAR_OPTIONS, barOf, OPENING_ARGUMENTS, OPENING_OPTIONS, openingOf } from "./access-opening.ts";
import { addressed, type Addressed, detailsText, lineText, transparencyText } from "./access-text.ts";

const id = { name: "id", summary: "the access, as open and list show it" } as const;
const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });
const plainly = (result: Awaited<ReturnType<Access["close"]>>): Outcome =>
  result.kind === "refused" ? result : done({});

/** The service cannot know who calls: the client says it. */
const ask = async (given: Given): Promise<Given> => ({ ...given, operator: operatorName(given) });

export const accessCommands: readonly StoreCommand[] = [
  {
    name: "access open",
    where: "stores",
    access: "content-free",
    summary: "Open an access for commands that could lead to content or to a log-in; its holder is told",
    description:
      "Answers with an id that such commands take as --access. The record is written before; the holder is told at once by mail with reason and case, or when a legal bar ends. With --approval alone all else is taken from what the second operator signed. docs/access.md has the rules.",
    arguments: OPENING_ARGUMENTS,
    options: [
      ...OPENING_OPTIONS,
      {
        name: "approval",
        value: "TEXT",
        summary: 'what "altmail access approve" printed, where the settings ask for it',
      },
    ],
    examples: [
      'altmail access open ada@example.org --scope log-in --reason "holder lost the password, wrote from the recovery address" --case T-482 --home var',
      'altmail access open --all --scope logs --reason "log-ins tried from a botnet" --case T-483 --for 4h --home var',
    ],
    ask,
    async work({ access, directory }, given) {
      const approval = text(given, "approval") || undefined;
      const isBare = approval !== undefined && given["address"] === undefined && given["all"] === undefined;
      const opening = isBare ? readRequest(approval)?.opening : openingOf(given);
      if (opening === undefined) return refused("this is no approval: give what altmail access approve printed");
      if (typeof opening === "string") return refused(opening);
      const result = await access.open(opening, approval);
      return result.kind === "refused" ? result : done(await addressed(directory, result.access));
    },
    show: (line: Addressed<AccessLine>) => lineText(line),
  },
  {
    name: "access close",
    where: "stores",
    access: "content-free",
    summary: "End an access before its time",
    arguments: [id],
    options: [OPERATOR],
    examples: ["altmail access close 5d41402abc4b2a76 --home var"],
    ask,
    work: async ({ access }, given) => plainly(await access.close(text(given, "id"), text(given, "operator"))),
    show: () => "closed: it opens nothing from now on",
  },
  {
    name: "access bar",
    where: "stores",
    access: "content-free",
    summary: "Set or renew a legal bar on telling the holder, or lift it",
    description:
      "A bar ends within 12 months and can be renewed until then. You are reminded of it by mail every 30 days. When it ends or is lifted the holder is told.",
    arguments: [id],
    options: [...BAR_OPTIONS, { name: "lift", summary: "end the bar now" }, OPERATOR],
    examples: [
      'altmail access bar 5d41402abc4b2a76 --bar-until 2026-12-31 --bar-basis "section 101a (6) StPO, order 7 Gs 12/26" --home var',
      "altmail access bar 5d41402abc4b2a76 --lift --home var",
    ],
    ask,
    async work({ access }, given) {
      const bar = given["lift"] === true ? "lifted" : barOf(given);
      if (typeof bar === "string" && bar !== "lifted") return refused(bar);
      const result = await access.bar(text(given, "id"), bar, text(given, "operator"));
      if (result.kind === "done") await access.tellDue();
      return plainly(result);
    },
    show: () => "written down; the holder is told when it ends",
  },
  {
    name: "access list",
    where: "stores",
    access: "content-free",
    summary: "List the accesses on record, the newest first",
    arguments: [],
    options: [],
    examples: ["altmail access list --home var"],
    work: async ({ access, directory }) =>
      done(await Promise.all((await access.list()).map((line) => addressed(directory, line)))),
    show: (lines: readonly Addressed<AccessLine>[]) => lines.map(lineText).join("\n"),
  },
  {
    name: "access show",
    where: "stores",
    access: "content-free",
    summary: "Show an access with everything on its record",
    arguments: [id],
    options: [],
    examples: ["altmail access show 5d41402abc4b2a76 --home var"],
    async work({ access, directory }, given) {
      const result = await access.show(text(given, "id"));
      return result.kind === "refused" ? result : done(await addressed(directory, result.access));
    },
    show: (access: Addressed<AccessDetails>) => detailsText(access),
  },
  {
    name: "access numbers",
    where: "stores",
    access: "content-free",
    summary: "Count accesses by year and scope, for the public report",
    arguments: [],
    options: [{ name: "year", value: "YYYY", summary: "this year alone" }],
    examples: ["altmail access numbers --year 2026 --home var"],
    async work({ access }, given) {
      const year = Number(given["year"]);
      if (given["year"] === undefined) return done(access.transparency(0, Number.MAX_SAFE_INTEGER));
      if (!(year >= 2000 && year < 10_000)) return refused("--year takes a year: 2026");
      return done(access.transparency(Date.UTC(year, 0), Date.UTC(year + 1, 0)));
    },
    show: (rows: readonly TransparencyRow[]) => transparencyText(rows),
  },
  {
    name: "access audit",
    where: "stores",
    access: "content-free",
    summary: "Audit the record of accesses: the chain against itself, the sealed records, the head that left",
    arguments: [],
    options: [],
    examples: ["altmail access audit --home var"],
    async work({ access }) {
      const findings = await access.audit();
      if (findings.length > 0)
        return refused(
          [`${findings.length} findings:`, ...findings.map((each) => `${each.rule}: ${each.detail}`)].join("\n"),
        );
      return done({ ...access.head(), headSentAt: await access.headSentAt() });
    },
    show: ({ entries, head }: { readonly entries: number; readonly head: string }) =>
      `${entries} lines, nothing found\nhead: ${head}`,
  },
];
