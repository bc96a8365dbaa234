/**
 * What becomes of mail from outside: `Inbound` as inbound.ts describes it, and the rule of the 250.
 *
 * A message gets an id; each recipient's store commits it under that id, with a fingerprint of sender, recipient and
 * octets as received, by which a peer that missed our reply and repeats is recognized. 250 is said when every store
 * has it durably, or when some have and the sealed queue has it for the rest. What nobody has is answered with 4xx.
 * Which account an address belongs to was decided at RCPT; an account named twice gets one copy. Where there is an
 * examiner it is asked before anything is stored, and what it refuses leaves nothing behind.
 */
import { createHash, type Hash, randomUUID } from "node:crypto";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { accountId, type AccountId, type DeliveryId, deliveryId } from "../../store/ids.ts";
import { firstOctets } from "../../store/content-of.ts";
import type { InboundQueue } from "../../store/inbound-queue.ts";
import type { ContentSource, MailStore } from "../../store/mail-store.ts";
import { HopCount } from "../../syntax/smtp/hop-count.ts";
import { encodeTrace } from "../../syntax/smtp/trace.ts";
import type { Examiner, Examining } from "./examiner.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { FeedbackVerdict } from "../queue/feedback.ts";
import type { Envelope, Inbound, Reception, Recipient, Reply } from "./inbound.ts";
import type { Intake } from "./intake.ts";
import type { Whole } from "./marked-mail.ts";
import { type Placed, type Placement, placementOf } from "./placement.ts";
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
  /** Looks at mail before it is stored; without it all mail is taken as it comes. */
  readonly examiner?: Examiner;
};

const ACCEPTED = 250;
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

/** What became of one account's copy; `failure` undefined: its store has it. */
type Outcome = { readonly placed: Placed; readonly failure: string | undefined };

class StoringReception implements Reception {
  readonly #services: InboundServices;
  readonly #envelope: Envelope;
  readonly #recipients: readonly Recipient[];
  readonly #accounts: readonly AccountId[];
  readonly #id: DeliveryId = freshId();
  readonly #intake: Intake;
  readonly #examining: Examining | undefined;
  readonly #hash: Hash = createHash("sha256");
  readonly #hops = new HopCount();
  readonly #time: number;
  readonly #trace: Uint8Array;
  #isTraceTaken = false;
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
    this.#examining = services.examiner?.begin(envelope);
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
    if (!this.#isTraceTaken) {
      this.#isTraceTaken = true;
      const pending = this.#take(this.#trace);
      if (pending !== undefined) return pending.then(() => this.write(octets));
    }
    this.#hash.update(octets);
    this.#hops.write(octets);
    return this.#take(octets);
  }

  async finish(): Promise<Reply> {
    if (this.#hops.hops > (this.#services.maxHops ?? MAX_HOPS)) return verdict.tooManyHops;
    // An empty message still has its trace.
    if (!this.#isTraceTaken) await this.write(new Uint8Array(0));
    if (this.#failure !== undefined) return verdict.replyTo(this.#failure);
    let whole: Whole;
    let placement: Placement;
    try {
      whole = await this.#intake.finish();
      placement = await this.#place(whole);
    } catch (error) {
      return this.#failed("finish", error, undefined);
    }
    if (placement.kind === "refused") return placement.reply;
    const digest = this.#hash.digest("hex");
    const outcomes = await Promise.all(
      placement.each.map(async (placed) => ({ placed, failure: await this.#store(placed, digest) })),
    );
    const reply = await this.#conclude(outcomes, digest);
    if (reply.code === ACCEPTED && !this.#isRepeated) {
      placement.accepted();
      if (placement.isSenderVerified) await this.#receipt(outcomes, whole.content);
    }
    return reply;
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

  #place(whole: Whole): Promise<Placement> {
    if (this.#services.feedback !== undefined && /"report"/i.test(whole.derived.structure))
      this.#report = firstOctets(whole.content, REPORT_BYTES);
    return placementOf(this.#examining, {
      envelope: this.#envelope,
      recipients: this.#recipients,
      accounts: this.#accounts,
      id: this.#id,
      time: this.#time,
      trace: this.#trace,
      whole,
      isBackscatter: (account) => this.#isBackscatter(account),
    });
  }

  #fingerprint(account: AccountId, digest: string): Uint8Array {
    return fingerprintOf(this.#envelope.sender, account, digest);
  }

  /** Returns undefined when the account has the message, else the name of the failure. */
  async #store({ account, into, whole }: Placed, digest: string): Promise<string | undefined> {
    try {
      const { kind } = await this.#services.mail.write(account).deliver({
        id: this.#id,
        fingerprint: this.#fingerprint(account, digest),
        into,
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
  async #isBackscatter(account: AccountId): Promise<boolean> {
    const { feedback, log } = this.#services;
    if (feedback === undefined || this.#report === undefined) return false;
    try {
      if ((await feedback(account, await this.#report)) !== "backscatter") return false;
      const why = { verdict: "junk", rule: "backscatter", reason: "the recipient has not sent what it reports on" };
      log("defence.verdict", { session: this.#envelope.session, account, ...why });
      return true;
    } catch (error) {
      const code = verdict.failureOf(error);
      log("delivery.failed", { step: "feedback", code, account, delivery: this.#id });
      return false;
    }
  }

  async #conclude(outcomes: readonly Outcome[], digest: string): Promise<Reply> {
    const stored = outcomes.filter(({ failure }) => failure === undefined);
    const waiting = outcomes.filter(isWaiting);
    if (stored.length === 0) {
      if (waiting.length === 0) return verdict.closedRecipient;
      return outcomes.some(({ failure }) => failure === "full") ? verdict.diskFull : verdict.tryAgain;
    }
    if (waiting.length > 0) {
      try {
        await this.#defer(
          waiting.map(({ placed }) => placed),
          digest,
        );
      } catch (error) {
        // Those who have it keep it: the peer repeats, and is recognized by the fingerprint.
        return this.#failed("defer", error, undefined);
      }
    }
    this.#stored = stored.map(({ placed }) => placed.account);
    return verdict.accepted(this.#id);
  }

  /** A receipt that fails changes nothing of the delivery. */
  async #receipt(outcomes: readonly Outcome[], content: ContentSource): Promise<void> {
    const { receipts, log } = this.#services;
    const { sender, notices } = this.#envelope;
    if (receipts === undefined || sender === "") return;
    const delivered = new Set(
      outcomes.flatMap((one) => (one.failure === undefined || isWaiting(one) ? [one.placed.account] : [])),
    );
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

  /** One commit for those who are given the same. */
  async #defer(waiting: readonly Placed[], digest: string): Promise<void> {
    const { queue, log } = this.#services;
    for (const [whole, same] of Map.groupBy(waiting, (placed) => placed.whole)) {
      const entries = same.map(({ account, into }) => ({
        id: this.#id,
        account,
        into,
        sender: this.#envelope.sender,
        fingerprint: this.#fingerprint(account, digest),
        acceptedAt: this.#time,
        nextAttemptAt: this.#time,
      }));
      await queue.add(entries, whole.content);
    }
    log("delivery.deferred", { delivery: this.#id, recipients: waiting.length });
  }
}

/** Its store cannot take it now; one whose account is gone waits for nothing. */
const isWaiting = ({ failure }: Outcome): boolean => failure !== undefined && failure !== "no-account";
