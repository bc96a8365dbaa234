/**
 * What becomes of mail from outside: `Inbound` as inbound.ts describes it, and the rule of the 250.
 *
 * A message gets an id; each recipient's store commits it under that id, with a fingerprint of sender, recipient and
 * octets as received, by which a peer that missed our reply and repeats is recognized. 250 is said when every store
 * has it durably, or when some have and the sealed queue has it for the rest. What nobody has is answered with 4xx.
 * Which account an address belongs to was decided at RCPT; an account named twice gets one copy.
 */
import { createHash, type Hash, randomUUID } from "node:crypto";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { accountId, type AccountId, type DeliveryId, deliveryId } from "../../store/ids.ts";
import { firstOctets } from "../../store/content-of.ts";
import type { InboundQueue } from "../../store/inbound-queue.ts";
import type { ContentSource, MailStore } from "../../store/mail-store.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import { HopCount } from "../../syntax/smtp/hop-count.ts";
import { encodeTrace } from "../../syntax/smtp/trace.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { FeedbackVerdict } from "../queue/feedback.ts";
import type { Envelope, Inbound, Reception, Recipient, Reply } from "./inbound.ts";
import type { Intake } from "./intake.ts";
import type { SendReceipt } from "./receipt.ts";
import { findRecipient, type RecipientServices } from "./recipient.ts";
import * as verdict from "./verdict.ts";

export type InboundServices = RecipientServices & {
  readonly mail: MailStore;
  readonly queue: InboundQueue;
  readonly intake: () => Intake;
  readonly clock: Clock;
  readonly log: Log;
  /** Stands in the Received field. */
  readonly hostName: string;
  /** RFC 5321 section 6.3 asks for 100 at least; 100 when not given. */
  readonly maxHops?: number;
  /** What a report says of mail that the account sent (service/queue/feedback.ts). @throws StoreError */
  readonly feedback?: (account: AccountId, message: Uint8Array) => Promise<FeedbackVerdict>;
  /** Tells the sender of success, where that was asked for; without it nobody is told. */
  readonly receipts?: SendReceipt;
};

const MAX_HOPS = 100;
/** As much as a report is looked at. */
const REPORT_BYTES = 256 * 1024;

export function createInbound(services: InboundServices): Inbound {
  return {
    async recipient(address, size) {
      try {
        return await findRecipient(services, address, size);
      } catch (error) {
        const failure = verdict.failureOf(error);
        services.log("delivery.failed", { step: "recipient", code: failure, account: undefined, delivery: undefined });
        return verdict.replyTo(failure);
      }
    },
    receive: (envelope, recipients) => new StoringReception(services, envelope, recipients),
  };
}

/** 122 random bits; Node draws those of many at once, which randomBytes does not. */
const freshId = (): DeliveryId => deliveryId(randomUUID().replaceAll("-", ""));

type Whole = { readonly content: ContentSource; readonly derived: Derived };

class StoringReception implements Reception {
  readonly #services: InboundServices;
  readonly #envelope: Envelope;
  readonly #recipients: readonly Recipient[];
  readonly #accounts: readonly AccountId[];
  readonly #id: DeliveryId = freshId();
  readonly #intake: Intake;
  readonly #hash: Hash = createHash("sha256");
  readonly #hops = new HopCount();
  readonly #time: number;
  /** To go before the first octets; undefined afterwards. */
  #trace: Uint8Array | undefined;
  /** The beginning of a report, read once for all recipients; `undefined`: it is none, or nobody asks. */
  #report: Promise<Uint8Array> | undefined;
  #failure: string | undefined;
  #stored: AccountId[] = [];
  /** The peer had said it before and missed our reply. */
  #isRepeated = false;

