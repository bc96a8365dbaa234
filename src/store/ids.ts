/** The names of things at rest. Branded, so that one kind is never taken for another; made only here. */

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** An account: 32 hexadecimal digits, random, never reused; also the name of its file. */
export type AccountId = Branded<string, "AccountId">;
/** A mailbox within its account; never reused. */
export type MailboxId = Branded<number, "MailboxId">;
/** RFC 9051 section 2.3.1.1: unique in its mailbox, ascending, never reused. */
export type Uid = Branded<number, "Uid">;
/** RFC 7162 section 3.1: one number a commit that changes a mailbox; 53 bits at most. */
export type ModSeq = Branded<number, "ModSeq">;
/** The octets of one message within its account; several mails may name it (COPY). */
export type ContentId = Branded<number, "ContentId">;
/** One acceptance of one message by SMTP: 32 hexadecimal digits. A store takes each at most once. */
export type DeliveryId = Branded<string, "DeliveryId">;

/** @throws RangeError when `text` is not 32 lower-case hexadecimal digits. */
export function accountId(text: string): AccountId {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new RangeError("an account id has 32 hexadecimal digits");
  return text as AccountId;
}

/** @throws RangeError when `text` is not 32 lower-case hexadecimal digits. */
export function deliveryId(text: string): DeliveryId {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new RangeError("a delivery id has 32 hexadecimal digits");
  return text as DeliveryId;
}

export const mailboxId = (n: number): MailboxId => n as MailboxId;
export const uid = (n: number): Uid => n as Uid;
export const modSeq = (n: number): ModSeq => n as ModSeq;
export const contentId = (n: number): ContentId => n as ContentId;
