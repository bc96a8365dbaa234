/**
 * One message on its way from a holder's client to the queue: recipients and their limits, the header apart from the body,
 * and at the end everything that is done to it before it is taken.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import type { Identity } from "../../rules/identity/identity.ts";
import { editHeader, type EditedHeader, isDispositionNotification } from "../../rules/identity/outgoing-header.ts";
import { saysTlsOptional } from "../../rules/identity/tls-required.ts";
import { traceOfAddress, traceOfClient } from "../../rules/identity/traces.ts";
import type { Account } from "../../store/directory.ts";
import { freshDelivery } from "../../store/fresh-delivery.ts";
import type { DeliveryId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Outbound, OutboundRecipient, TlsWish } from "../../store/outbound-queue.ts";
import type { Sending, SentMinute } from "../../store/send-counts.ts";
import { type EditedField, editedFields, encodeHeader, HeaderSplitter } from "../../syntax/message/header-edit.ts";
import { hasUtf8Headers } from "../../syntax/message/utf8-headers.ts";
import { type Address, canonicalAddress, needsUtf8 } from "../../syntax/smtp/address.ts";
import type { RcptParameters } from "../../syntax/smtp/parameters.ts";
import { formatDate } from "../../syntax/smtp/trace.ts";
import { decodeXtext } from "../../syntax/smtp/xtext.ts";
import { addressText, asciiDomain, canonicalOfField, ownsSender } from "./address-forms.ts";
import { HeldBody, MEMORY_BYTES } from "./held-body.ts";
import { ReportingAgentFilter } from "./reporting-agent.ts";
import * as refusals from "./refusals.ts";
import { allowance, countsSince, minuteOf, type SendLimits } from "./send-limits.ts";
import type { Draft, SubmissionEnvelope, SubmissionReply, Submitter } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

const KiB = 1024;
/** As much as the parser looks at (syntax/message/limits.ts). */
const MAX_HEADER_BYTES = 256 * KiB;
/** RFC 5321 section 6.3. */
const MAX_HOPS = 100;

/** What is known once MAIL was taken. */
type Opening = {
  readonly submitter: Submitter;
  readonly account: Account;
  readonly identity: Identity;
  /** With its domain in A-labels. */
  readonly envelope: SubmissionEnvelope;
};

export class MailDraft implements Draft {
  readonly #services: SubmissionServices;
  readonly #opening: Opening;
  #identity: Identity;
  readonly #limits: SendLimits;
  /** Counts of the account when the draft was opened. */
  readonly #minutes: readonly SentMinute[];
  readonly #id: DeliveryId;
  /** By canonical address. */
  readonly #recipients = new Map<string, OutboundRecipient>();
  /** Those of whom it was not asked whether the account has written to them: none is, as long as all may be strangers. */
  #unasked: string[] = [];
  /** Strangers among the others. */
  #firsts = 0;
  readonly #header = new HeaderSplitter(MAX_HEADER_BYTES);
  /** As it came; known with the first octets behind it. */
  #fields: readonly EditedField[] | undefined;
  /** Of a disposition notification. */
  #filter: ReportingAgentFilter | undefined;
  readonly #hash = new RelaxedBodyHash();
  readonly #body: HeldBody;
  #is8bit = false;
  #failure: SubmissionReply | undefined;

  private constructor(
    services: SubmissionServices,
    opening: Opening,
    { limits, minutes }: { readonly limits: SendLimits; readonly minutes: readonly SentMinute[] },
  ) {
    this.#services = services;
    this.#opening = opening;
    this.#identity = opening.identity;
    this.#limits = limits;
    this.#minutes = minutes;
    this.#id = freshDelivery(services.clock.now());
    this.#body = new HeldBody(services.spool, services.memoryBytes ?? MEMORY_BYTES);
  }