  constructor(services: InboundServices, envelope: Envelope, recipients: readonly Recipient[]) {
    this.#services = services;
    this.#envelope = envelope;
    this.#recipients = recipients;
    this.#accounts = [...new Set(recipients.map((recipient) => accountId(recipient.account)))];
    this.#intake = services.intake();
    this.#time = services.clock.now();
    this.#trace = encodeTrace({
      ...envelope,
      host: services.hostName,
      id: this.#id,
      recipient: recipients.length === 1 ? recipients[0]?.address : undefined,
      time: this.#time,
    });
  }

  write(octets: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    const trace = this.#trace;
    if (trace !== undefined) {
      this.#trace = undefined;
      const pending = this.#take(trace);
      if (pending !== undefined) return pending.then(() => this.write(octets));
    }
    this.#hash.update(octets);
    this.#hops.write(octets);
    return this.#take(octets);
  }

  async finish(): Promise<Reply> {
    if (this.#hops.hops > (this.#services.maxHops ?? MAX_HOPS)) return verdict.tooManyHops;
    // An empty message still has its trace.
    if (this.#trace !== undefined) await this.write(new Uint8Array(0));
    if (this.#failure !== undefined) return verdict.replyTo(this.#failure);
    let whole: Whole;
    try {
      whole = await this.#intake.finish();
    } catch (error) {
      return this.#failed("finish", error, undefined);
    }
    if (this.#services.feedback !== undefined && /"report"/i.test(whole.derived.structure))
      this.#report = firstOctets(whole.content, REPORT_BYTES);
    const digest = this.#hash.digest("hex");
    const outcomes = await Promise.all(this.#accounts.map((account) => this.#store(account, whole, digest)));
    return this.#conclude(outcomes, whole.content);
  }

  acknowledged(): void {
    for (const account of this.#stored) this.#services.mail.write(account).forget(this.#id);
    this.#stored = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#intake[Symbol.asyncDispose]();
  }

  #take(octets: Uint8Array): Promise<void> | undefined {
    return this.#intake.write(octets)?.catch((error: unknown) => {
      this.#failed("spool", error, undefined);
    });
  }

  /** Notes a failure and returns the reply to it. */
  #failed(step: string, error: unknown, account: AccountId | undefined): Reply {
    this.#failure = verdict.failureOf(error);
    this.#services.log("delivery.failed", { step, code: this.#failure, account, delivery: this.#id });
    return verdict.replyTo(this.#failure);
  }

  /** Returns undefined when the account has the message, else the name of the failure. */
  async #store(account: AccountId, whole: Whole, digest: string): Promise<string | undefined> {
    try {
      const { kind } = await this.#services.mail.write(account).deliver({
        id: this.#id,
        fingerprint: fingerprintOf(this.#envelope.sender, account, digest),
        into: await this.#folder(account),
        mail: {
          ...whole,
          flags: { system: 0, keywords: [] },
          internalDate: this.#time - (this.#time % 1000),
          zoneMinutes: 0,
        },
      });
      this.#isRepeated ||= kind === "repeated";
      return undefined;
    } catch (error) {
      this.#failed("store", error, account);
      return verdict.failureOf(error);
    }
  }

  /** A bounce of what the account never sent is backscatter. A look that fails changes nothing. */
  async #folder(account: AccountId): Promise<"INBOX" | "\\Junk"> {
    const { feedback } = this.#services;
    if (feedback === undefined || this.#report === undefined) return "INBOX";
    try {
      return (await feedback(account, await this.#report)) === "backscatter" ? "\\Junk" : "INBOX";
    } catch (error) {
      const code = verdict.failureOf(error);
      this.#services.log("delivery.failed", { step: "feedback", code, account, delivery: this.#id });
      return "INBOX";
    }
  }

  async #conclude(outcomes: readonly (string | undefined)[], content: ContentSource): Promise<Reply> {
    const stored = this.#accounts.filter((_, n) => outcomes[n] === undefined);
    const waiting = this.#accounts.filter((_, n) => outcomes[n] !== undefined && outcomes[n] !== "no-account");
    if (stored.length === 0) {
      if (waiting.length === 0) return verdict.closedRecipient;
      return outcomes.includes("full") ? verdict.diskFull : verdict.tryAgain;
    }
    if (waiting.length > 0) {
      try {
        await this.#defer(waiting, content);
      } catch (error) {
        // Those who have it keep it: the peer repeats, and is recognized by the fingerprint.
        return this.#failed("defer", error, undefined);
      }
    }
    this.#stored = stored;
    await this.#receipt(new Set([...stored, ...waiting]), content);
    return verdict.accepted(this.#id);
  }

  /** A receipt that fails changes nothing of the delivery. */
  async #receipt(delivered: ReadonlySet<AccountId>, content: ContentSource): Promise<void> {
    const { receipts, log } = this.#services;
    const { sender, notices } = this.#envelope;
    if (receipts === undefined || sender === "" || this.#isRepeated) return;
    const recipients = this.#recipients.flatMap(({ address, account }, n) => {
      const { notify, orcpt } = notices[n] ?? {};
      return notify?.success === true && delivered.has(accountId(account)) ? [{ address, orcpt }] : [];
    });
    if (recipients.length === 0) return;
    try {
      const envelope = this.#envelope;
      await receipts({ delivery: this.#id, arrivedAt: this.#time, envelope, recipients, content });
    } catch (error) {
      const code = verdict.failureOf(error);
      log("delivery.failed", { step: "receipt", code, account: undefined, delivery: this.#id });
    }
  }

  async #defer(accounts: readonly AccountId[], content: ContentSource): Promise<void> {
    const { queue, log } = this.#services;
    const entries = accounts.map((account) => ({
      id: this.#id,
      account,
      into: "INBOX",
      sender: this.#envelope.sender,
      acceptedAt: this.#time,
      nextAttemptAt: this.#time,
    }));
    await queue.add(entries, content);
    log("delivery.deferred", { delivery: this.#id, recipients: accounts.length });
  }
}
