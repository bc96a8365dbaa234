/** Made-up mail on its way, for tests of the outbound queue and of what works it off. */
import { randomBytes } from "node:crypto";
import { type AccountId, accountId, type DeliveryId, deliveryId } from "../ids.ts";
import type {
  ClaimWish,
  Outbound,
  OutboundRecipient,
  RecipientResult,
  RemoteReply,
  Report,
  ReportedRecipient,
  Settlement,
  Work,
} from "../outbound-queue.ts";

const hex = (): string => randomBytes(16).toString("hex");
export const newId = (): DeliveryId => deliveryId(hex());
export const ALICE: AccountId = accountId("a1".repeat(16));
export const BOB: AccountId = accountId("b0".repeat(16));

type Submitted = Omit<Outbound, "size">;

export const outbound = (more: Partial<Submitted> = {}): Submitted => ({
  id: newId(),
  account: ALICE,
  sender: "alice@example.org",
  messageId: `${hex()}@example.org`,
  body: "7BIT",
  smtpUtf8: false,
  tlsWish: "policy",
  ret: undefined,
  envid: undefined,
  submittedAt: 1000,
  ...more,
});

export const recipient = (address: string, more: Partial<OutboundRecipient> = {}): OutboundRecipient => ({
  address,
  destination: address.slice(address.indexOf("@") + 1),
  notify: undefined,
  orcpt: undefined,
  ...more,
});

export const reply = (code: number, words = "as told", more: Partial<RemoteReply> = {}): RemoteReply => ({
  host: "mx.example.net",
  code,
  enhanced: `${Math.floor(code / 100)}.0.0`,
  words,
  tls: "TLSv1.3",
  ...more,
});

export const wish = (now: number, more: Partial<ClaimWish> = {}): ClaimWish => ({
  now,
  until: now + 1000,
  standing: "new",
  except: new Set(),
  most: 10,
  ...more,
});

/** With the same words of all of them. */
export const report = (action: ReportedRecipient["action"], ...addresses: readonly string[]): Report => ({
  id: newId(),
  recipients: addresses.map((address) => ({
    address,
    orcpt: undefined,
    action,
    reply: reply(action === "delayed" ? 451 : 550),
    cause: undefined,
  })),
});

/** The same result for all recipients of the item. */
export const allOf = (work: Work, end: "delivered" | "failed" | "waits"): RecipientResult[] =>
  work.recipients.map(({ id }) =>
    end === "waits"
      ? { kind: "waits", recipient: id, reply: reply(451) }
      : { kind: "ended", recipient: id, end, reply: reply(end === "failed" ? 550 : 250) },
  );

export const settlement = (now: number, more: Partial<Settlement> = {}): Settlement => ({
  now,
  results: [],
  reports: [],
  retryAt: now + 100,
  attempted: true,
  ...more,
});
