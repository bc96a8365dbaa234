/**
 * One session and the transactions over it (RFC 5321 section 3.3): recipients in as many as the host's limits ask
 * (RFC 9422), RSET where a transaction did not end by itself, and no more when the host or our limits say so.
 */
import type { Clock } from "../../host/clock.ts";
import { temporarily } from "../../service/queue/reply-words.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import type { SmtpReply } from "../../syntax/smtp/reply-reader.ts";
import { type Sent, sendChunks, sendData } from "./content.ts";
import type { Envelope, RecipientOutcome } from "./delivered.ts";
import { type Exchange, exchange } from "./exchange.ts";
import type { SmtpClientLimits } from "./limits.ts";
import { type Plan, planFor } from "./plan.ts";
import { heardReply, isDone, lossReply, ownReply, remoteReply } from "./remote-reply.ts";
import { part, type Session } from "./session.ts";
import type { Undone } from "./undone.ts";
import type { Heard, Loss } from "./wire.ts";

export type Relayed =
  /**
   * `left` are those nobody spoke of: this session takes no more transactions. `refusesChunks`: the host offers CHUNKING
   * and does not know BDAT.
   */
  | {
      readonly kind: "answered";
      readonly outcomes: ReadonlyMap<number, RecipientOutcome>;
      readonly left: readonly number[];
      readonly refusesChunks: boolean;
    }
  /** But for `unfit` the session is of no use for this message, and another may be. */
  | Undone;

export class Relay {
  readonly session: Session;
  readonly #limits: SmtpClientLimits;
  readonly #clock: Clock;
  readonly #outcomes = new Map<number, RecipientOutcome>();
  #transactions = 0;
  /** The last transaction did not come to its end. */
  #isOpen = false;
  #refusesChunks = false;