  /** Opens a draft, or says that the account has sent enough for now. @throws StoreError */
  static async open(services: SubmissionServices, opening: Opening): Promise<MailDraft | SubmissionReply> {
    const now = services.clock.now();
    const minutes = await services.counts.minutes(opening.account.id, countsSince(now));
    const draft = new MailDraft(services, opening, { limits: await services.limitsOf(opening.account), minutes });
    return draft.#overLimit(minutes, { messages: 1, recipients: 0, firsts: 0 }) ?? draft;
  }

  async recipient(address: Address | undefined, parameters: RcptParameters): Promise<SubmissionReply> {
    const { domains, local } = this.#services;
    try {
      const wanted = asciiDomain(address ?? { local: "postmaster", domain: domains[0] });
      const canonical = canonicalAddress(wanted);
      if (this.#recipients.has(canonical)) return refusals.recipientOk;
      const refusal = domains.includes(wanted.domain) ? await local(addressText(wanted)) : undefined;
      if (refusal !== undefined) return refusal;
      const limited = await this.#overLimitWith(canonical);
      if (limited !== undefined) return limited;
      const { notify, orcpt } = parameters;
      this.#recipients.set(canonical, { address: addressText(wanted), destination: wanted.domain, notify, orcpt });
      return refusals.recipientOk;
    } catch (error) {
      return this.#failed("recipient", error);
    }
  }

  write(octets: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    const body = this.#header.write(octets);
    if (body === undefined) return undefined;
    this.#headerFields();
    return this.#take(this.#filter === undefined ? body : this.#filter.write(body));
  }

  /** To be asked when the header is whole, which it is when the body begins. */
  #headerFields(): readonly EditedField[] {
    if (this.#fields !== undefined) return this.#fields;
    const fields = editedFields(this.#header.end());
    const type = fields.find(({ name }) => name === "content-type");
    if (type !== undefined && isDispositionNotification(fields)) this.#filter = new ReportingAgentFilter(type.value);
    this.#fields = fields;
    return fields;
  }

  #take(body: Uint8Array): Promise<void> | undefined {
    this.#hash.write(body);
    this.#is8bit ||= !isAscii(body);
    return this.#body.write(body)?.catch((error: unknown) => {
      this.#failure = this.#failed("spool", error);
    });
  }

  async finish(): Promise<SubmissionReply> {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#header.isTooLarge) return refusals.headerTooLarge;
    try {
      const octets = this.#header.end();
      const fields = this.#headerFields();
      if (this.#filter !== undefined) await this.#take(this.#filter.end());
      if (this.#failure !== undefined) return this.#failure;
      const refusal = await this.#refusalNow();
      if (refusal !== undefined) return refusal;
      const edited = this.#edited(fields);
      if ("code" in edited) return edited;
      const isUtf8Header = !isAscii(octets);
      if (isUtf8Header && !(this.#opening.envelope.parameters.smtpUtf8 && isUtf8(octets)))
        return refusals.headerBeyondAscii;
      return await this.#send(edited, isUtf8Header);
    } catch (error) {
      return this.#failed("finish", error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body[Symbol.asyncDispose]();
  }

  /** Much may have happened since MAIL: an account is paused, an alias given away. @throws StoreError */
  async #refusalNow(): Promise<SubmissionReply | undefined> {
    const { directory } = this.#services;
    const { account: opened, envelope } = this.#opening;
    const account = await directory.byId(opened.id);
    const refusal = refusals.refusalOf(account);
    if (account === undefined || refusal !== undefined) return refusal ?? refusals.closed;
    this.#identity = { primary: account.primary, aliases: await directory.aliases(account.id) };
    return ownsSender(this.#identity, envelope.sender) ? undefined : refusals.notYours(this.#identity);
  }

  #edited(fields: readonly EditedField[]): EditedHeader | SubmissionReply {
    const { submitter, envelope } = this.#opening;
    const identity = this.#identity;
    if (fields.filter(({ name }) => name === "received").length > MAX_HOPS) return refusals.tooManyHops;
    if (envelope.sender === undefined && !isDispositionNotification(fields)) return refusals.nullPath;
    const edited = editHeader(fields, {
      identity,
      canonical: canonicalOfField,
      client: submitter.client,
      helo: submitter.helo,
      sender: envelope.sender && canonicalAddress(envelope.sender),
      now: this.#services.clock.now(),
      freshId: randomUUID().replaceAll("-", ""),
    });
    return edited.kind === "refused" ? refusals.ofHeader(edited) : edited;
  }

  /** Counts, signs, scans and submits; what is not taken in the end for a fault of ours does not count. */
  async #send(edited: EditedHeader, isUtf8Header: boolean): Promise<SubmissionReply> {
    const { counts, clock } = this.#services;
    const { account } = this.#opening;
    const now = clock.now();
    let limited: SubmissionReply | undefined;
    const at = { minute: minuteOf(now), since: countsSince(now) };
    const counting = counts.count(account.id, at, [...this.#recipients.keys()], (minutes, wanted) => {
      limited = this.#overLimit(minutes, wanted);
      return limited === undefined;
    });
    // A signature takes as long as a commit, on another thread.
    const [counted, signed] = await Promise.allSettled([counting, this.#whole(edited, now)]);
    if (counted.status === "rejected") throw counted.reason;
    const added = counted.value;
    if (added === undefined) return limited ?? refusals.tryAgain;
    try {
      if (signed.status === "rejected") throw signed.reason;
      const content = signed.value;
      const message = await this.#outbound(edited, { isUtf8Header, content }, now);
      const verdict = await this.#scan(content, message.sender);
      if (verdict !== undefined) {
        if (verdict.code < 500) await counts.takeBack(account.id, at.minute, added);
        return verdict;
      }
      await this.#services.submit(message, this.#addressed(edited), content);
    } catch (error) {
      const reply = this.#failed("submit", error);
      await counts.takeBack(account.id, at.minute, added);
      return reply;
    }
    this.#tellWritten(edited);
    return refusals.queued(this.#id);
  }

  /** Nobody is known for what a program answered in the holder's name (RFC 3834 section 5), nor for a receipt. */
  #tellWritten({ fields }: EditedHeader): void {
    const { account, envelope } = this.#opening;
    const mark = fields
      .find(({ name }) => name === "auto-submitted")
      ?.value.trim()
      .toLowerCase();
    if (envelope.sender === undefined || (mark !== undefined && mark !== "no") || isDispositionNotification(fields))
      return;
    this.#services.wrote?.(account.id, [...this.#recipients.keys()]);
  }

  /** Signatures, our Received field, header and body. The field tells nothing of the client (promise A6). */
  async #whole({ fields, domain }: EditedHeader, time: number): Promise<ContentSource> {
    const { signer, hostName, log } = this.#services;
    const signatures = await signer.sign({ domain, fields, bodyHash: this.#hash.end(), time });
    if (signatures === "") log("dkim.unsigned", { domain });
    // RFC 3848: ESMTP with TLS and log-in; RFC 6531 section 4.3 for UTF-8.
    const protocol = this.#opening.envelope.parameters.smtpUtf8 ? "UTF8SMTPSA" : "ESMTPSA";
    const received = `Received: by ${hostName} with ${protocol} id ${this.#id};\r\n\t${formatDate(time)}\r\n`;
    return this.#body.behind(Buffer.concat([Buffer.from(signatures + received), encodeHeader(fields)]));
  }

  async #outbound(
    edited: EditedHeader,
    { isUtf8Header, content }: { readonly isUtf8Header: boolean; readonly content: ContentSource },
    submittedAt: number,
  ): Promise<Omit<Outbound, "size">> {
    const { envelope, account } = this.#opening;
    const sender = this.#sender(edited);
    const { parameters } = envelope;
    const addresses = [sender, ...[...this.#recipients.values()].map(({ address }) => address)];
    // What needs none of the extensions goes without, to hosts that have them not.
    const smtpUtf8 =
      parameters.smtpUtf8 &&
      (isUtf8Header ||
        addresses.some(needsUtf8) ||
        (this.#mayHaveUtf8Parts(edited) && (await hasUtf8Headers(() => content.pieces()))));
    return {
      id: this.#id,
      account: account.id,
      sender,
      messageId: edited.messageId,
      body: this.#is8bit || isUtf8Header ? "8BITMIME" : "7BIT",
      smtpUtf8,
      tlsWish: this.#tlsWish(edited),
      ret: parameters.ret,
      envid: this.#isTold(edited, parameters.envid) ? undefined : parameters.envid,
      submittedAt,
    };
  }

  /** Only a body of parts has headers: all others need not be read once more. */
  #mayHaveUtf8Parts({ fields }: EditedHeader): boolean {
    return this.#is8bit && fields.some(({ name, value }) => name === "content-type" && !/^\s*text\//i.test(value));
  }

  /** RFC 8689 section 4.1: what MAIL says counts, and only without it the header. */
  #tlsWish({ fields }: EditedHeader): TlsWish {
    if (this.#opening.envelope.parameters.requireTls) return "required";
    return saysTlsOptional(fields) ? "optional" : "policy";
  }

  /** Under an alias, bounces go to the alias: the envelope is seen by the recipient. */
  #sender({ pseudonymous, authors }: EditedHeader): string {
    const { envelope } = this.#opening;
    if (envelope.sender === undefined) return "";
    const isPrimary = pseudonymous && traceOfAddress(this.#identity.primary)(canonicalAddress(envelope.sender));
    return isPrimary ? authors.addresses[0] : addressText(envelope.sender);
  }

  #addressed(edited: EditedHeader): readonly OutboundRecipient[] {
    return [...this.#recipients.values()].map((recipient) =>
      this.#isTold(edited, recipient.orcpt) ? { ...recipient, orcpt: undefined } : recipient,
    );
  }

  /** Whether a parameter that goes on to other hosts tells of the client, or of who is behind an alias. */
  #isTold({ pseudonymous, domain }: EditedHeader, xtext: string | undefined): boolean {
    if (xtext === undefined) return false;
    const { submitter } = this.#opening;
    const text = decodeXtext(xtext) ?? xtext;
    if (traceOfClient(submitter.client, submitter.helo, [domain])(text)) return true;
    return pseudonymous && traceOfAddress(this.#identity.primary)(text);
  }

  async #scan(content: ContentSource, sender: string): Promise<SubmissionReply | undefined> {
    const { scanners, log } = this.#services;
    const { id: account } = this.#opening.account;
    // A scanner that was not waited for may still be sent the message.
    if (scanners.length > 0) this.#body.keep();
    const recipients = [...this.#recipients.values()].map(({ address }) => address);
    for (const scanner of scanners) {
      const verdict = await scanner.scan({ content, sender, recipients, account });
      if (verdict.kind === "unavailable") {
        log("submission.failed", {
          step: "scan",
          code: "unavailable",
          account,
          session: this.#opening.submitter.session,
        });
        return refusals.tryAgain;
      }
      if (verdict.kind === "refused") {
        log("submission.scanned", { account, why: verdict.why });
        return refusals.scanned(verdict.why, verdict.reason);
      }
    }
    return undefined;
  }

  /** Whether another recipient is too many; who is a stranger is looked up only where it matters. @throws StoreError */
  async #overLimitWith(canonical: string): Promise<SubmissionReply | undefined> {
    const { clock, counts } = this.#services;
    const recipients = this.#recipients.size + 1;
    const most = { messages: 1, recipients, firsts: this.#firsts + this.#unasked.length + 1 };
    if (allowance(this.#minutes, most, this.#limits, clock.now()).kind === "allowed") {
      this.#unasked.push(canonical);
      return undefined;
    }
    const strangers = await counts.strangers(this.#opening.account.id, [...this.#unasked, canonical]);
    const own = Number(strangers.includes(canonical));
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
    log("submission.limited", { account: this.#opening.account.id, limit, waitMs });
    return refusals.limited(limit, this.#limits, againAt);
  }

  #failed(step: string, error: unknown): SubmissionReply {
    return refusals.failed(this.#services.log, step, error, this.#opening.submitter);
  }
}
