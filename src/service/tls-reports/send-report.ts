/**
 * Sends one report to the places that the domain names, each once: what has it is written down before anything else is
 * done, and all attempts bear the same report id, by which a repetition after a crash is known (RFC 8460 section 5.3).
 */
import { hash, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Clock } from "../../host/clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
import { domainOf, reportFileName } from "../../rules/daily-report/place.ts";
import { placeText, readReportPlaces, recordName, type ReportPlace } from "../../rules/tls-report/record.ts";
import { type PolicySums, writeReport } from "../../rules/tls-report/report.ts";
import { deliveryId } from "../../store/ids.ts";
import type { DueReport } from "../../store/planned-reports.ts";
import type { TlsResults, TlsSums } from "../../store/tls-results.ts";
import { composeReportMail } from "../../syntax/message/report-mail.ts";
import type { SendResult } from "../daily-reports/reporter.ts";
import type { ReportLog } from "./report-events.ts";
import type { SubmitReport } from "./report-letter.ts";

/** Gives a report in gzip to an HTTPS server (RFC 8460 section 5.4); never rejects. */
export type ReportPost = (url: string, report: Uint8Array) => Promise<Posted>;

export type Posted =
  | { readonly kind: "taken" }
  /** `code`: of HTTP, if there was an answer. `isFinal`: the server would say the same again. */
  | { readonly kind: "failed"; readonly code: number | undefined; readonly isFinal: boolean };

export type ReportSender = {
  readonly results: Pick<TlsResults, "sums" | "noteSent">;
  readonly resolver: Pick<Resolver, "resolve">;
  readonly submit: SubmitReport;
  readonly post: ReportPost;
  readonly clock: Clock;
  readonly log: ReportLog;
  /** Who we are, for people. */
  readonly organisation: string;
  /** Whom to ask: an address in ASCII at a domain of ours, which signs; reports come from it. */
  readonly contact: string;
  /** Our name in the world, for ids. */
  readonly hostName: string;
};

type Letter = { readonly id: string; readonly name: string; readonly file: Uint8Array };
type Sent = "sent" | "refused" | Extract<SendResult, { readonly kind: "again" }>;

const compressed = promisify(gzip);

/** @throws StoreError; then it is not known whether all places have it, and it is to be called again. */
export async function sendReport(sender: ReportSender, report: DueReport): Promise<SendResult> {
  const { results, resolver } = sender;
  const { day, destination } = report;
  const answer = await resolver.resolve(recordName(destination), "TXT");
  if (answer.kind === "servfail" || answer.kind === "timeout") return { kind: "again", why: "dns", code: undefined };
  const places = answer.kind === "records" ? (readReportPlaces(answer.records) ?? []) : [];
  const left = places.filter((place) => !report.sentTo.includes(markOf(place)));
  if (left.length === 0) return { kind: "done" };
  const sums = await results.sums(day, destination);
  if (sums.length === 0) return { kind: "done" };

  const letter = await letterOf(sender, report, withOurs(sums, await ourAddresses(sender)));
  let again: SendResult = { kind: "done" };
  for (const place of left) {
    const sent =
      place.kind === "mail"
        ? await byMail(sender, report, letter, place.address)
        : await byPost(sender, report, letter, place.url);
    if (sent === "sent" || sent === "refused") await results.noteSent(day, destination, markOf(place));
    else again = sent;
    if (sent === "sent") {
      const way = place.kind;
      sender.log("tlsreport.sent", { destination, way, attempts: report.attempts + 1, bytes: letter.file.length });
    }
  }
  return again;
}

async function letterOf(
  { organisation, contact, hostName }: ReportSender,
  { day, destination, id }: DueReport,
  policies: readonly PolicySums[],
): Promise<Letter> {
  const reportId = `${new Date(day).toISOString().slice(0, 10)}.${id}@${hostName}`;
  const json = writeReport({ organisation, contact, id: reportId, day, policies });
  const file = await compressed(json, { level: 9 });
  const names = { submitter: domainOf(contact), domain: destination, day, unique: id };
  return { id: reportId, name: reportFileName({ ...names, extension: "json.gz" }), file };
}

async function byMail(
  { submit, clock, contact, hostName }: ReportSender,
  { destination, id }: DueReport,
  letter: Letter,
  to: string,
): Promise<Sent> {
  const submitter = domainOf(contact);
  // The same in every attempt: the queue takes it once.
  const delivery = deliveryId(hash("sha256", `TLS report ${id} ${to}`, "hex").slice(0, 32));
  const messageId = `${delivery}@${hostName}`;
  const content = composeReportMail({
    kind: "tls",
    from: contact,
    to,
    reportDomain: destination,
    submitter,
    reportId: letter.id,
    messageId,
    date: clock.now(),
    text: wordsFor(destination, submitter, contact),
    fileName: letter.name,
    file: letter.file,
    boundary: `=_${randomBytes(18).toString("base64url")}`,
  });
  const submitted = await submit({ id: delivery, from: contact, to, messageId, content });
  return submitted === "queued" ? "sent" : { kind: "again", why: "unsigned", code: undefined };
}

async function byPost(
  { post, log }: ReportSender,
  { destination, attempts }: DueReport,
  { file }: Letter,
  url: string,
): Promise<Sent> {
  const posted = await post(url, file);
  if (posted.kind === "taken") return "sent";
  const { code, isFinal } = posted;
  if (!isFinal) return { kind: "again", why: "unreached", code };
  log("tlsreport.failed", { destination, why: "refused", attempts: attempts + 1, code });
  return "refused";
}

type OurAddresses = Readonly<Record<"ipv4" | "ipv6", string | undefined>>;

/** Our name leads to the addresses that we send from; where it leads to several, nobody can say from which it was. */
async function ourAddresses({ resolver, hostName }: ReportSender): Promise<OurAddresses> {
  const answers = await Promise.all([resolver.resolve(hostName, "A"), resolver.resolve(hostName, "AAAA")]);
  const [ipv4, ipv6] = answers.map((answer) => {
    const [address, ...more] = answer.kind === "records" ? answer.records : [];
    return more.length === 0 ? address : undefined;
  });
  return { ipv4, ipv6 };
}

const withOurs = (sums: readonly TlsSums[], { ipv4, ipv6 }: OurAddresses): readonly PolicySums[] =>
  sums.map(({ policy, successes, failures, details }) => ({
    policy,
    successes,
    failures,
    details: details.map((detail) => ({
      ...detail,
      sendingAddress:
        detail.receivingAddress === undefined ? undefined : detail.receivingAddress.includes(":") ? ipv6 : ipv4,
    })),
  }));

/** What is kept of a place: enough to know it again. */
const markOf = (place: ReportPlace): string => hash("sha256", placeText(place), "hex");

const wordsFor = (domain: string, submitter: string, contact: string): string =>
  [
    `This is the daily report on TLS of mail from ${submitter} to`,
    `${domain}, as its DNS asks for (RFC 8460).`,
    "The report itself is the attached file. A program wrote this; questions:",
    contact,
  ].join("\n");
