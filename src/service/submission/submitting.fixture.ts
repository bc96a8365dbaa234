/** An account that submits, for tests: memory stores, a queue that keeps what it is given, and faults on demand. */
import assert from "node:assert/strict";
import { worldSpool } from "../../../test/world/spool.ts";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Log } from "../../host/events/events.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memorySendCounts } from "../../store/memory/send-counts.ts";
import type { Outbound, OutboundRecipient } from "../../store/outbound-queue.ts";
import { parseAddress } from "../../syntax/smtp/address.ts";
import { noRcptParameters, parseMailParameters, type RcptParameters } from "../../syntax/smtp/parameters.ts";
import type { SendLimits } from "./send-limits.ts";
import { createSubmission } from "./submit-mail.ts";
import type { Draft, Submission, SubmissionReply } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

export const ANNA: AccountId = accountId("a".repeat(32));
export const PRIMARY = "anna.primary@example.test";

type Submitted = {
  readonly message: Omit<Outbound, "size">;
  readonly recipients: readonly OutboundRecipient[];
  readonly text: string;
  readonly pieces: number;
};

export type Sent = {
  readonly from?: string;
  readonly to?: readonly string[];
  readonly parameters?: string;
  readonly rcpt?: RcptParameters;
  readonly text: string;
};

export class Desk {
  readonly clock: FakeClock = new FakeClock("2026-06-01T12:00:00Z");
  readonly directory: ReturnType<typeof memoryDirectory> = memoryDirectory();
  readonly counts: ReturnType<typeof memorySendCounts> = memorySendCounts();
  readonly submitted: Submitted[] = [];
  readonly events: string[] = [];
  readonly submission: Submission;
  limits: SendLimits = { messagesAMinute: 30, recipientsAnHour: 300, recipientsADay: 1000, firstsADay: 200 };
  /** Thrown by the queue. */
  fault: Error | undefined;

  private constructor(services: Partial<SubmissionServices>, spool: SubmissionServices["spool"]) {
    const log: Log = (name, fields) => void this.events.push(`${name} ${Object.values(fields).join(" ")}`);
    this.submission = createSubmission({
      directory: this.directory,
      submit: (message, recipients, content) => this.#submit(message, recipients, content),
      signer: { sign: async ({ domain }) => `DKIM-Signature: v=1; d=${domain}\r\n` },
      scanners: [],
      counts: this.counts,
      limitsOf: () => this.limits,
      spool,
      clock: this.clock,
      log,
      hostName: "mx.example.test",
      domains: ["example.test", "other.test"],
      local: async (address) =>
        address.startsWith("nobody@") ? { code: 550, enhanced: "5.1.1", lines: ["There is nobody"] } : undefined,
      ...services,
    });
  }

  static async open(services: Partial<SubmissionServices> = {}): Promise<Desk> {
    const desk = new Desk(services, await worldSpool());
    const account = { id: ANNA, primary: PRIMARY, state: "active", language: "en", passwordHash: "" } as const;
    await desk.directory.add([{ ...account, quotaBytes: 1, createdAt: 0 }]);
    for (const alias of ["pen@example.test", "shop@other.test"]) await desk.directory.addAlias(ANNA, alias);
    return desk;
  }

  async mail({ from = PRIMARY, parameters = "" }: Partial<Sent> = {}): Promise<Draft | SubmissionReply> {
    const parsed = parseMailParameters(parameters);
    if ("kind" in parsed) assert.fail(parsed.text);
    const submitter = { account: ANNA, session: "s", client: "192.0.2.7", helo: "annas-laptop.lan" };
    const sender = from === "" ? undefined : parseAddress(from);
    return this.submission.mail(submitter, { sender, parameters: parsed });
  }

  /** Sends a message and returns the reply that ended it, in one line. */
  async send({ to = ["x@remote.test"], rcpt = noRcptParameters, text, ...envelope }: Sent): Promise<string> {
    const draft = await this.mail(envelope);
    if ("code" in draft) return said(draft);
    await using _draft = draft;
    for (const address of to) {
      const reply = await draft.recipient(parseAddress(address), rcpt);
      if (reply.code !== 250) return said(reply);
    }
    // Two writes, and the first is reused by the caller.
    const octets = Buffer.from(text.replaceAll("\n", "\r\n"));
    const half = Buffer.from(octets.subarray(0, octets.length / 2));
    await draft.write(half);
    half.fill(0);
    await draft.write(octets.subarray(octets.length / 2));
    return said(await draft.finish());
  }

  /** What the queue was given last. */
  get last(): Submitted {
    return this.submitted.at(-1) ?? assert.fail("nothing was submitted");
  }

  async #submit(
    message: Omit<Outbound, "size">,
    recipients: readonly OutboundRecipient[],
    content: ContentSource,
  ): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    const pieces: Uint8Array[] = [];
    for await (const piece of content.pieces()) pieces.push(piece.slice());
    const whole = Buffer.concat(pieces);
    assert.equal(whole.length, content.size);
    if (content.bytes !== undefined) assert.deepEqual(whole, Buffer.from(content.bytes));
    this.submitted.push({ message, recipients, text: whole.toString(), pieces: pieces.length });
  }
}

export const said = ({ code, enhanced, lines }: SubmissionReply): string => `${code} ${enhanced} ${lines.join(" ")}`;
