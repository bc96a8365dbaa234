/**
 * Sends one aggregate report to the addresses that the domain names and that agree, each once (RFC 9990 sections 3.5 and
 * 4): what has it is written down before anything else is done, and all attempts bear the same report id, file name and
 * Message-ID, by which a repetition after a crash is known. Reports on single messages are never made.
 */
import { hash, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Clock, SECOND } from "../../host/clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
import { isDmarcRecord, readDmarcRecord } from "../../rules/authentication/dmarc/record.ts";
import { organizationalDomain, TreeWalker } from "../../rules/authentication/dmarc/tree-walk.ts";
import { canBeAsked, type Lookup } from "../../rules/authentication/lookup.ts";
import { domainOf, reportFileName } from "../../rules/daily-report/place.ts";
import { consentName, type DmarcPlace, placesByConsent, readPlaces } from "../../rules/dmarc-report/places.ts";
import { type DmarcRow, type PublishedPolicy, writeReport } from "../../rules/dmarc-report/report.ts";
import { deliveryId } from "../../store/ids.ts";
import type { DmarcResults, DmarcSums } from "../../store/dmarc-results.ts";
import type { DueReport } from "../../store/planned-reports.ts";
import { composeReportMail } from "../../syntax/message/report-mail.ts";
import { openLookup } from "../authentication/message-lookup.ts";
import type { SendResult } from "../daily-reports/reporter.ts";
import type { SubmitReport } from "../tls-reports/report-letter.ts";
import type { DmarcReportLog } from "./report-events.ts";

export type DmarcReportSender = {
  readonly results: Pick<DmarcResults, "sums" | "noteSent">;
  readonly resolver: Resolver;
  /** Of the kind "dmarc". */
  readonly submit: SubmitReport;
  readonly clock: Clock;
  readonly log: DmarcReportLog;
  /** Who we are, for people. */
  readonly organisation: string;
  /** Whom to ask: an address in ASCII at a domain of ours, which signs; reports come from it. */
  readonly contact: string;
  /** Our name in the world, for ids. */
  readonly hostName: string;
};

/** For all places of one report; a walk asks 8 questions at most (RFC 9989 section 4.10). */
const LOOKUP = { patienceMs: 60 * SECOND, maxQuestions: 60 };

const compressed = promisify(gzip);

/** @throws StoreError; then it is not known whether all places have it, and it is to be called again. */
export async function sendDmarcReport(sender: DmarcReportSender, report: DueReport): Promise<SendResult> {
  const { results, resolver, clock } = sender;
  const { day, destination } = report;
  using asking = openLookup(resolver, clock, LOOKUP);
  const places = await placesOf(destination, asking.lookup);
  if (places === "temporary") return { kind: "again", why: "dns", code: undefined };
  const left = places.filter(({ address }) => !report.sentTo.includes(markOf(address)));
  if (left.length === 0) return { kind: "done" };
  const sums = await results.sums(day, destination);
  if (sums === undefined) return { kind: "done" };

  const file = await compressed(Array.from(writeReport(reportOf(sender, report, sums))).join(""), { level: 9 });
  let again: SendResult = { kind: "done" };
  for (const place of left) {
    const sent = await sendTo(sender, report, file, place);
    if (sent === "unsigned") again = { kind: "again", why: "unsigned", code: undefined };
    else await results.noteSent(day, destination, markOf(place.address));
  }
  return again;
}

/** The addresses that take a report on the domain; none where it asks for none. */
async function placesOf(domain: string, lookup: Lookup): Promise<readonly DmarcPlace[] | "temporary"> {
  const found = await lookup(`_dmarc.${domain}`, "TXT");
  if (found.kind === "temporary") return "temporary";
  const [record, ...more] = found.kind === "records" ? found.values.filter(isDmarcRecord) : [];
  // RFC 9989 section 4.10: of several none is believed.
  if (record === undefined || more.length > 0) return [];
  const walker = new TreeWalker(lookup);
  const places = new Map<string, DmarcPlace>();
  for (const place of readPlaces(readDmarcRecord(record).reportsTo)) {
    const agreed = await agreedPlaces(domain, place, walker, lookup);
    if (agreed === "temporary") return "temporary";
    for (const one of agreed) places.set(one.address, one);
  }
  return [...places.values()];
}

/** RFC 9990 section 4: whoever is of the same organization need not be asked. */
async function agreedPlaces(
  domain: string,
  place: DmarcPlace,
  walker: TreeWalker,
  lookup: Lookup,
): Promise<readonly DmarcPlace[] | "temporary"> {
  if (place.host === domain) return [place];
  const [own, other] = await Promise.all([walker.walk(domain), walker.walk(place.host)]);
  if (!own.isWhole || !other.isWhole) return "temporary";
  if (organizationalDomain(own) === organizationalDomain(other)) return [place];
  const name = consentName(domain, place.host);
  if (!canBeAsked(name)) return [];
  const consent = await lookup(name, "TXT");
  if (consent.kind === "temporary") return "temporary";
  return consent.kind === "records" ? placesByConsent(consent.values, place) : [];
}

async function sendTo(
  sender: DmarcReportSender,
  report: DueReport,
  file: Uint8Array,
  { address, maxBytes }: DmarcPlace,
): Promise<"sent" | "too-large" | "unsigned"> {
  const { submit, clock, log, contact, hostName } = sender;
  const { day, destination, id } = report;
  const submitter = domainOf(contact);
  // The same in every attempt: the queue takes it once.
  const delivery = deliveryId(hash("sha256", `DMARC report ${id} ${address}`, "hex").slice(0, 32));
  const messageId = `${delivery}@${hostName}`;
  const content = composeReportMail({
    kind: "dmarc",
    from: contact,
    to: address,
    reportDomain: destination,
    submitter,
    // RFC 9990 section 3.1.4: the same in report, Subject and file name.
    reportId: id,
    messageId,
    date: clock.now(),
    text: wordsFor(destination, submitter, contact),
    fileName: reportFileName({ submitter, domain: destination, day, unique: id, extension: "xml.gz" }),
    file,
    boundary: `=_${randomBytes(18).toString("base64url")}`,
  });
  const attempts = report.attempts + 1;
  if (maxBytes !== undefined && content.length > maxBytes) {
    log("dmarcreport.failed", { destination, why: "size", attempts, code: undefined });
    return "too-large";
  }
  if ((await submit({ id: delivery, from: contact, to: address, messageId, content })) === "unsigned")
    return "unsigned";
  log("dmarcreport.sent", { destination, attempts, bytes: file.length });
  return "sent";
}

const reportOf = (
  sender: DmarcReportSender,
  report: DueReport,
  sums: DmarcSums,
): Parameters<typeof writeReport>[0] => ({
  organisation: sender.organisation,
  contact: sender.contact,
  id: report.id,
  day: report.day,
  policyDomain: report.destination,
  policy: JSON.parse(sums.published) as PublishedPolicy,
  rows: sums.rows.map(({ row, messages }) => ({ ...(JSON.parse(row) as DmarcRow), messages })),
});

/** What is kept of an address: enough to know it again. */
const markOf = (address: string): string => hash("sha256", address, "hex");

const wordsFor = (domain: string, submitter: string, contact: string): string =>
  [
    `This is the daily DMARC report on mail that ${submitter} received from`,
    `${domain}, as its DNS asks for (RFC 9990).`,
    "The report itself is the attached file. A program wrote this; questions:",
    contact,
  ].join("\n");
