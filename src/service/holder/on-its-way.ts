/**
 * What an account sent and others have not taken yet: for its holder, recipient by recipient, without content. What became
 * of the rest is told by service/queue/delivery-record.ts.
 */
import type { Clock } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { ListedItem, OutboundMail, RemoteReply } from "../../store/outbound-queue.ts";

/** Values as they are; remote words may hold anything printable and are to be shown as text. */
export type RecipientOnItsWay = {
  readonly recipient: string;
  /** As it stands in the envelope; empty for the null path. */
  readonly sender: string;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  /** The last that was heard; `undefined`: nothing yet. */
  readonly reply: RemoteReply | undefined;
  readonly next: NextTry;
};

export type NextTry =
  | { readonly kind: "now" }
  /** Epoch milliseconds; of what is due, now. */
  | { readonly kind: "at"; readonly at: number }
  /** `account`: the account may not send. */
  | { readonly kind: "held"; readonly by: "account" | "operator" };

export type OnItsWay = { readonly recipients: readonly RecipientOnItsWay[]; readonly isMore: boolean };

/** In the order of acceptance, as many as `most`. @throws StoreError */
export async function onItsWay(
  { queue, clock }: { readonly queue: Pick<OutboundMail, "list">; readonly clock: Clock },
  account: AccountId,
  most: number,
): Promise<OnItsWay> {
  const items = await queue.list({ kind: "account", account }, 0, most + 1);
  const now = clock.now();
  const recipients = items.flatMap((item) => recipientsOf(item, now));
  return { recipients: recipients.slice(0, most), isMore: recipients.length > most };
}

function recipientsOf(item: ListedItem, now: number): readonly RecipientOnItsWay[] {
  const { sender, submittedAt } = item.message;
  const next = nextTry(item, now);
  return item.recipients.map(({ address, reply = item.destinationReply }) => ({
    recipient: address,
    sender,
    submittedAt,
    reply,
    next,
  }));
}

function nextTry({ state, hold, at, restsUntil = 0 }: ListedItem, now: number): NextTry {
  switch (state) {
    case "claimed":
      return { kind: "now" };
    case "held":
      return { kind: "held", by: hold ?? "operator" };
    case "ready":
    case "waiting":
      return { kind: "at", at: Math.max(now, at, restsUntil) };
  }
}
