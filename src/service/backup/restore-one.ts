/**
 * What comes back while the service runs: one account whose file is lost or damaged, made anew; or mails of a folder and a
 * period, put beside the living ones. Whoever calls has been through the gate; the holder is told.
 */
import { createHash } from "node:crypto";
import { HostError } from "../../host/host-error.ts";
import type { AccountSnapshot, ArchivedMail } from "../../store/account-archive.ts";
import type { Account } from "../../store/directory.ts";
import type { MailboxId } from "../../store/ids.ts";
import type { MailStore, MailWriter, NewMail } from "../../store/mail-store.ts";
import type { Notices } from "../notices/notices.ts";
import { readSet, type SetHead, type SetLine } from "./backup-set.ts";
import { readLedger } from "./ledger-entries.ts";
import { packReader } from "./packs.ts";
import { readPart } from "./part.ts";
import type { BackupParts, Progress } from "./parts.ts";
import type { HalfOpener } from "./private-halves.ts";
import { restoredContent } from "./restored-content.ts";
import { chooseSet, restoreMail } from "./restore-everything.ts";

export type RestoredMail = { readonly set: string; readonly madeAt: number; readonly mails: number };

/** Which mails of a set: of a mailbox and those below it, that came from (inside) to (outside), epoch milliseconds. */
export type WantedMails = { readonly folder: string; readonly from: number; readonly to: number };

export type RestoringParts = {
  readonly parts: BackupParts;
  readonly mail: MailStore;
  readonly notices: Notices;
  readonly halves: HalfOpener;
  readonly signal: AbortSignal;
};

/** Makes the account's file anew, without what was deleted since. Its record stays as it is. @throws HostError, PlaceError, StoreError. */
export async function restoreAccount(
  { parts, mail, notices, halves, signal }: RestoringParts,
  account: Account,
  id: string | undefined,
): Promise<RestoredMail> {
  const { head, line } = await lineOf(parts, halves, account, id);
  const deleted = await readLedger(parts.escrow, parts.sealing, halves);
  const mails = await restoreMail(parts, mail, line, deleted, signal);
  parts.log("backup.restored", { account: account.id, set: head.id, what: "account", messages: mails });
  await tell(parts, notices, account, head, mails, "account");
  return { set: head.id, madeAt: head.madeAt, mails };
}

/** Mails appended in one commit. */
const MAILS_AT_ONCE = 20;

/**
 * Puts mails of the set into `Restored YYYY-MM-DD/...` of the living account, whatever the ledger says: the holder asked
 * for what he deleted.
 */
export async function restoreFolder(
  { parts, mail, notices, halves, signal }: RestoringParts,
  account: Account,
  id: string | undefined,
  wanted: WantedMails,
  progress: Progress,
): Promise<RestoredMail> {
  const { head, line } = await lineOf(parts, halves, account, id);
  const snapshot = await readPart(parts.target, parts.sealing, account.id, line);
  const chosen = mailsOf(snapshot, wanted);
  const total = [...chosen.values()].reduce((sum, mails) => sum + mails.length, 0);
  if (total === 0) throw new HostError("the set holds no mail of that folder and period; INBOX is written in capitals");
  const contents = new Map(snapshot.contents.map((content) => [content.id, content]));
  const wantedContents = new Set([...chosen.values()].flat().map(({ content }) => content));
  const reader = packReader(
    parts.target,
    parts.sealing,
    account.id,
    snapshot.contents.filter((content) => wantedContents.has(content.id)),
  );
  const top = `Restored ${new Date(parts.clock.now()).toISOString().slice(0, 10)}`;
  const writer = mail.write(account.id);
  let done = 0;
  for (const [name, mails] of chosen) {
    const mailbox = await mailboxNamed(mail, writer, account, `${top}/${name}`);
    for (let at = 0; at < mails.length; at += MAILS_AT_ONCE) {
      signal.throwIfAborted();
      const slice: NewMail[] = [];
      for (const { content, system, keywords, internalDate, zoneMinutes } of mails.slice(at, at + MAILS_AT_ONCE)) {
        const found = contents.get(content);
        if (found === undefined)
          throw new HostError("a part names a content that it does not hold: the set is damaged");
        const back = await restoredContent(reader, parts.archive, found);
        slice.push({ ...back, flags: { system, keywords }, internalDate, zoneMinutes });
      }
      const outcome = await writer.append(mailbox, slice);
      if (outcome.kind === "over-quota")
        throw new HostError(`the account has no room for more: ${done} of ${total} mails are back; raise its quota`);
      if (outcome.kind !== "appended")
        throw new HostError(`the holder deleted the folder meanwhile: ${done} of ${total} mails came back`);
      done += slice.length;
      progress("mails", done, total);
    }
  }
  parts.log("backup.restored", { account: account.id, set: head.id, what: "folder", messages: total });
  await tell(parts, notices, account, head, total, "folder");
  return { set: head.id, madeAt: head.madeAt, mails: total };
}

/** Mails by the name of their mailbox. */
function mailsOf(
  snapshot: AccountSnapshot,
  { folder, from, to }: WantedMails,
): ReadonlyMap<string, readonly ArchivedMail[]> {
  const isInside = (name: string): boolean => folder === "" || name === folder || name.startsWith(`${folder}/`);
  const names = new Map(snapshot.mailboxes.filter(({ name }) => isInside(name)).map(({ id, name }) => [id, name]));
  const mails = snapshot.mails.filter(
    ({ mailbox, internalDate }) => names.has(mailbox) && internalDate >= from && internalDate < to,
  );
  return Map.groupBy(mails, ({ mailbox }) => names.get(mailbox) ?? "");
}

async function mailboxNamed(mail: MailStore, writer: MailWriter, account: Account, name: string): Promise<MailboxId> {
  const made = await writer.createMailbox(name);
  if (made.kind === "made") return made.mailbox.id;
  if (made.kind === "too-many")
    throw new HostError("the account has as many folders as it may have: delete some first");
  return idOf(mail, account, name);
}

async function idOf(mail: MailStore, account: Account, name: string): Promise<MailboxId> {
  const mailbox = await mail.read(account.id).mailbox(name);
  if (mailbox === undefined) throw new HostError("the holder deleted the folder meanwhile: repeat the command");
  return mailbox.id;
}

async function lineOf(
  parts: BackupParts,
  halves: HalfOpener,
  account: Account,
  id: string | undefined,
): Promise<{ readonly head: SetHead; readonly line: SetLine }> {
  const head = await chooseSet(parts, halves, id);
  const { lines } = await readSet(parts.target, parts.sealing, head);
  const line = lines.find(({ record }) => record.account.id === account.id);
  if (line === undefined)
    throw new HostError(`the account is not in set ${head.id}: "altmail backup list" shows others`);
  return { head, line };
}

async function tell(
  { clock }: BackupParts,
  notices: Notices,
  account: Account,
  head: SetHead,
  messages: number,
  what: string,
): Promise<void> {
  const at = clock.now();
  const occasion = createHash("sha256").update(`${what} ${head.id} ${at}`).digest("hex");
  await notices.tell(account.id, { kind: "mail-restored", at, messages, takenAt: head.madeAt }, `restored ${occasion}`);
}
