/**
 * A report on TLS on its way as mail: put into the outbound queue with the signature it must have (RFC 8460 section 3), and
 * known there as a report, so that it goes whatever TLS comes to, and is not itself reported about.
 */
import { type Clock, DAY } from "../../host/clock.ts";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { submitterOf } from "../../rules/tls-report/report.ts";
import type { DeliveryId } from "../../store/ids.ts";
import type { Outbound, OutboundQueue } from "../../store/outbound-queue.ts";
import { editedFields, HeaderSplitter } from "../../syntax/message/header-edit.ts";
import { enqueue } from "../queue/enqueue.ts";
import type { DkimSigner } from "../submission/dkim-signer.ts";

export type ReportLetter = {
  /** Of this report to this place: the queue takes it once. */
  readonly id: DeliveryId;
  /** Also the sender of the envelope; its domain is one of ours. */
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  /** ASCII with CRLF. */
  readonly content: Uint8Array;
};

/** `unsigned`: the domain has no key that signs yet, and without a signature nobody takes a report. @throws StoreError */
export type SubmitReport = (letter: ReportLetter) => Promise<"queued" | "unsigned">;

/** Stands in the envelope of our own reports alone: what account holders submit has an account. */
const ENVELOPE_ID = "tlsrpt";
const MAX_HEADER_BYTES = 64 * 1024;

/** Whether a message of the queue is a report on TLS. */
export const isReportLetter = ({ account, envid }: Pick<Outbound, "account" | "envid">): boolean =>
  account === undefined && envid === ENVELOPE_ID;

export function createReportSubmit({
  queue,
  signer,
  clock,
}: {
  readonly queue: OutboundQueue;
  readonly signer: DkimSigner;
  readonly clock: Clock;
}): SubmitReport {
  return async ({ id, from, to, messageId, content }) => {
    const time = clock.now();
    const signatures = await signer.sign({ domain: submitterOf(from), time, ...signedParts(content) });
    if (signatures === "") return "unsigned";
    const bytes = Buffer.concat([Buffer.from(signatures, "latin1"), content]);
    await enqueue(
      queue,
      {
        id,
        account: undefined,
        sender: from,
        messageId,
        body: "7BIT",
        smtpUtf8: false,
        requireTls: false,
        ret: "HDRS",
        envid: ENVELOPE_ID,
        submittedAt: time,
      },
      // Nobody waits for word of a report (RFC 3461 section 4.1, NEVER).
      [{ address: to, notify: { success: false, failure: false, delay: false }, orcpt: undefined }],
      {
        size: bytes.length,
        bytes,
        async *pieces(): AsyncGenerator<Uint8Array> {
          yield bytes;
        },
      },
      // RFC 8460 section 5.5: tried for 24 hours.
      { lifeMs: DAY, delayAfterMs: DAY },
    );
    return "queued";
  };
}

function signedParts(content: Uint8Array): Pick<Parameters<DkimSigner["sign"]>[0], "fields" | "bodyHash"> {
  const header = new HeaderSplitter(MAX_HEADER_BYTES);
  const hash = new RelaxedBodyHash();
  const body = header.write(content);
  if (body !== undefined) hash.write(body);
  return { fields: editedFields(header.end()), bodyHash: hash.end() };
}
