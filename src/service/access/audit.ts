/** Holds the public chain of staff access against the sealed records and against the head that left the machine last. */
import { type ChainAudit, type ChainLine, CHAIN_START } from "../../host/record/chain.ts";
import type { AccessEntry, SentHead } from "../../store/access-records.ts";
import type { Finding } from "../../store/mail-store.ts";
import { digestOf } from "./entry.ts";
import { KEPT_MS } from "./erasure.ts";

const FOLLOWS = "each line of the record of access follows from those before it";
const HAS_RECORD = "a line of the record of access has its sealed record, or it was erased in its time";
const HAS_LINE = "a sealed record of access has its line in the chain";
const GOES_ON = "the record of access goes on from the head that left the machine";

export function auditAccess(
  chain: ChainAudit,
  entries: readonly AccessEntry[],
  sent: SentHead | undefined,
): readonly Finding[] {
  if (chain.kind === "altered") return [{ rule: FOLLOWS, detail: `line ${chain.line}` }];
  const { lines } = chain;
  const findings: Finding[] = [];
  const byAccess = Map.groupBy(lines, ({ says }) => says["access"]);
  const byLine = new Map(entries.map((entry) => [entry.line, entry]));
  for (const entry of entries) {
    const line = entry.line === undefined ? undefined : lines[entry.line - 1];
    if (
      line === undefined ||
      line.at !== entry.at ||
      line.what !== entry.what ||
      line.says["digest"] !== digestOf(entry)
    )
      findings.push({ rule: HAS_LINE, detail: `entry ${entry.n} of access ${entry.access}` });
  }
  for (const line of lines)
    if (line.what !== "erased" && !byLine.has(line.n) && !wasErasedInTime(byAccess.get(line.says["access"]) ?? []))
      findings.push({ rule: HAS_RECORD, detail: `line ${line.n}` });
  if (sent !== undefined && headAfter(lines, sent.entries) !== sent.head)
    findings.push({ rule: GOES_ON, detail: `the head after ${sent.entries} lines is another` });
  return findings;
}

/** The chain tells it alone: the last telling of this access is long ago when its erasure is written down. */
function wasErasedInTime(own: readonly ChainLine[]): boolean {
  const erased = own.find(({ what }) => what === "erased");
  const told = own.findLast(({ what }) => what === "told");
  return erased !== undefined && told !== undefined && erased.at >= told.at + KEPT_MS;
}

const headAfter = (lines: readonly ChainLine[], count: number): string | undefined =>
  count === 0 ? CHAIN_START : lines[count - 1]?.head;
