/** The things of the outbound queue in memory, and how they look from outside. */
import { asMessageId } from "../envelope-id.ts";
import type { AccountId } from "../ids.ts";
import {
  type DeliveryRecord,
  type Feedback,
  type FeedbackNoted,
  type HoldReason,
  type ListedItem,
  type Outbound,
  type OutboundQueue,
  type QueueSums,
  type RecipientResult,
  type RemoteReply,
  type Selection,
  type Standing,
  type WaitingRecipient,
  type Work,
} from "../outbound-queue.ts";

export type Message = { readonly outbound: Outbound; readonly deadline: number; readonly octets: Uint8Array };
export type Item = {
  readonly id: number;
  readonly message: Message;
  readonly destination: string;
  recipients: WaitingRecipient[];
  state: "waiting" | "ready" | "claimed" | "held";
  at: number;
  tag: number;
  attempts: number;
  deadline: number;
  delayAt: number | undefined;
  claim: string;
  hold: HoldReason | undefined;
};
export type Destination = {
  standing: Standing;
  restsUntil: number | undefined;
  failures: number;
  reply: RemoteReply | undefined;
};
export type Kept = DeliveryRecord & {
  readonly destination: string;
  readonly messageId: string | undefined;
  readonly envid: string | undefined;
};

/** Of what nobody was asked about. */
export const UNHEARD: RemoteReply = { host: undefined, code: undefined, enhanced: "5.0.0", words: "", tls: undefined };

export function newItem(
  id: number,
  message: Message,
  destination: string,
  recipients: WaitingRecipient[],
  { dueAt, deadline, delayAt }: Parameters<OutboundQueue["add"]>[2],
): Item {
  return {
    id,
    message,
    destination,
    recipients,
    state: "waiting",
    at: dueAt,
    tag: 0,
    attempts: 0,
    deadline,
    delayAt,
    claim: "",
    hold: undefined,
  };
}

export function isSelected({ message: { outbound }, destination }: Item, selection: Selection | undefined): boolean {
  if (selection === undefined) return true;
  if (selection.kind === "message") return outbound.id === selection.id;
  if (selection.kind === "account") return outbound.account === selection.account;
  return destination === selection.destination;
}

export function isLate(
  { state, hold, at, delayAt = Infinity }: Item,
  restsUntil: number | undefined,
  now: number,
  dueBefore: number,
): boolean {
  if (state === "claimed" || delayAt > now) return false;
  const isKeptBack = hold !== undefined || (state === "waiting" && at > now) || (restsUntil ?? 0) > now;
  return isKeptBack || at < dueBefore;
}

type Ended = Extract<RecipientResult, { readonly kind: "ended" }>;

/** A remote host said 2xx. */
export const isTaken = (result: RecipientResult): result is Ended => result.kind === "ended" && isTakenEnd(result.end);
export const isTakenEnd = (end: DeliveryRecord["end"]): boolean => end === "delivered" || end === "relayed";

/** A destination that nothing is held against; `isWell` when it took something lately. */
export const unknown = (isWell: boolean): Destination => ({
  standing: isWell ? "well" : "new",
  restsUntil: undefined,
  failures: 0,
  reply: undefined,
});

export function workIn(item: Item, destinationReply: RemoteReply | undefined): Work {
  const { id, claim, message, recipients, attempts, deadline, hold } = item;
  const own = { message: message.outbound, recipients: [...recipients], destinationReply };
  return { item: id, claim, attempts, deadline, hold, ...own };
}

export function listedOf(
  { message, id, destination, recipients, state, attempts, hold, at, deadline }: Item,
  { restsUntil, reply: destinationReply }: Destination,
): ListedItem {
  const rest = { restsUntil, destinationReply };
  return { message: message.outbound, item: id, destination, recipients, state, attempts, hold, at, deadline, ...rest };
}

/** As told: without what feedback is matched by. */
export function recordOf(kept: Kept): DeliveryRecord {
  const { message, account, sender, recipient, submittedAt, at, end, reply, feedback } = kept;
  return { message, account, sender, recipient, submittedAt, at, end, reply, feedback };
}

/** What was dropped while it was on its way, and arrived all the same. */
export function corrected(known: Kept, work: Work, result: Ended): Kept {
  const address = work.recipients.find(({ id }) => id === result.recipient)?.address;
  const isIt = known.message === work.message.id && known.recipient === address && known.end === "dropped";
  return isIt ? { ...known, end: result.end, reply: result.reply } : known;
}

/** What a report is about, and what of it is to be noted. */
export function matched(
  records: readonly Kept[],
  account: AccountId,
  { delivery, messageId, envid, recipients }: Parameters<OutboundQueue["noteFeedback"]>[1],
  feedback: Feedback | undefined,
): { readonly verdict: FeedbackNoted; readonly fresh: ReadonlySet<Kept> } {
  const own = records.filter((known) => known.account === account);
  const isOf = (known: Kept): boolean => envid !== undefined && known.envid === envid;
  const isNamed = (known: Kept): boolean => messageId !== undefined && known.messageId === messageId;
  const asNamed = asMessageId(envid);
  const proven = own.filter((known) => known.message === delivery || (isOf(known) && known.messageId !== asNamed));
  const named = proven.filter(({ recipient }) => recipients.includes(recipient.toLowerCase()));
  const fresh = new Set((named.length > 0 ? named : proven).filter((one) => one.feedback === undefined));
  const complained = new Set(proven.filter((one) => one.feedback === "complaint").map(({ message }) => message));
  const counts = [...fresh].some(({ message }) => feedback === "bounce" || !complained.has(message));
  if (proven.length > 0) return { verdict: feedback !== undefined && counts ? "noted" : "known", fresh };
  const hasIds = delivery !== undefined || messageId !== undefined || envid !== undefined;
  const isAbout = (known: Kept): boolean =>
    hasIds ? isOf(known) || isNamed(known) : recipients.includes(known.recipient.toLowerCase());
  return { verdict: own.some(isAbout) ? "named" : "unknown", fresh };
}

export function sumsOf(messages: number, items: readonly Item[], destinations: readonly Destination[]): QueueSums {
  const held = items.filter((item) => item.hold !== undefined).length;
  const troubled = destinations.filter(({ standing }) => standing === "troubled").length;
  return { messages, items: items.length, held, troubled };
}
