/**
 * The recipients of one message that is being submitted, and the limits of its account on them (promise F4).
 *
 * At a domain of others the local part is theirs to interpret (RFC 5321 section 2.4): capitals make another recipient, who is
 * sent to and counted as one more. At ours they do not. Whom the account has written to before goes by the canonical address
 * everywhere, so that nobody is a stranger for being written otherwise.
 */
import type { AccountId } from "../../store/ids.ts";
import type { OutboundRecipient } from "../../store/outbound-queue.ts";
import type { Sending, SentMinute } from "../../store/send-counts.ts";
import { type Address, canonicalAddress } from "../../syntax/smtp/address.ts";
import type { RcptParameters } from "../../syntax/smtp/parameters.ts";
import { addressText, asciiDomain } from "./address-forms.ts";
import * as refusals from "./refusals.ts";
import { allowance, countsSince, minuteOf, type SendLimits } from "./send-limits.ts";
import type { SubmissionReply } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

type Services = Pick<SubmissionServices, "counts" | "limitsOf" | "clock" | "log" | "domains" | "local">;

/** A message was counted, and can be taken back. */
type Counted = { readonly kind: "counted"; takeBack(): Promise<void> };

export class DraftRecipients {
  readonly #services: Services;
  readonly #account: AccountId;
  readonly #limits: SendLimits;
  /** Counts of the account when the draft was opened. */
  readonly #minutes: readonly SentMinute[];
  /** By canonical address at our domains, by the address as it was written at all others. */
  readonly #taken = new Map<string, OutboundRecipient>();
  /** Of each of them, in the same order. */
  readonly #canonical: string[] = [];
  readonly #people = new Set<string>();
  /** Those of whom it was not asked whether the account has written to them: none is, as long as all may be strangers. */
  #unasked: string[] = [];
  /** Strangers among the others. */
  #firsts = 0;

  private constructor(
    services: Services,
    account: AccountId,
    { limits, minutes }: { readonly limits: SendLimits; readonly minutes: readonly SentMinute[] },
  ) {
    this.#services = services;
    this.#account = account;
    this.#limits = limits;
    this.#minutes = minutes;
  }

  /** For one more message of the account; a reply when it has sent enough for now. @throws StoreError */
  static async open(
    services: Services,
    account: Parameters<SubmissionServices["limitsOf"]>[0],
  ): Promise<DraftRecipients | SubmissionReply> {
    const minutes = await services.counts.minutes(account.id, countsSince(services.clock.now()));
    const recipients = new DraftRecipients(services, account.id, { limits: await services.limitsOf(account), minutes });
    return recipients.#overLimit(minutes, { messages: 1, recipients: 0, firsts: 0 }) ?? recipients;
  }

  get list(): readonly OutboundRecipient[] {
    return [...this.#taken.values()];
  }

  /** Canonical, each once. */
  get people(): readonly string[] {
    return [...this.#people];
  }

  /** Takes a recipient, or says why not; who is taken already is taken once. @throws StoreError */
  async take(address: Address | undefined, { notify, orcpt }: RcptParameters): Promise<SubmissionReply> {
    const { domains, local } = this.#services;
    const wanted = asciiDomain(address ?? { local: "postmaster", domain: domains[0] });
    const text = addressText(wanted);
    const canonical = canonicalAddress(wanted);
    const isOurs = domains.includes(wanted.domain);
    const key = isOurs ? canonical : text;
    if (this.#taken.has(key)) return refusals.recipientOk;
    const refusal = isOurs ? await local(text) : undefined;
    if (refusal !== undefined) return refusal;
    const limited = await this.#overLimitWith(canonical);
    if (limited !== undefined) return limited;
    this.#taken.set(key, { address: text, destination: wanted.domain, notify, orcpt });
    this.#canonical.push(canonical);
    this.#people.add(canonical);
    return refusals.recipientOk;
  }

  /** Counts the message with all its recipients, unless others used the limits up meanwhile. @throws StoreError */
  async count(now: number): Promise<Counted | SubmissionReply> {
    const { counts } = this.#services;
    const account = this.#account;
    const minute = minuteOf(now);
    let limited: SubmissionReply = refusals.tryAgain;
    const added = await counts.count(
      account,
      { minute, since: countsSince(now) },
      this.#canonical,
      (minutes, wanted) => {
        const reply = this.#overLimit(minutes, wanted);
        limited = reply ?? limited;
        return reply === undefined;
      },
    );
    if (added === undefined) return limited;
    return { kind: "counted", takeBack: () => counts.takeBack(account, minute, added) };
  }

  /** Whether another recipient is too many; who is a stranger is looked up only where it matters. */
  async #overLimitWith(canonical: string): Promise<SubmissionReply | undefined> {
    const recipients = this.#taken.size + 1;
    const others = this.#people.has(canonical) ? [] : [canonical];
    const most = { messages: 1, recipients, firsts: this.#firsts + this.#unasked.length + others.length };
    if (allowance(this.#minutes, most, this.#limits, this.#services.clock.now()).kind === "allowed") {
      this.#unasked.push(...others);
      return undefined;
    }
    const strangers = await this.#services.counts.strangers(this.#account, [...this.#unasked, ...others]);
    const own = strangers.filter((one) => others.includes(one)).length;
    this.#firsts += strangers.length - own;
    this.#unasked = [];
    const limited = this.#overLimit(this.#minutes, { messages: 1, recipients, firsts: this.#firsts + own });
    if (limited === undefined) this.#firsts += own;
    return limited;
  }

  #overLimit(minutes: readonly SentMinute[], wanted: Sending): SubmissionReply | undefined {
    const { clock, log } = this.#services;
    const now = clock.now();
    const found = allowance(minutes, wanted, this.#limits, now);
    if (found.kind === "allowed") return undefined;
    const { limit, againAt } = found;
    const waitMs = againAt === undefined ? undefined : againAt - now;
    log("submission.limited", { account: this.#account, limit, waitMs });
    return refusals.limited(limit, this.#limits, againAt);
  }
}
