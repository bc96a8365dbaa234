/**
 * What the ledger takes away from a part that is restored: mail that was deleted after the part was made (promise D5),
 * and nothing else. The octets decide, not the place: mail that was moved or copied away and then deleted here is not
 * lost because its new place is younger than the part; it comes back in its old mailbox. There it gets a new UID, above
 * all that were ever given: clients know its old one as gone, and would never fetch it again.
 */
import { EMPTY, fromRanges, has, type NumberSet, union } from "../syntax/bytes/number-set.ts";
import { type AccountSnapshot, type ArchivedMail, RESTORE_GAP, type Vanished } from "./account-archive.ts";
import { type ContentId, type MailboxId, uid } from "./ids.ts";

type Gone = {
  readonly contents: NumberSet;
  readonly uids: ReadonlyMap<MailboxId, NumberSet>;
  readonly mailboxes: ReadonlySet<MailboxId>;
};

/**
 * Leaves out what vanished after the snapshot was taken: mails whose contents are gone; places that are gone, where the
 * same content has another; deleted mailboxes that are then empty. `vanished`: in any order, all of this account.
 */
export function leaveOutVanished(snapshot: AccountSnapshot, vanished: readonly Vanished[]): AccountSnapshot {
  const gone = gather(snapshot, vanished);
  const hasPlace = (mail: ArchivedMail): boolean =>
    !gone.mailboxes.has(mail.mailbox) && !has(gone.uids.get(mail.mailbox) ?? EMPTY, mail.uid);
  const living = snapshot.mails.filter((mail) => !has(gone.contents, mail.content));
  const standing = new Set<ContentId>();
  for (const mail of living) if (hasPlace(mail)) standing.add(mail.content);
  const kept = living.filter((mail) => hasPlace(mail) || !standing.has(mail.content));
  const { mails, given } = renumber(kept, hasPlace, snapshot);
  const contents = new Set(mails.map((mail) => mail.content));
  const filled = new Set(mails.map((mail) => mail.mailbox));
  return {
    ...snapshot,
    mailboxes: snapshot.mailboxes
      .filter(({ id }) => !gone.mailboxes.has(id) || filled.has(id))
      .map((mailbox) => ({ ...mailbox, uidNext: uid(mailbox.uidNext + (given.get(mailbox.id) ?? 0)) })),
    mails,
    contents: snapshot.contents.filter(({ id }) => contents.has(id)),
  };
}

/** Gives new UIDs to mails whose places are gone, beyond the gap that a restore makes; `given`: how many, by mailbox. */
function renumber(
  kept: readonly ArchivedMail[],
  hasPlace: (mail: ArchivedMail) => boolean,
  { mailboxes }: AccountSnapshot,
): { readonly mails: readonly ArchivedMail[]; readonly given: ReadonlyMap<MailboxId, number> } {
  const next = new Map(mailboxes.map(({ id, uidNext }) => [id, uidNext + RESTORE_GAP]));
  const given = new Map<MailboxId, number>();
  const mails = kept.map((mail) => {
    if (hasPlace(mail)) return mail;
    const count = given.get(mail.mailbox) ?? 0;
    given.set(mail.mailbox, count + 1);
    return { ...mail, uid: uid((next.get(mail.mailbox) ?? RESTORE_GAP) + count) };
  });
  return { mails: mails.toSorted((a, b) => a.mailbox - b.mailbox || a.uid - b.uid), given };
}

/** An entry about a mailbox of the same number and another UIDVALIDITY speaks of another mailbox. */
function gather(snapshot: AccountSnapshot, vanished: readonly Vanished[]): Gone {
  const validity = new Map(snapshot.mailboxes.map(({ id, uidValidity }) => [id, uidValidity]));
  const uids = new Map<MailboxId, NumberSet>();
  const mailboxes = new Set<MailboxId>();
  let contents: NumberSet = EMPTY;
  for (const entry of vanished) {
    if (entry.contents !== undefined) contents = union(contents, decodeSet(entry.contents));
    if (validity.get(entry.mailbox) !== entry.uidValidity) continue;
    if (entry.uids === undefined) mailboxes.add(entry.mailbox);
    else uids.set(entry.mailbox, union(uids.get(entry.mailbox) ?? EMPTY, decodeSet(entry.uids)));
  }
  return { contents, uids, mailboxes };
}

/** Reads what `encodeSet` of syntax/imap wrote. @throws RangeError when it is no set of numbers. */
function decodeSet(text: string): NumberSet {
  return fromRanges(
    text.split(",").map((part) => {
      const [low = 0, high = low] = part.split(":").map(Number);
      if (!(low > 0 && low <= high)) throw new RangeError("an entry of the ledger holds no set of numbers");
      return [low, high];
    }),
  );
}
