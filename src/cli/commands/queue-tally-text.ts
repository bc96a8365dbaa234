/** The queue counted by destination or account, as a table for people. */
import { given as asText } from "../../service/notices/letter.ts";
import type { Tally } from "../../service/queue/desk.ts";
import type { Counts } from "../../service/queue/tally.ts";
import { MORE, span, sumsText, tableLines } from "./queue-text.ts";

export type TallyText = Tally & { readonly now: number };

export function tallyText({ now, sums, by, groups, beyond, isMore }: TallyText): string {
  if (groups.length === 0) return sums.items === 0 ? sumsText(sums) : `${sumsText(sums)}\nnothing of it fits`;
  const row = ({ parts, recipients, held, oldestAt }: Counts, name: string): readonly string[] => [
    String(parts),
    String(recipients),
    String(held),
    span(now - oldestAt),
    name,
  ];
  const rows = [
    ...groups.map((group) => row(group, group.name === undefined ? NOBODY : asText(group.name))),
    ...(beyond === undefined ? [] : [row(beyond, "(all further ones)")]),
  ];
  const columns = ["PARTS", "RCPT", "HELD", "OLDEST", by.toUpperCase()];
  return [sumsText(sums), "", ...tableLines(columns, rows), ...(isMore ? ["", MORE] : [])].join("\n");
}

const NOBODY = "(the service itself, or an account that is gone)";
