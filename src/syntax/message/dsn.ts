/**
 * Writes delivery status notifications: RFC 3464 inside RFC 6522, marked as written by a program (RFC 3834 section 5). The
 * text for people, the status for programs, and what is returned of the message. Addresses and returned octets beyond
 * ASCII make the parts those of RFC 6533. Nothing that a remote host said can end a line or begin a field.
 */
import { formatDate } from "../smtp/trace.ts";
import { decodeXtext } from "../smtp/xtext.ts";
import { isAscii } from "./octets.ts";

export type ReportedStatus = {
  /** As in the envelope. */
  readonly recipient: string;
  /** As the sender gave it, in xtext with its type. */
  readonly orcpt: string | undefined;
  readonly action: "failed" | "delayed" | "delivered" | "relayed";
  /** RFC 3463. */
  readonly status: string;
  readonly remoteHost: string | undefined;
  /** What the host said, code first, and a line for each of its lines (`\n`); or our own finding. */
  readonly diagnostic: { readonly type: "smtp" | "x-altmail"; readonly text: string } | undefined;
  /** Epoch milliseconds, for `delayed`. */
  readonly retriedUntil: number | undefined;
};

export type StatusReport = {
  /** Printable ASCII. */
  readonly from: string;
  /** The sender of the message. */
  readonly to: string;
  /** ASCII. */
  readonly subject: string;
  /** Lines parted by `\n`. */
  readonly text: string;
  readonly date: number;
  /** Without its angle brackets. */
  readonly messageId: string;
  /** Message-ID of what it is about, likewise; one that cannot stand in a field is left out. */
  readonly inReplyTo?: string | undefined;
  /** It is put into a mailbox as it is: it shows the null path, as what comes by SMTP does (RFC 5321 section 4.4). */
  readonly isDelivered?: boolean;
  readonly reportingHost: string;
  /** In xtext. */
  readonly envid: string | undefined;
  readonly arrivedAt: number;
  readonly statuses: readonly ReportedStatus[];
  /** The header alone, or the whole message: octets as they were sent. */
  readonly returned: { readonly kind: "headers" | "message"; readonly octets: Uint8Array };
  /** Must not occur in anything that is returned: random. */
  readonly boundary: string;
};

const encoder = new TextEncoder();
/** What leaves a line of RFC 5322 section 2.1.1 its room. */
const MESSAGE_ID = /^[!-;=?-~]{1,900}$/;

export function composeStatusReport(report: StatusReport): Uint8Array {
  const { returned, boundary, statuses } = report;
  const isWide = !statuses.every(({ recipient }) => isAscii(recipient)) || !isAscii(report.to);
  const isWideReturn = returned.octets.some((octet) => octet > 127);
  const status = statusText(report, isWide);
  const { inReplyTo = "" } = report;
  const isAnswer = MESSAGE_ID.test(inReplyTo);
  const head = [
    ...(report.isDelivered === true ? ["Return-Path: <>"] : []),
    `From: ${line(report.from)}`,
    `To: ${line(report.to)}`,
    `Subject: ${line(report.subject)}`,
    `Date: ${formatDate(report.date)}`,
    `Message-ID:\r\n <${line(report.messageId)}>`,
    ...(isAnswer ? [`In-Reply-To:\r\n <${inReplyTo}>`, `References:\r\n <${inReplyTo}>`] : []),
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status;",
    ` boundary="${boundary}"`,
    "Content-Transfer-Encoding: 8bit",
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    report.text.toWellFormed().replace(/\r\n?|\n/g, "\r\n"),
    `--${boundary}`,
    `Content-Type: message/${isWide ? "global-" : ""}delivery-status`,
    `Content-Transfer-Encoding: ${isAscii(status) ? "7bit" : "8bit"}`,
    "",
    status,
    `--${boundary}`,
    `Content-Type: ${returnedType(returned.kind, isWideReturn && isWide)}`,
    `Content-Transfer-Encoding: ${isWideReturn ? "8bit" : "7bit"}`,
    "",
    "",
  ].join("\r\n");
  const parts = [encoder.encode(head), returned.octets, encoder.encode(`\r\n--${boundary}--\r\n`)];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** RFC 6522 section 4, RFC 6533 section 5 and section 6. */
function returnedType(kind: "headers" | "message", isWide: boolean): string {
  if (kind === "message") return isWide ? "message/global" : "message/rfc822";
  return isWide ? "message/global-headers" : "text/rfc822-headers";
}

/**
 * RFC 3464 section 2.1: groups of fields, an empty line before each recipient's. RFC 3461 section 9.2: each line of a reply is
 * a line of the field.
 */
function statusText({ reportingHost, envid, arrivedAt, statuses }: StatusReport, isWide: boolean): string {
  const message = [
    ...(envid === undefined ? [] : [field("Original-Envelope-Id", decodeXtext(envid) ?? envid)]),
    field("Reporting-MTA", `dns; ${reportingHost}`),
    field("Arrival-Date", formatDate(arrivedAt)),
  ];
  const groups = statuses.map((one) => [
    ...(one.orcpt === undefined ? [] : [field("Original-Recipient", originalText(one.orcpt))]),
    field("Final-Recipient", `${isWide && !isAscii(one.recipient) ? "utf-8" : "rfc822"}; ${one.recipient}`),
    field("Action", one.action),
    field("Status", one.status),
    ...(one.remoteHost === undefined ? [] : [field("Remote-MTA", `dns; ${one.remoteHost}`)]),
    ...(one.diagnostic === undefined
      ? []
      : [field("Diagnostic-Code", ...`${one.diagnostic.type}; ${one.diagnostic.text}`.split("\n"))]),
    ...(one.retriedUntil === undefined ? [] : [field("Will-Retry-Until", formatDate(one.retriedUntil))]),
  ]);
  return [message, ...groups].map((fields) => `${fields.join("\r\n")}\r\n`).join("\r\n");
}

function originalText(orcpt: string): string {
  const semicolon = orcpt.indexOf(";");
  const address = orcpt.slice(semicolon + 1);
  return `${orcpt.slice(0, semicolon)}; ${decodeXtext(address) ?? address}`;
}

/** Folded where it is long (RFC 5322 section 2.1.1), and before each value but the first. */
function field(name: string, ...values: readonly string[]): string {
  const lines: string[] = [];
  let out = `${name}:`;
  for (const [n, value] of values
    .map(line)
    .filter((one) => one !== "")
    .entries()) {
    for (const [place, word] of value.split(" ").entries()) {
      const isNext = place === 0 ? n > 0 : out.length + 1 + word.length > 76 && out !== `${name}:`;
      if (isNext) {
        lines.push(out);
        out = "";
      }
      out += ` ${word}`;
    }
  }
  return [...lines, out].join("\r\n");
}

/** One line without control signs. */
const line = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
