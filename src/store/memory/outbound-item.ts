/** The things of the outbound queue in memory, and how they look from outside. */
import type {
  DeliveryRecord,
  HoldReason,
  ListedItem,
  Outbound,
  OutboundQueue,
  RecipientResult,
  RemoteReply,
  Selection,
  WaitingRecipient,
  Work,
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
  troubled: boolean;
  restsUntil: number | undefined;
  failures: number;
  reply: RemoteReply | undefined;
};
export type Kept = DeliveryRecord & { readonly messageId: string | undefined; readonly envid: string | undefined };

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

/** A remote host said 2xx. */
export const isTaken = (result: RecipientResult): result is Extract<RecipientResult, { readonly kind: "ended" }> =>
  result.kind === "ended" && (result.end === "delivered" || result.end === "relayed");

export function workIn(item: Item, destinationReply: RemoteReply | undefined): Work {
  const { id, claim, message, recipients, attempts, deadline } = item;
  return {
    item: id,
    claim,
    message: message.outbound,
    recipients: [...recipients],
    attempts,
    deadline,
    destinationReply,
  };
}

export function listedOf({ message, id, destination, recipients, state, attempts, at, deadline }: Item): ListedItem {
  return { message: message.outbound, item: id, destination, recipients, state, attempts, at, deadline };
}

/** As told: without what feedback is matched by. */
export function recordOf(kept: Kept): DeliveryRecord {
  const { message, account, sender, recipient, submittedAt, at, end, reply, feedback } = kept;
  return { message, account, sender, recipient, submittedAt, at, end, reply, feedback };
}
