/**
 * One message on its way from a holder's client to the queue: the header apart from the body, and at the end everything that
 * is done to it before it is taken.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { type Identity, ownAddress } from "../../rules/identity/identity.ts";
import { editHeader, type EditedHeader } from "../../rules/identity/outgoing-header.ts";
import { freshDelivery } from "../../store/fresh-delivery.ts";
import type { DeliveryId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { type EditedField, editedFields, encodeHeader, HeaderSplitter } from "../../syntax/message/header-edit.ts";
import { hasUtf8Headers } from "../../syntax/message/utf8-headers.ts";
import { type Address, canonicalAddress, needsUtf8 } from "../../syntax/smtp/address.ts";
import type { RcptParameters } from "../../syntax/smtp/parameters.ts";
import { formatDate } from "../../syntax/smtp/trace.ts";
import { canonicalOfField, unicodeLabel } from "./address-forms.ts";
import { DraftRecipients } from "./draft-recipients.ts";
import { HeldBody, MEMORY_BYTES } from "./held-body.ts";
import { type Leaving, leavingEnvelope } from "./leaving-envelope.ts";
import { type NotificationFilter, notificationFilter } from "./notification-filter.ts";
import * as refusals from "./refusals.ts";
import { sendingAccount, type SendingAccount } from "./sending-account.ts";
import type { Draft, SubmissionEnvelope, SubmissionReply, Submitter } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

const KiB = 1024;
/** As much as the parser looks at (syntax/message/limits.ts). */
const MAX_HEADER_BYTES = 256 * KiB;
/** RFC 5321 section 6.3. */
const MAX_HOPS = 100;

/** What is known once MAIL was taken. */
type Opening = SendingAccount & {
  readonly submitter: Submitter;
  /** With its domain in A-labels. */
  readonly envelope: SubmissionEnvelope;
};

export class MailDraft implements Draft {
  readonly #services: SubmissionServices;
  readonly #opening: Opening;
  readonly #id: DeliveryId;
  readonly #recipients: DraftRecipients;
  readonly #header = new HeaderSplitter(MAX_HEADER_BYTES);
  /** As it came; known with the first octets behind it. */
  #fields: readonly EditedField[] | undefined;
  /** Of a disposition notification, known with the header; other mail has none. */
  #filter: NotificationFilter | undefined;
  readonly #hash = new RelaxedBodyHash();
  readonly #body: HeldBody;
  #is8bit = false;
  #failure: SubmissionReply | undefined;

  private constructor(services: SubmissionServices, opening: Opening, recipients: DraftRecipients) {
    this.#services = services;
    this.#opening = opening;
    this.#recipients = recipients;
    this.#id = freshDelivery(services.clock.now());
    this.#body = new HeldBody(services.spool, services.memoryBytes ?? MEMORY_BYTES);
  }

  /** Opens a draft, or says that the account has sent enough for now. @throws StoreError */
  static async open(services: SubmissionServices, opening: Opening): Promise<MailDraft | SubmissionReply> {
    const recipients = await DraftRecipients.open(services, opening.account);
    return "code" in recipients ? recipients : new MailDraft(services, opening, recipients);
  }

