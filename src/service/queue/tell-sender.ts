/**
 * Gives delivery reports to senders, by local delivery into their INBOX under the report's own id, which the store takes
 * once. A report has the null sender and never goes over the queue, so none can cause another (RFC 3461 section 5.2).
 */
import { hash, randomBytes } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { contentOf, firstOctets } from "../../store/content-of.ts";
import type { Directory } from "../../store/directory.ts";
import type { ContentSource, MailStore } from "../../store/mail-store.ts";
import type { OutboundQueue, PendingReport, ReportedRecipient } from "../../store/outbound-queue.ts";
import { StoreError } from "../../store/store-error.ts";
import { composeStatusReport, type ReportedStatus } from "../../syntax/message/dsn.ts";
import { decodeWords } from "../../syntax/message/encoded-words.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import { textOf } from "../notices/letter.ts";
import { transcriptOf } from "./reply-words.ts";
import { reportWords } from "./report-words.ts";

export type TellSenderServices = {
  readonly queue: OutboundQueue;
  readonly mail: MailStore;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  /** Our name in the world: Reporting-MTA, message ids. */
  readonly hostName: string;
  /** Where reports come from and questions go. */
  readonly contact: string;
};

/** A message that is asked back as a whole comes so up to here, for it is put together in memory. */
const MOST_RETURNED_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;

/** Fulfils when the report is durable in the sender's store, or nobody is left to have it. @throws StoreError */
export async function tellSender(services: TellSenderServices, report: PendingReport): Promise<void> {
  const { mail, directory, clock, log } = services;
  const { account: id, sender } = report.message;
  const account = id === undefined ? undefined : await directory.byId(id);
  if (account === undefined || account.state === "closing" || sender === "") return;
  const bytes = await compose(services, report, account.language);
  const now = clock.now();
  try {
    const { kind } = await mail.write(account.id).deliver({
      id: report.id,
      fingerprint: hash("sha256", `delivery report ${report.id}`, "buffer"),
      into: "INBOX",
      mail: {
        content: contentOf(bytes),
        derived: parseMessage(bytes),
        flags: { system: 0, keywords: [] },
        internalDate: now - (now % 1000),
        zoneMinutes: 0,
      },
    });
    const recipients = report.recipients.length;
    log("queue.reported", {
      delivery: report.message.id,
      account: account.id,
      recipients,
      repeated: kind === "repeated",
    });
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "no-account")) throw error;
  }
}

async function compose(
  { queue, clock, hostName, contact }: TellSenderServices,
  report: PendingReport,
  language: "sv" | "en",
): Promise<Uint8Array> {
  const { message, recipients, deadline } = report;
  const { submittedAt } = message;
  const content = await queue.content(message.id);
  const header = await headerOf(content);
  const days = Math.round((deadline - submittedAt) / DAY);
  const about = { subject: subjectIn(header), submittedAt, recipients, days, contact, hostName };
  const { subject, paragraphs } = reportWords(language, about);
  return composeStatusReport({
    from: `Mail Delivery System <${contact}>`,
    to: `<${message.sender}>`,
    subject,
    text: textOf(paragraphs),
    date: clock.now(),
    messageId: `${report.id}@${hostName}`,
    inReplyTo: message.messageId,
    isDelivered: true,
    reportingHost: hostName,
    envid: message.envid,
    arrivedAt: submittedAt,
    statuses: recipients.map((one) => statusOf(one, deadline, hostName)),
    returned: isWhole(report)
      ? { kind: "message", octets: await firstOctets(content, content.size) }
      : { kind: "headers", octets: header },
    boundary: `=_${randomBytes(18).toString("base64url")}`,
  });
}

/**
 * RFC 3461 section 4.3: RET asks for the whole message, and for reports of failure alone. RFC 8689 section 5: not of one that
 * REQUIRETLS was asked for.
 */
const isWhole = ({ message, recipients }: PendingReport): boolean =>
  message.ret === "FULL" &&
  message.tlsWish !== "required" &&
  message.size <= MOST_RETURNED_BYTES &&
  message.body !== "BINARYMIME" &&
  recipients.some(({ action }) => action === "failed");

/**
 * RFC 3464 section 2.3.6: the remote host is named where it issued what stands here; what we found about it ourselves, and what
 * we say of our own mailboxes, is ours.
 */
function statusOf(
  { address, orcpt, action, reply }: ReportedRecipient,
  deadline: number,
  hostName: string,
): ReportedStatus {
  const { host, code, enhanced, words } = reply;
  const isProblem = action === "failed" || action === "delayed";
  const transcript = host === undefined ? undefined : transcriptOf(reply);
  const finding = host === undefined ? words : `${host}: ${words}`;
  return {
    recipient: address,
    orcpt,
    action,
    status: statusCode(enhanced, action),
    remoteHost: code === undefined || host === hostName ? undefined : host,
    diagnostic: isProblem
      ? { type: transcript === undefined ? "x-altmail" : "smtp", text: transcript ?? finding }
      : undefined,
    retriedUntil: action === "delayed" ? deadline : undefined,
  };
}

/** RFC 3464 section 2.3.4; a remote host may have said anything. */
function statusCode(enhanced: string, action: ReportedRecipient["action"]): string {
  if (/^[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})$/.test(enhanced)) return enhanced;
  return action === "failed" ? "5.0.0" : action === "delayed" ? "4.0.0" : "2.0.0";
}

async function headerOf(content: ContentSource): Promise<Uint8Array> {
  const octets = await firstOctets(content, MOST_HEADER_BYTES);
  return octets.subarray(0, headerFields(octets).at(-1)?.end ?? 0);
}

const subjectIn = (header: Uint8Array): string =>
  decodeWords(headerFields(header).find(({ name }) => name === "subject")?.value ?? "");
