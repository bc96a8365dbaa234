/**
 * Reads the daily report that a mail carries, on DMARC or on TLS, packed or not; `undefined` when it carries none. Mail of
 * strangers: whatever it is, memory and time have bounds, the loop is given back between, and nothing throws.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import type { ReadReport } from "../../rules/daily-report/read-report.ts";
import { DmarcReportReader } from "../../rules/dmarc-report/read-report.ts";
import { readTlsReport } from "../../rules/tls-report/read-report.ts";
import { formatOf, type ReportAttachment, reportAttachments } from "../../syntax/message/report-attachments.ts";
import { decodeXml } from "../../syntax/xml/decode.ts";
import { xmlEvents } from "../../syntax/xml/elements.ts";
import { firstFile } from "../../syntax/zip/first-file.ts";
import { gzipMember } from "../../syntax/zip/gzip-member.ts";

export type ReportLimits = {
  /** Octets of the whole mail; of a larger one nothing is read. */
  readonly maxMessageBytes: number;
  /** Octets of an unpacked XML document: RFC 9990 section 8.1 warns of those that grow. */
  readonly maxXmlBytes: number;
  /** Octets of an unpacked JSON document, which is read as a whole. */
  readonly maxJsonBytes: number;
  /** Elements that are read without giving the loop to others. */
  readonly elementsAtOnce: number;
};

const MiB = 1024 * 1024;

export const reportLimits: ReportLimits = Object.freeze({
  maxMessageBytes: 8 * MiB,
  maxXmlBytes: 12 * MiB,
  maxJsonBytes: MiB,
  elementsAtOnce: 2000,
});

/** @param isOurs whether mail from this address comes from our own servers */
export async function readReport(
  message: Uint8Array,
  isOurs: (address: string) => boolean,
  limits: ReportLimits = reportLimits,
): Promise<ReadReport | undefined> {
  if (message.length > limits.maxMessageBytes) return undefined;
  for (const attachment of reportAttachments(message)) {
    const report = await readAttachment(attachment, isOurs, limits);
    if (report !== undefined) return report;
  }
  return undefined;
}

/** Reads one file, as it was attached. */
export async function readAttachment(
  attachment: ReportAttachment,
  isOurs: (address: string) => boolean,
  limits: ReportLimits = reportLimits,
): Promise<ReadReport | undefined> {
  const octets = await unpacked(attachment, Math.max(limits.maxXmlBytes, limits.maxJsonBytes));
  if (octets === undefined) return undefined;
  const format = formatOf(octets);
  if (format === "xml" && octets.length <= limits.maxXmlBytes) return readXml(octets, isOurs, limits);
  if (format === "json" && octets.length <= limits.maxJsonBytes)
    return readTlsReport(decodeXml(octets).replace(/^\ufeff/, ""));
  return undefined;
}

const inflated = promisify(inflateRaw);

/** What is in it; `undefined` when that is larger than `maxOutputLength`, or broken. */
async function unpacked({ kind, octets }: ReportAttachment, maxOutputLength: number): Promise<Uint8Array | undefined> {
  try {
    if (kind === "gzip") {
      // Not `gunzip`: that fails where senders have put a line end behind the file.
      const member = gzipMember(octets);
      return member === undefined ? undefined : await inflated(member, { maxOutputLength });
    }
    if (kind !== "zip") return octets;
    const file = firstFile(octets);
    if (file === undefined) return undefined;
    const out = file.method === "stored" ? file.octets : await inflated(file.octets, { maxOutputLength });
    return crc32(out) === file.crc32 ? out : undefined;
  } catch {
    // zlib says so of what is broken, cut off or too large.
    return undefined;
  }
}

async function readXml(
  octets: Uint8Array,
  isOurs: (address: string) => boolean,
  { elementsAtOnce }: ReportLimits,
): Promise<ReadReport | undefined> {
  const reader = new DmarcReportReader(isOurs);
  let events = 0;
  for (const event of xmlEvents(decodeXml(octets))) {
    reader.take(event);
    if (++events % elementsAtOnce === 0) await othersFirst();
  }
  return reader.end();
}
