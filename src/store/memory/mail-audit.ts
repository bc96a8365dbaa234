/** Audits a memory account: counts everything anew and compares with what the commits kept. */
import { max } from "../../syntax/bytes/number-set.ts";
import { DELETED, keywordSetOf, SEEN, systemOf } from "../flags.ts";
import type { Finding } from "../mail-store.ts";
import { quotaMarks } from "../quota-marks.ts";
import { type MemoryAccount, type MemoryMailbox, usageOf } from "./mail-account.ts";

export function audit(account: MemoryAccount): readonly Finding[] {
  const findings: Finding[] = [];
  const names = new Set<string>();
  const uses = new Map<number, number>();
  for (const mailbox of account.mailboxes.values()) {
    if (names.has(mailbox.name)) findings.push({ rule: "names are unique", detail: `mailbox ${mailbox.id}` });
    names.add(mailbox.name);
    for (const rule of brokenRules(mailbox, account)) findings.push({ rule, detail: `mailbox ${mailbox.id}` });
    for (const row of mailbox.mails.values()) uses.set(row.content, (uses.get(row.content) ?? 0) + 1);
  }
  const { quotaMarks: marks, quotaBytes } = account;
  if (quotaMarks(marks, usageOf(account).octets, quotaBytes, 0) !== marks)
    findings.push({ rule: "quota marks hold", detail: "account" });
  if (!names.has("INBOX")) findings.push({ rule: "INBOX exists", detail: "account" });
  for (const [id, content] of account.contents) {
    if (content.mails !== (uses.get(id) ?? 0)) findings.push({ rule: "content uses", detail: `content ${id}` });
    uses.delete(id);
  }
  for (const id of uses.keys()) findings.push({ rule: "content exists", detail: `content ${id}` });
  return findings;
}

function brokenRules(mailbox: MemoryMailbox, account: MemoryAccount): readonly string[] {
  const rows = [...mailbox.mails.values()];
  const holds: Readonly<Record<string, boolean>> = {
    "messages counted": mailbox.messages === rows.length,
    "unseen counted": mailbox.unseen === rows.filter((row) => (systemOf(row.flags) & SEEN) === 0).length,
    "deleted counted": mailbox.deleted === rows.filter((row) => (systemOf(row.flags) & DELETED) !== 0).length,
    "octets counted": mailbox.octets === rows.reduce((sum, row) => sum + row.size, 0),
    "uids ascend": rows.every((row, at) => row.uid > (rows[at - 1]?.uid ?? 0)),
    "uids below uidnext": rows.every((row) => row.uid < mailbox.uidNext),
    "modseqs within highest": rows.every((row) => row.modSeq <= mailbox.highestModSeq),
    "sizes match contents": rows.every((row) => account.contents.get(row.content)?.octets.length === row.size),
    "keyword sets known": rows.every((row) => keywordSetOf(row.flags) <= account.keywordSets.length),
    "vanished below uidnext": mailbox.vanished.every((entry) => (max(entry.uids) ?? 0) < mailbox.uidNext),
    "vanished log ascends": mailbox.vanished.every(
      (entry, at) => entry.modSeq > (mailbox.vanished[at - 1]?.modSeq ?? mailbox.vanishedFloor),
    ),
    "vanished within highest": mailbox.vanished.every((entry) => entry.modSeq <= mailbox.highestModSeq),
  };
  return Object.keys(holds).filter((rule) => holds[rule] !== true);
}
