/**
 * Reads reports that arrive: delivery status notifications (RFC 3464) and feedback reports of abuse (RFC 5965), both
 * multipart/report (RFC 6522). What they say of our message: its Message-ID, the envelope's id, the recipients. Total; of
 * what is no report, or says nothing that could be matched, the answer is that it is none. Forgers write such reports
 * too: nothing here is to be believed before it matches something of ours.
 */
import { boundaryOf, type Entity, readEntity } from "./entity.ts";
import { matchBoundary, trimmedEnd } from "./boundary.ts";
import { type HeaderField, headerFields } from "./header-fields.ts";
import { octetsOf, octetString } from "./octets.ts";
import { parameterValue } from "./parameters.ts";

export type ArrivedReport =
  | { readonly kind: "none" }
  | {
      readonly kind: "status";
      /** The worst of what it says of its recipients. */
      readonly action: "failed" | "delayed" | "delivered";
      readonly about: ReportSubject;
    }
  /** RFC 5965 section 3.1; `isSpam`: a person, or a filter, complains of it. */
  | {
      readonly kind: "feedback";
      readonly feedbackType: string;
      readonly isSpam: boolean;
      readonly about: ReportSubject;
    };

export type ReportSubject = {
  /** Without its brackets. */
  readonly messageId: string | undefined;
  /** Decoded. */
  readonly envid: string | undefined;
  /** Lower case. */
  readonly recipients: readonly string[];
};

const NONE: ArrivedReport = { kind: "none" };
/** Reports are small; what returns a whole message has the fields that matter before it. */
const MOST_BYTES = 256 * 1024;
const MOST_PARTS = 20;
const MOST_GROUPS = 200;

type Part = { readonly entity: Entity; readonly body: Uint8Array };

/** @param message from its start; of a large one the first 256 KiB are enough */
export function readArrivedReport(message: Uint8Array): ArrivedReport {
  const octets = message.subarray(0, MOST_BYTES);
  const { entity, body } = readPart(octets);
  if (entity.type !== "multipart" || entity.subtype !== "report") return NONE;
  const boundary = boundaryOf(entity.parameters);
  if (boundary === undefined) return NONE;
  const parts = partsOf(body, octetsOf(boundary));
  const kind = parameterValue(entity.parameters, "report-type")?.toLowerCase();
  const returned = parts.find(isReturned);
  const messageId = returned === undefined ? undefined : messageIdOf(headerFields(returned.body));
  const machine = parts.find((part) => part.entity.type === "message" && MACHINE.has(part.entity.subtype));
  if (machine === undefined) return NONE;
  if (kind === "feedback-report" && machine.entity.subtype === "feedback-report") return feedbackIn(machine, messageId);
  if (kind === "delivery-status" && machine.entity.subtype !== "feedback-report") return statusIn(machine, messageId);
  return NONE;
}

const MACHINE: ReadonlySet<string> = new Set(["delivery-status", "global-delivery-status", "feedback-report"]);
const RETURNED: ReadonlySet<string> = new Set([
  "message/rfc822",
  "text/rfc822-headers",
  "message/global",
  "message/global-headers",
]);
const isReturned = ({ entity }: Part): boolean => RETURNED.has(`${entity.type}/${entity.subtype}`);

function statusIn({ body }: Part, messageId: string | undefined): ArrivedReport {
  const [first = [], ...groups] = groupsOf(body);
  const actions = groups.map((fields) => valueOf(fields, "action")?.toLowerCase());
  if (actions.length === 0) return NONE;
  const action = actions.includes("failed") ? "failed" : actions.includes("delayed") ? "delayed" : "delivered";
  const about = { messageId, envid: valueOf(first, "original-envelope-id"), recipients: recipientsOf(groups.flat()) };
  return { kind: "status", action, about };
}

function feedbackIn({ body }: Part, messageId: string | undefined): ArrivedReport {
  const fields = groupsOf(body).flat();
  const feedbackType = valueOf(fields, "feedback-type")?.toLowerCase();
  if (feedbackType === undefined || !/^[a-z0-9-]{1,40}$/.test(feedbackType)) return NONE;
  const about = { messageId, envid: valueOf(fields, "original-envelope-id"), recipients: recipientsOf(fields) };
  // RFC 5965 section 7.3: not-spam takes a complaint back; the others say that somebody did not want it.
  return { kind: "feedback", feedbackType, isSpam: feedbackType !== "not-spam", about };
}

/** RFC 3464 section 2.1: groups of fields, parted by empty lines. */
function groupsOf(body: Uint8Array): readonly (readonly HeaderField[])[] {
  return octetString(body)
    .split(/(?:\r?\n)[ \t]*(?:\r?\n)/)
    .filter((group) => group.trim() !== "")
    .slice(0, MOST_GROUPS)
    .map((group) => headerFields(octetsOf(group.replace(/^(?:\r?\n)+/, ""))));
}

function valueOf(fields: readonly HeaderField[], name: string): string | undefined {
  const value = fields.find((field) => field.name === name)?.value;
  return value === undefined || value === "" ? undefined : value;
}

const RECIPIENT_FIELDS: ReadonlySet<string> = new Set(["original-recipient", "final-recipient", "original-rcpt-to"]);

function recipientsOf(fields: readonly HeaderField[]): readonly string[] {
  const values = fields.filter(({ name }) => RECIPIENT_FIELDS.has(name)).map(({ value }) => value);
  const addresses = values.map((value) =>
    value
      .replace(/^[A-Za-z0-9-]+[ \t]*;/, "")
      .trim()
      .replace(/^<(.*)>$/, "$1"),
  );
  return [...new Set(addresses.filter((address) => address.includes("@")).map((address) => address.toLowerCase()))];
}

function messageIdOf(fields: readonly HeaderField[]): string | undefined {
  return /<([^<>\s]{1,998})>/.exec(valueOf(fields, "message-id") ?? "")?.[1];
}

function readPart(octets: Uint8Array): Part {
  const fields = headerFields(octets);
  let at = fields.at(-1)?.end ?? 0;
  if (octets[at] === 13) at++;
  if (octets[at] === 10) at++;
  return { entity: readEntity(fields, false), body: octets.subarray(at) };
}

/** The parts of a multipart, RFC 2046 section 5.1.1; one that is cut off counts as far as it goes. */
function partsOf(body: Uint8Array, boundary: Uint8Array): readonly Part[] {
  const parts: Part[] = [];
  let start = -1;
  for (let at = 0; at < body.length && parts.length < MOST_PARTS; ) {
    const lf = body.indexOf(10, at);
    const next = lf < 0 ? body.length : lf + 1;
    const isDashes = body[at] === 45 && body[at + 1] === 45;
    const found = isDashes ? matchBoundary(body, at, trimmedEnd(body, at, lf < 0 ? next : lf), boundary) : undefined;
    if (found !== undefined) {
      if (start >= 0) parts.push(readPart(body.subarray(start, at)));
      start = next;
      if (found === "close") return parts;
    }
    at = next;
  }
  if (start >= 0 && parts.length < MOST_PARTS) parts.push(readPart(body.subarray(start)));
  return parts;
}
