/**
 * Reads reports that arrive: delivery status notifications (RFC 3464) and feedback reports of abuse (RFC 5965), both
 * multipart/report (RFC 6522). What they say of our message: where its header says that it was submitted, its Message-ID,
 * the envelope's id, the recipients. Total; of what is no report, or says nothing that could be matched, the answer is that
 * it is none. Feedback loops leave out or alter whatever names people. Forgers write such reports too: nothing here is to be
 * believed before it matches something of ours.
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
  /** RFC 5965 section 3.1; `isSpam`: a person, or a filter, complains of what the sender did. */
  | {
      readonly kind: "feedback";
      readonly feedbackType: string;
      readonly isSpam: boolean;
      readonly about: ReportSubject;
    };

export type ReportSubject = {
  /** It brings back the message, or its header. */
  readonly isReturned: boolean;
  /** In the order of the header: the last host that took it so comes first. */
  readonly submissions: readonly Submission[];
  /** Without its brackets. */
  readonly messageId: string | undefined;
  /** Decoded. */
  readonly envid: string | undefined;
  /** Lower case. */
  readonly recipients: readonly string[];
};

/** What a Received field of the returned header says of a host that took the message from somebody who had logged in. */
export type Submission = {
  /** Lower case. */
  readonly host: string;
  readonly id: string;
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
  const header = returned === undefined ? [] : headerFields(returned.body);
  const original = {
    isReturned: returned !== undefined,
    submissions: submissionsIn(header),
    messageId: messageIdOf(header),
  };
  const machine = parts.find((part) => part.entity.type === "message" && MACHINE.has(part.entity.subtype));
  if (machine === undefined) return NONE;
  if (kind === "feedback-report" && machine.entity.subtype === "feedback-report") return feedbackIn(machine, original);
  if (kind === "delivery-status" && machine.entity.subtype !== "feedback-report") return statusIn(machine, original);
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

type Original = Pick<ReportSubject, "isReturned" | "submissions" | "messageId">;

function statusIn({ body }: Part, original: Original): ArrivedReport {
  const [first = [], ...groups] = groupsOf(body);
  const actions = groups.map((fields) => valueOf(fields, "action")?.toLowerCase());
  if (actions.length === 0) return NONE;
  const action = actions.includes("failed") ? "failed" : actions.includes("delayed") ? "delayed" : "delivered";
  const about = { ...original, envid: valueOf(first, "original-envelope-id"), recipients: recipientsOf(groups.flat()) };
  return { kind: "status", action, about };
}

/**
 * RFC 5965 section 7.3. The others are none: "not-spam" takes a complaint back, "auth-failure" tells of a signature that did
 * not hold, "other" and what was registered since may be anything: a person has to judge.
 */
const COMPLAINTS: ReadonlySet<string> = new Set(["abuse", "fraud", "virus"]);

function feedbackIn({ body }: Part, original: Original): ArrivedReport {
  const fields = groupsOf(body).flat();
  const feedbackType = valueOf(fields, "feedback-type")?.toLowerCase();
  if (feedbackType === undefined || !/^[a-z0-9-]{1,40}$/.test(feedbackType)) return NONE;
  const about = { ...original, envid: valueOf(fields, "original-envelope-id"), recipients: recipientsOf(fields) };
  return { kind: "feedback", feedbackType, isSpam: COMPLAINTS.has(feedbackType), about };
}

/** RFC 3464 section 2.1: groups of fields, parted by empty lines. */
function groupsOf(body: Uint8Array): readonly (readonly HeaderField[])[] {
  return octetString(body)
    .split(/(?:\r?\n)[ \t]*(?:\r?\n)/, MOST_GROUPS + 1)
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

/** RFC 3848: the A in the protocol says that there was a log-in. Fields that tell of a client are not meant. */
const SUBMISSION =
  /^by[ \t]+([^ \t;]{1,255})[ \t]+with[ \t]+(?:ESMTPS?A|UTF8SMTPS?A)[ \t]+id[ \t]+([^ \t;]{1,255})[ \t]*;/i;

function submissionsIn(fields: readonly HeaderField[]): readonly Submission[] {
  return fields.flatMap(({ name, value }) => {
    const [, host, id] = (name === "received" && SUBMISSION.exec(value)) || [];
    return host === undefined || id === undefined ? [] : [{ host: host.toLowerCase(), id }];
  });
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
