/**
 * What became of what an account sent: for each recipient how and when it ended, what the other side said, and under which
 * TLS it was handed over. For its holder, for ten days (promise D2), without content. Pages, newest first.
 */
import { type Clock, HOUR } from "../../host/clock.ts";
import type { AccountId, DeliveryId } from "../../store/ids.ts";
import type { DeliveryRecord, Feedback, Finding, OutboundMail, RecipientEnd } from "../../store/outbound-queue.ts";

/** Values as they are; remote words may hold anything printable and are to be shown as text. */
export type SentRecipient = {
  readonly message: DeliveryId;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  readonly endedAt: number;
  readonly sender: string;
  readonly recipient: string;
  readonly end: RecipientEnd;
  /** The other side's host; `undefined`: none was reached. */
  readonly host: string | undefined;
  readonly code: number | undefined;
  /** RFC 3463. */
  readonly enhanced: string;
  readonly words: string;
  /** Of our own findings, as `RemoteReply` has it. */
  readonly finding?: Finding;
  /** The host's own words where they are not code and words as above. */
  readonly said?: string;
  /** Version, cipher, and how sure the host's name was; `undefined`: none. */
  readonly tls: string | undefined;
  readonly feedback: Feedback | undefined;
};

/** Where the next page begins; opaque to others. */
export type SentPosition = { readonly at: number; readonly passed: number };

export type SentPage = { readonly recipients: readonly SentRecipient[]; readonly next: SentPosition | undefined };

export type SentWish = {
  /** Not before then; epoch milliseconds. */
  readonly since?: number | undefined;
  /** `next` of the page before; records that came since do not move it. */
  readonly from?: SentPosition | undefined;
  readonly most: number;
};

const LIFE_MS: number = 240 * HOUR;

/** @throws StoreError */
export async function sentPage(
  { queue, clock }: { readonly queue: Pick<OutboundMail, "records">; readonly clock: Clock },
  account: AccountId,
  { since = 0, from, most }: SentWish,
): Promise<SentPage> {
  // The job that erases them comes once an hour, and not while the service is down.
  const records = await queue.records(account, Math.max(since, clock.now() - LIFE_MS));
  const rest = from === undefined ? records : behind(records, from);
  const page = rest.slice(0, most);
  const last = page.at(-1);
  const next = last === undefined || rest.length <= most ? undefined : positionBehind(last.at, page, from);
  return { recipients: page.map(sentRecipient), next };
}

/** Records of one moment have no order that a time could name: so many of them were passed. */
function behind(records: readonly DeliveryRecord[], { at, passed }: SentPosition): readonly DeliveryRecord[] {
  return [...records.filter((one) => one.at === at).slice(passed), ...records.filter((one) => one.at < at)];
}

function positionBehind(at: number, page: readonly DeliveryRecord[], from: SentPosition | undefined): SentPosition {
  const passed = page.filter((one) => one.at === at).length;
  return { at, passed: from?.at === at ? from.passed + passed : passed };
}

function sentRecipient({
  message,
  submittedAt,
  at,
  sender,
  recipient,
  end,
  reply,
  feedback,
}: DeliveryRecord): SentRecipient {
  return { message, submittedAt, endedAt: at, sender, recipient, end, ...reply, feedback };
}
