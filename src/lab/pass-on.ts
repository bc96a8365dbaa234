/**
 * What a lab's outside world does with mail: whoever it is for, it goes on by SMTP, while it comes in, to the mailbox in
 * the lab where it can be looked at. The lab's answer is the world's: 250 is said when the lab has said it, so what was
 * taken rests there, sealed as all mail. Two fields on top keep the envelope; nothing rests here.
 */
import type { Clock } from "../host/clock.ts";
import { MINUTE } from "../host/clock.ts";
import type { Envelope, Inbound, Reception, Recipient, Reply } from "../service/delivery/inbound.ts";
import { type SmtpReply, wordsOf } from "../syntax/smtp/reply-reader.ts";
import type { Caught } from "./caught-message.ts";
import { Dialogue } from "./dialogue.ts";

export type PassOnOptions = {
  /** Where the lab takes mail from outside. */
  readonly host: string;
  readonly port: number;
  /** The address that everything goes on to. */
  readonly mailbox: string;
  readonly clock: Clock;
  /** Told of each message that the lab has taken. */
  readonly caught: (caught: Caught) => void;
};

/** As much of a message as is kept to be shown. */
const BEGINNING_BYTES = 16 * 1024;
/** Longer than the lab takes to make a message durable, however busy it is. */
const PATIENCE_MS: number = 2 * MINUTE;
const MOST_WORDS = 200;
/** In the form of an account's id: the world has no accounts. */
const NOBODY: string = "0".repeat(32);
const stopping: Reply = { code: 451, enhanced: "4.3.2", text: "The lab takes no mail at this moment; try again later" };

export function passOn(options: PassOnOptions): Inbound {
  return {
    recipient: async (address) => ({ address, account: NOBODY }),
    receive: (envelope, recipients) => new PassingOn(options, envelope, recipients),
  };
}

class PassingOn implements Reception {
  readonly #options: PassOnOptions;
  readonly #envelope: Envelope;
  readonly #recipients: readonly string[];
  #dialogue: Dialogue | undefined;
  #refusal: Reply | undefined;
  #beginning: Uint8Array = new Uint8Array(0);
  #bytes = 0;

  constructor(options: PassOnOptions, envelope: Envelope, recipients: readonly Recipient[]) {
    this.#options = options;
    this.#envelope = envelope;
    this.#recipients = recipients.map(({ address }) => address);
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#bytes < BEGINNING_BYTES)
      this.#beginning = Buffer.concat([this.#beginning, octets.subarray(0, BEGINNING_BYTES - this.#bytes)]);
    this.#bytes += octets.length;
    const dialogue = await this.#open();
    if (octets.length > 0) this.#note(await dialogue?.say(`BDAT ${octets.length}`, octets));
  }

  async finish(): Promise<Reply> {
    const { caught, clock } = this.#options;
    const dialogue = await this.#open();
    if (this.#refusal !== undefined || dialogue === undefined) return this.#refusal ?? stopping;
    const reply = replyOf(await dialogue.say("BDAT 0 LAST"));
    if (reply.code >= 300) return reply;
    // Heard or not, it is taken.
    void dialogue.say("QUIT").then(() => dialogue[Symbol.dispose]());
    this.#dialogue = undefined;
    const { sender } = this.#envelope;
    caught({
      sender,
      recipients: this.#recipients,
      bytes: this.#bytes,
      beginning: this.#beginning,
      time: clock.now(),
    });
    return reply;
  }

  acknowledged(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#dialogue?.[Symbol.dispose]();
  }

  /** The conversation with the lab, begun at the first need; `undefined` after the lab has refused. */
  async #open(): Promise<Dialogue | undefined> {
    if (this.#refusal !== undefined) return undefined;
    if (this.#dialogue !== undefined) return this.#dialogue;
    const { host, port, mailbox, clock } = this.#options;
    const { sender, protocol } = this.#envelope;
    let dialogue: Dialogue;
    try {
      dialogue = await Dialogue.open({ host, port, clock, patienceMs: PATIENCE_MS });
    } catch {
      this.#refusal = stopping;
      return undefined;
    }
    this.#dialogue = dialogue;
    this.#note(await dialogue.hear());
    // Nobody tells a Reception of the BODY of its message; this one may be anything.
    const parameters = `BODY=BINARYMIME${protocol.startsWith("UTF8") ? " SMTPUTF8" : ""}`;
    for (const line of ["EHLO localhost", `MAIL FROM:<${sender}> ${parameters}`, `RCPT TO:<${mailbox}>`])
      if (this.#refusal === undefined) this.#note(await dialogue.say(line));
    const fields = Buffer.from(envelopeFields(sender, this.#recipients));
    if (this.#refusal === undefined) this.#note(await dialogue.say(`BDAT ${fields.length}`, fields));
    return this.#refusal === undefined ? dialogue : undefined;
  }

  #note(reply: SmtpReply | undefined): void {
    if (reply !== undefined && reply.code >= 300) this.#refusal ??= replyOf(reply);
  }
}

/** The same for the same envelope: so the lab knows a message that comes twice. */
function envelopeFields(sender: string, recipients: readonly string[]): string {
  const to = recipients.map((address) => `<${address}>`).join(",\r\n ");
  return `X-Lab-Envelope-From: <${sender}>\r\nX-Lab-Envelope-To: ${to}\r\n`;
}

/** What the lab said, as ours; where it said farewell, the message may come again. */
function replyOf(reply: SmtpReply): Reply {
  if (reply.code === 421) return stopping;
  const { code, enhanced = `${Math.floor(code / 100)}.0.0` } = reply;
  return { code, enhanced, text: wordsOf(reply, MOST_WORDS) };
}