  async recipient(address: Address | undefined, parameters: RcptParameters): Promise<SubmissionReply> {
    try {
      return await this.#recipients.take(address, parameters);
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
    this.#fields = editedFields(this.#header.end());
    this.#filter = notificationFilter(this.#fields, this.#opening.identity);
    return this.#fields;
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
    const { envelope, account } = this.#opening;
    try {
      const fields = this.#headerFields();
      if (this.#filter !== undefined) await this.#take(this.#filter.end());
      if (this.#failure !== undefined) return this.#failure;
      const found = await sendingAccount(this.#services.directory, account.id, envelope.sender);
      if ("code" in found) return found;
      const edited = this.#edited(fields, found.identity);
      if ("code" in edited) return edited;
      const header = encodeHeader(edited.fields);
      const isUtf8Header = !isAscii(header);
      if (isUtf8Header && !(envelope.parameters.smtpUtf8 && isUtf8(header))) return refusals.headerBeyondAscii;
      return await this.#send({ ...this.#opening, ...found, edited }, header, isUtf8Header);
    } catch (error) {
      return this.#failed("finish", error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body[Symbol.asyncDispose]();
  }

  #edited(fields: readonly EditedField[], identity: Identity): EditedHeader | SubmissionReply {
    const { submitter, envelope } = this.#opening;
    if (fields.filter(({ name }) => name === "received").length > MAX_HOPS) return refusals.tooManyHops;
    if (envelope.sender === undefined && this.#filter === undefined) return refusals.nullPath;
    if (this.#filter?.isUnreadable === true) return refusals.unreadableNotification;
    const edited = editHeader(fields, {
      identity,
      canonical: canonicalOfField,
      unicodeLabel,
      client: submitter.client,
      helo: submitter.helo,
      sender: envelope.sender && canonicalAddress(envelope.sender),
      now: this.#services.clock.now(),
      freshId: randomUUID().replaceAll("-", ""),
    });
    return edited.kind === "refused" ? refusals.ofHeader(edited) : edited;
  }

  /** Counts, signs, scans and submits; what is not taken in the end for a fault of ours does not count. */
  async #send(leaving: Leaving, header: Uint8Array, isUtf8Header: boolean): Promise<SubmissionReply> {
    const { edited } = leaving;
    const { clock, submit } = this.#services;
    const now = clock.now();
    // A signature takes as long as a commit, on another thread.
    const [counting, signing] = await Promise.allSettled([
      this.#recipients.count(now),
      this.#whole(edited, header, now),
    ]);
    if (counting.status === "rejected") throw counting.reason;
    const counted = counting.value;
    if ("code" in counted) return counted;
    try {
      if (signing.status === "rejected") throw signing.reason;
      const content = signing.value;
      const { recipients, ...envelope } = leavingEnvelope(leaving, this.#recipients.list);
      const verdict = await this.#scan(content, envelope.sender);
      const refusal = verdict ?? (await this.#askedAgain(leaving));
      if (refusal !== undefined) {
        if (verdict === undefined || verdict.code < 500) await counted.takeBack();
        return refusal;
      }
      const paths = [envelope.sender, ...recipients.map(({ address }) => address)];
      const message = {
        ...envelope,
        id: this.#id,
        account: this.#opening.account.id,
        messageId: edited.messageId,
        body: this.#is8bit || isUtf8Header ? "8BITMIME" : "7BIT",
        smtpUtf8: isUtf8Header || paths.some(needsUtf8) || (await this.#hasUtf8Parts(edited, content)),
        submittedAt: now,
      } as const;
      await submit(message, recipients, content);
    } catch (error) {
      const reply = this.#failed("submit", error);
      await counted.takeBack();
      return reply;
    }
    this.#tellWritten(edited);
    return refusals.queued(this.#id);
  }

  /** Scanners take their time: the account may be closed meanwhile, or an address given away. */
  async #askedAgain({ edited, envelope: { sender } }: Leaving): Promise<SubmissionReply | undefined> {
    if (this.#services.scanners.length === 0) return undefined;
    const found = await sendingAccount(this.#services.directory, this.#opening.account.id, sender);
    if ("code" in found) return found;
    const isOwn = edited.authors.own.every((address) => ownAddress(found.identity, address) !== undefined);
    return isOwn ? undefined : refusals.notYours(found.identity);
  }

  /** Nobody is known for what a program answered in the holder's name (RFC 3834 section 5), nor for a receipt. */
  #tellWritten({ fields }: EditedHeader): void {
    const { account, envelope } = this.#opening;
    const mark = fields
      .find(({ name }) => name === "auto-submitted")
      ?.value.trim()
      .toLowerCase();
    if (envelope.sender === undefined || (mark !== undefined && mark !== "no") || this.#filter !== undefined) return;
    this.#services.wrote?.(account.id, this.#recipients.people);
  }

  /** Signatures, our Received field, header and body. The field tells nothing of the client (promise A6). */
  async #whole({ fields, domain }: EditedHeader, header: Uint8Array, time: number): Promise<ContentSource> {
    const { signer, hostName, log } = this.#services;
    const signatures = await signer.sign({ domain, fields, bodyHash: this.#hash.end(), time });
    if (signatures === "") log("dkim.unsigned", { domain });
    // RFC 3848: ESMTP with TLS and log-in; RFC 6531 section 4.3 for UTF-8.
    const protocol = this.#opening.envelope.parameters.smtpUtf8 ? "UTF8SMTPSA" : "ESMTPSA";
    const received = `Received: by ${hostName} with ${protocol} id ${this.#id};\r\n\t${formatDate(time)}\r\n`;
    return this.#body.behind(Buffer.concat([Buffer.from(signatures + received), header]));
  }

  /** What needs no SMTPUTF8 goes without, to hosts that have it not. Only a body of parts has headers, and need be read for it. */
  async #hasUtf8Parts({ fields }: EditedHeader, content: ContentSource): Promise<boolean> {
    if (!this.#is8bit || !this.#opening.envelope.parameters.smtpUtf8) return false;
    const hasParts = fields.some(({ name, value }) => name === "content-type" && !/^\s*text\//i.test(value));
    return hasParts && hasUtf8Headers(() => content.pieces());
  }

  async #scan(content: ContentSource, sender: string): Promise<SubmissionReply | undefined> {
    const { scanners, log } = this.#services;
    const { id: account } = this.#opening.account;
    // A scanner that was not waited for may still be sent the message.
    if (scanners.length > 0) this.#body.keep();
    const recipients = this.#recipients.list.map(({ address }) => address);
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

  #failed(step: string, error: unknown): SubmissionReply {
    return refusals.failed(this.#services.log, step, error, this.#opening.submitter);
  }
}
