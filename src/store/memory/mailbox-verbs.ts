/** The verbs of the memory store's writer that concern mailboxes as such: make, delete, rename, subscribe, quota. */
import { fromNumbers } from "../../syntax/bytes/number-set.ts";
import { modSeq } from "../ids.ts";
import type { MailWriter } from "../mail-store.ts";
import {
  addMail,
  addMailbox,
  addParents,
  byName,
  flagsOf,
  type MemoryMailbox,
  namesOf,
  removeMails,
  stateOf,
} from "./mail-account.ts";
import type { WriterContext } from "./writer-context.ts";

type MailboxVerbs = Pick<
  MailWriter,
  "createMailbox" | "deleteMailbox" | "renameMailbox" | "subscribe" | "setQuota" | "quotaTold"
>;

export function mailboxVerbs({ account, now, limits, sized, tell, vanished }: WriterContext): MailboxVerbs {
  /** RFC 9051 section 6.3.6: renaming INBOX moves its mails and leaves it there, empty. */
  const emptyInbox = (inbox: MemoryMailbox, name: string): void => {
    const all = account();
    const target = addMailbox(all, name, undefined, now());
    const rows = [...inbox.mails.values()];
    if (rows.length > 0) {
      target.highestModSeq += 1;
      for (const row of rows) {
        addMail(all, target, { ...row, flags: flagsOf(all, target, namesOf(all, row.flags)), savedDate: now() });
      }
      inbox.highestModSeq += 1;
      const uids = fromNumbers(rows.map((row) => row.uid));
      vanished(inbox, uids, removeMails(all, inbox, rows, limits.vanishedCommits));
    }
    tell(target.id, modSeq(target.highestModSeq));
    tell(inbox.id, modSeq(inbox.highestModSeq));
  };

  return {
    async createMailbox(name, specialUse) {
      const all = account();
      if (byName(all, name) !== undefined) return { kind: "name-taken" };
      const missing = missingLevels(name, (parent) => byName(all, parent) === undefined);
      if (name.split("/").length > limits.levels || all.mailboxes.size + missing > limits.mailboxes) {
        return { kind: "too-many" };
      }
      addParents(all, name, now());
      const made = addMailbox(all, name, specialUse, now());
      tell(made.id, modSeq(made.highestModSeq));
      return { kind: "made", mailbox: stateOf(made) };
    },

    async deleteMailbox(id) {
      const all = account();
      const mailbox = all.mailboxes.get(id);
      if (mailbox === undefined) return { kind: "no-mailbox" };
      if (mailbox.name === "INBOX") throw new RangeError("INBOX cannot be deleted");
      vanished(mailbox, undefined, removeMails(all, mailbox, [...mailbox.mails.values()], limits.vanishedCommits));
      all.mailboxes.delete(id);
      sized();
      tell(id, undefined);
      return { kind: "done" };
    },

    async renameMailbox(id, name) {
      const all = account();
      const mailbox = all.mailboxes.get(id);
      if (mailbox === undefined) return { kind: "no-mailbox" };
      const old = mailbox.name;
      if (byName(all, name) !== undefined || name.startsWith(`${old}/`)) return { kind: "name-taken" };
      if (old === "INBOX") {
        addParents(all, name, now());
        emptyInbox(mailbox, name);
        return { kind: "done" };
      }
      const below = [...all.mailboxes.values()].filter((box) => box.name.startsWith(`${old}/`));
      if (below.some((box) => byName(all, name + box.name.slice(old.length)) !== undefined)) {
        return { kind: "name-taken" };
      }
      addParents(all, name, now());
      for (const box of [mailbox, ...below]) {
        box.name = name + box.name.slice(old.length);
        tell(box.id, undefined);
      }
      return { kind: "done" };
    },

    async subscribe(name, subscribed) {
      if (subscribed) account().subscriptions.add(name);
      else account().subscriptions.delete(name);
    },

    async setQuota(quotaBytes) {
      account().quotaBytes = quotaBytes;
      sized();
    },

    async quotaTold(crossedAt) {
      const all = account();
      if (all.quotaMarks.crossedAt === crossedAt) all.quotaMarks = { ...all.quotaMarks, crossedAt: undefined };
    },
  };
}

function missingLevels(name: string, isMissing: (parent: string) => boolean): number {
  let missing = 1;
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    if (isMissing(name.slice(0, at))) missing += 1;
  }
  return missing;
}