  constructor(session: Session, limits: SmtpClientLimits, clock: Clock) {
    this.session = session;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Another message may be sent. */
  get isUsable(): boolean {
    const most = Math.min(this.#limits.maxMessages, this.session.extensions.limits.mailMax ?? Number.POSITIVE_INFINITY);
    return this.session.wire.isQuiet && this.#transactions < most;
  }

  part(): Promise<void> {
    return part(this.session.wire, this.#limits);
  }

  /**
   * @param wanted recipients, by their place in the envelope
   * @param how `withoutChunks`: DATA, whatever the host offers. `endsAt`, of `steady`: what is not said to its final dot by
   * then is broken off, and nothing more is begun.
   * @throws what the message's source throws
   */
  async deliver(
    envelope: Envelope,
    wanted: readonly number[],
    message: ContentSource,
    { withoutChunks, endsAt }: { readonly withoutChunks: boolean; readonly endsAt: number },
  ): Promise<Relayed> {
    const { wire } = this.session;
    this.#outcomes.clear();
    const made = await planFor(this.session, envelope, message);
    if (made.kind !== "plan") return made;
    const plan = withoutChunks && !made.isBinary ? { ...made, inChunks: false } : made;
    for (const n of wanted) {
      const planned = plan.rcpts[n];
      if (planned?.kind === "refused") this.#outcomes.set(n, { kind: "permanent", reply: planned.reply });
    }
    let left = this.#without(wanted);
    while (left.length > 0 && this.isUsable && this.#clock.steady() < endsAt) {
      wire.endAt(endsAt);
      const unreached = await this.#transact(plan, this.#group(plan, left), message);
      if (unreached !== undefined) {
        if (this.#outcomes.size === 0) return { kind: "unreached", reply: unreached };
        wire.lose("closed");
      }
      left = this.#without(left);
    }
    const refusesChunks = this.#refusesChunks;
    if (this.#outcomes.size > 0 || refusesChunks)
      return { kind: "answered", outcomes: new Map(this.#outcomes), left, refusesChunks };
    return { kind: "unreached", reply: lossReply(this.session.speaker, wire.loss ?? "closed") };
  }

  #without(wanted: readonly number[]): readonly number[] {
    return wanted.filter((n) => !this.#outcomes.has(n));
  }

  /** As many as fit into one transaction, in their order. */
  #group(plan: Plan, left: readonly number[]): readonly number[] {
    const { rcptMax, rcptDomainMax } = this.session.extensions.limits;
    const domains = new Set<string>();
    const group: number[] = [];
    for (const n of left) {
      const planned = plan.rcpts[n];
      if (planned?.kind !== "line") continue;
      if (!domains.has(planned.domain) && domains.size >= (rcptDomainMax ?? Number.POSITIVE_INFINITY)) continue;
      domains.add(planned.domain);
      group.push(n);
      if (group.length >= Math.min(this.#limits.maxRecipients, rcptMax ?? Number.POSITIVE_INFINITY)) break;
    }
    return group;
  }

  /** One transaction. Recipients of which the host said that they are too many at once get no outcome. */
  async #transact(plan: Plan, group: readonly number[], message: ContentSource): Promise<RemoteReply | undefined> {
    const { wire, extensions, speaker } = this.session;
    this.#transactions++;
    if (this.#isOpen) {
      wire.write("RSET\r\n");
      const heard = await wire.hear(this.#limits.commandTimeoutMs);
      if (!isDone(heard)) return this.#over(heard);
    }
    this.#isOpen = true;
    const rcpts = group.map((n) => {
      const planned = plan.rcpts[n];
      return planned?.kind === "line" ? planned.line : "";
    });
    const commands = { mail: plan.mail, rcpts, data: !plan.inChunks };
    const said = await exchange(wire, commands, extensions.pipelining, this.#limits);
    if (said.mail.kind === "lost" || said.mail.reply.code === 421) return this.#over(said.mail);
    if (this.#wantsTls(said.mail.reply)) return temporarily(remoteReply(speaker, said.mail.reply));
    const accepted = this.#hearRecipients(said, group);
    if (accepted.length === 0) await this.#endEmpty(said.data);
    else await this.#send(plan, said.data, accepted, message);
    if (saysFarewell(said.data) || said.rcpts.some(saysFarewell)) wire.lose("closed");
    return undefined;
  }

  /** The session is; what was heard says why. */
  #over(heard: Heard): RemoteReply {
    this.session.wire.lose("closed");
    return heardReply(this.session.speaker, heard);
  }

  /** Gives each refused recipient its outcome and returns the others. */
  #hearRecipients({ mail, rcpts }: Exchange, group: readonly number[]): readonly number[] {
    const accepted: number[] = [];
    const tooMany: [number, SmtpReply][] = [];
    for (const [place, n] of group.entries()) {
      const heard = isDone(mail) ? rcpts[place] : mail;
      if (heard === undefined || heard.kind === "lost") this.#lost([n], false, heard?.why ?? "closed");
      else if (isDone(mail) && isDone(heard)) accepted.push(n);
      else if (isDone(mail) && meansTooMany(heard.reply)) tooMany.push([n, heard.reply]);
      else this.#refused([n], heard.reply);
    }
    // Where none was taken, asking at once for the same leads nowhere.
    if (accepted.length === 0)
      for (const [n, reply] of tooMany)
        this.#outcomes.set(n, { kind: "temporary", reply: remoteReply(this.session.speaker, reply) });
    return accepted;
  }

  /** A host that took DATA without a recipient gets an empty message (RFC 2920 section 3.1). */
  async #endEmpty(data: Heard | undefined): Promise<void> {
    if (data?.kind !== "reply" || data.reply.code !== 354) return;
    this.session.wire.write(".\r\n");
    await this.session.wire.hear(this.#limits.finalTimeoutMs);
  }

  async #send(plan: Plan, data: Heard | undefined, accepted: readonly number[], message: ContentSource): Promise<void> {
    const { wire, extensions, speaker } = this.session;
    if (!plan.inChunks && (data?.kind !== "reply" || data.reply.code !== 354)) {
      if (data?.kind !== "reply") this.#lost(accepted, false, data?.why ?? wire.loss ?? "closed");
      else this.#refused(accepted, data.reply);
      return;
    }
    let sent: Sent;
    try {
      sent = plan.inChunks
        ? await sendChunks(wire, message, { pipelining: extensions.pipelining, isBinary: plan.isBinary }, this.#limits)
        : await sendData(wire, message, this.#limits);
    } catch (error) {
      wire.lose("closed");
      throw error;
    }
    if (sent.kind === "lost") this.#lost(accepted, sent.wasComplete, sent.why);
    else if (sent.kind === "bare-line-end") {
      const reply = ownReply(speaker, "5.6.11", "bare-line-end");
      for (const n of accepted) this.#outcomes.set(n, { kind: "permanent", reply });
    } else if (sent.isFinal && sent.reply.code < 300) {
      this.#isOpen = false;
      for (const n of accepted) this.#outcomes.set(n, { kind: "accepted", reply: remoteReply(speaker, sent.reply) });
      return;
    } else if (sent.isFinal && sent.reply.code < 400) {
      const reply = heardReply(speaker, { kind: "reply", reply: sent.reply });
      for (const n of accepted) this.#outcomes.set(n, { kind: "uncertain", reply });
    } else if (plan.inChunks && !plan.isBinary && isUnknown(sent.reply)) {
      // It may have read the message as commands: only another connection is of use.
      this.#refusesChunks = true;
      wire.lose("closed");
    } else this.#refused(accepted, sent.reply);
    // Unless it was a clean refusal nobody knows where the host stands in the dialogue.
    if (sent.kind !== "reply" || !sent.isFinal || sent.reply.code < 400 || sent.reply.code === 421) wire.lose("closed");
  }

  #lost(recipients: readonly number[], wasComplete: boolean, why: Loss): void {
    const reply = lossReply(this.session.speaker, why);
    for (const n of recipients) this.#outcomes.set(n, { kind: wasComplete ? "uncertain" : "temporary", reply });
  }

  /** Of a reply that did not say yes; one that makes no sense where it came ends the session too. */
  #refused(recipients: readonly number[], reply: SmtpReply): void {
    const { speaker, wire } = this.session;
    const wantsTls = this.#wantsTls(reply);
    const isForGood = reply.code >= 500 && !wantsTls;
    const said = heardReply(speaker, { kind: "reply", reply });
    const told = wantsTls ? temporarily(said) : said;
    for (const n of recipients) this.#outcomes.set(n, { kind: isForGood ? "permanent" : "temporary", reply: told });
    if (reply.code < 400) wire.lose("not-smtp");
  }

  /** RFC 3207 section 4: the host takes mail over TLS alone, and TLS could not be had this time; later it may. */
  #wantsTls({ code, enhanced }: SmtpReply): boolean {
    return this.session.isTlsMissing && (code === 530 || enhanced === "5.7.10");
  }
}

/** RFC 5321 section 4.2.4: the host does not know the command, or does not carry it out. */
const isUnknown = ({ code }: SmtpReply): boolean => code === 500 || code === 502;

/**
 * RFC 5321 section 4.5.3.1.10: 452 to RCPT, and from older hosts 552, where nothing says that it is about something else.
 * To all other commands 552 says that the message is too large (RFC 1870 section 6.1).
 */
function meansTooMany({ code, enhanced }: SmtpReply): boolean {
  return (code === 452 || code === 552) && (enhanced === undefined || enhanced.endsWith(".5.3"));
}

/** RFC 5321 section 3.8: with 421 the host closes the connection. */
const saysFarewell = (heard: Heard | undefined): boolean => heard?.kind === "reply" && heard.reply.code === 421;
