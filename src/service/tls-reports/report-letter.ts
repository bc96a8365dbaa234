/**
 * A daily report on its way as mail: put into the outbound queue with the signature it must have (RFC 8460 section 3, RFC
 * 9990 section 3.5.2). Reports have destinations of their own there: they are not themselves reported about, and what
 * becomes of them says nothing of how the domain takes other mail. Those on TLS go whatever TLS comes to.
 */
import { type Clock, DAY } from "../../host/clock.ts";
import { domainOf } from "../../rules/daily-report/place.ts";
import type { DeliveryId } from "../../store/ids.ts";
import { type OwnLetterPost, postOwnLetter } from "../queue/own-letter.ts";

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

export type ReportSubmitOptions = OwnLetterPost & {
  readonly clock: Clock;
  readonly kind: ReportKind;
};

export function createReportSubmit(options: ReportSubmitOptions): SubmitReport {
  const { clock, kind } = options;
  return ({ id, from, to, messageId, content }) => {
    const now = clock.now();
    return postOwnLetter(options, {
      id,
      sender: from,
      to,
      domain: domainOf(from),
      mustBeSigned: true,
      destinationPrefix: PREFIXES[kind],
      messageId,
      ret: "HDRS",
      envid: undefined,
      submittedAt: now,
      // RFC 8460 section 5.5: tried for 24 hours.
      deadline: now + DAY,
      content,
    });
  };
}
