/**
 * A daily report on its way as mail: put into the outbound queue with the signature it must have (RFC 8460 section 3, RFC
 * 9990 section 3.5.2). Reports have destinations of their own there: they are not themselves reported about, and what
 * becomes of them says nothing of how the domain takes other mail. Those on TLS go whatever TLS comes to.
 */
import { type Clock, DAY } from "../../host/clock.ts";
import { domainOf } from "../../rules/daily-report/place.ts";
import { contentOf } from "../../store/content-of.ts";
import type { DeliveryId } from "../../store/ids.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import type { DkimSigner } from "../submission/dkim-signer.ts";
import { signedLetter } from "../submission/signed-letter.ts";

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

export type ReportKind = "tls" | "dmarc";

/** No domain has a colon. */
const PREFIXES: Readonly<Record<ReportKind, string>> = { tls: "tlsrpt:", dmarc: "dmarc:" };

/** What a destination of the queue stands for, where it is one of reports. */
export function letterPlace(destination: string): { readonly kind: ReportKind; readonly domain: string } | undefined {
  const kind = (["tls", "dmarc"] as const).find((one) => destination.startsWith(PREFIXES[one]));
  return kind === undefined ? undefined : { kind, domain: destination.slice(PREFIXES[kind].length) };
}

export function createReportSubmit({
  queue,
  signer,
  clock,
  kind = "tls",
}: {
  readonly queue: OutboundQueue;
  readonly signer: DkimSigner;
  readonly clock: Clock;
  readonly kind?: ReportKind;
}): SubmitReport {
  return async ({ id, from, to, messageId, content }) => {
    const time = clock.now();
    const bytes = await signedLetter(signer, domainOf(from), content, time);
    if (bytes === undefined) return "unsigned";
    await queue.add(
      {
        id,
        account: undefined,
        sender: from,
        messageId,
        body: "7BIT",
        smtpUtf8: false,
        requireTls: false,
        ret: "HDRS",
        envid: undefined,
        submittedAt: time,
      },
      // Nobody waits for word of a report (RFC 3461 section 4.1, NEVER).
      [
        {
          address: to,
          destination: `${PREFIXES[kind]}${domainOf(to)}`,
          notify: { success: false, failure: false, delay: false },
          orcpt: undefined,
        },
      ],
      // RFC 8460 section 5.5: tried for 24 hours.
      { dueAt: time, deadline: time + DAY, delayAt: time + DAY },
      contentOf(bytes),
    );
    return "queued";
  };
}
