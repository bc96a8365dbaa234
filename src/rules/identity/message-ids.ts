/**
 * The ids of a message that leaves (RFC 5322 section 3.6.4). Where the client's own name stands behind the at sign, its own
 * get the author's domain. Those of other mails, in References and In-Reply-To, are what holds a thread together: they stay,
 * octet for octet, but for the account's own earlier ones that were changed when they left.
 *
 * An own earlier one is known by its host: the name that the client gives itself in EHLO, or the one that the message's own
 * id has, if that is the client's. An id is changed as the message's own would have been, or taken out whole; never by halves.
 */
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import { COMMON, type Trace } from "./traces.ts";

export type IdRules = {
  /** Of the authors; what is made gets the first. */
  readonly domains: readonly [string, ...string[]];
  /** Every domain in which the account has an address. */
  readonly ours: readonly string[];
  /** The primary address's domain where an alias of another one writes: the message's own id does not have it. */
  readonly hidden: string | undefined;
  readonly helo: string;
  readonly isClient: Trace;
  readonly isPrimary: Trace;
};

const ID = /^<([^<>@\s]+)@([^<>@\s]+)>$/;
const WRITTEN_ID = /<[^<>]*>/g;
const PUBLIC_NAME = /^(?:[a-z0-9_\x80-\xff-]+\.)+[a-z\x80-\xff][a-z0-9\x80-\xff-]*$/;
/** Names that only their own network knows: those that standards keep for it, and what routers give out. */
const PRIVATE_NAME = /(?:^|\.)(?:local|localdomain|localhost|lan|home|internal|intranet|private|corp|home\.arpa)$/;

const isPrivate = (host: string): boolean => !PUBLIC_NAME.test(host) || PRIVATE_NAME.test(host);

/**
 * Whether a host of own ids is the client's machine. Where EHLO says nothing that others know, a name of three labels is taken
 * for it; one of two is more likely a domain of mail.
 */
function isMachine(host: string, { ours, helo, isClient }: IdRules): boolean {
  if (ours.includes(host)) return false;
  const name = helo.toLowerCase();
  if (host === name || isPrivate(host) || isClient(host)) return true;
  return isPrivate(name) && host.split(".").length > 2;
}

/** RFC 5322 section 2.1.1: a line has 998 octets, and a folded one begins with a space. */
const MAX_LINE = 998;
const MAX_ID = MAX_LINE - " <>".length;

/** A field of ids with their brackets, each on a line; the first, if it is long, too. */
export function idField(name: string, ids: readonly [string, ...string[]]): EditedField {
  const field = newField(name, ids.join("\r\n "));
  const isLong = `${name}: ${ids[0]}`.length > MAX_LINE;
  return isLong ? { ...field, raw: field.raw.replace(": ", ":\r\n ") } : field;
}

/** The message's own id, without brackets: it stays, but for the client's host, unless it tells more. @param freshId its left side then */
export function ownId(old: string, rules: IdRules, freshId: string): string {
  const { domains, hidden } = rules;
  const [, left, host = ""] = ID.exec(old) ?? [];
  const name = host.toLowerCase();
  const isOther = !domains.includes(name) && (name === hidden || isMachine(name, rules));
  return (left && untold(left, isOther ? domains[0] : host, rules)) ?? `${freshId}@${domains[0]}`;
}

/** An id of these halves; `undefined` when it tells something, or has no room in a line. */
function untold(left: string, host: string, { isClient, isPrimary }: IdRules): string | undefined {
  const id = `${left}@${host}`;
  return isClient(`${left}@`) || isPrimary(left) || isPrimary(id) || id.length > MAX_ID ? undefined : id;
}

/**
 * The id of the message's body (Content-ID): only one of the client's host, or that tells more, is changed. Nothing is cut off
 * by it: in the message `cid:` names the parts within it, and those are the body's (RFC 2392).
 */
export function contentId(field: EditedField, rules: IdRules): EditedField | undefined {
  const [, left, host] = ID.exec(field.value) ?? [];
  const isTold = rules.isClient(field.value) || rules.isPrimary(field.value);
  if (!isTold && (host === undefined || !isMachine(host.toLowerCase(), rules))) return field;
  const id = left && changed(left, rules);
  return id === undefined ? undefined : idField("Content-ID", [id]);
}

/** Edits a field that names other mails; `undefined` when nothing of it is left. @param clients as `clientHosts` gave them */
export function references(field: EditedField, rules: IdRules, clients: readonly string[]): EditedField | undefined {
  const { isClient, isPrimary } = rules;
  const lower = field.value.toLowerCase();
  const isTold = isClient(field.value) || isPrimary(field.value);
  if (!isTold && !clients.some((host) => lower.includes(host))) return field;
  let isChanged = isClient(lower.replace(WRITTEN_ID, " ")) || isPrimary(lower.replace(WRITTEN_ID, " "));
  const kept: string[] = [];
  for (const [id] of field.value.matchAll(WRITTEN_ID)) {
    const left = reference(id, rules, clients);
    isChanged ||= left !== id;
    if (left !== undefined) kept.push(left);
  }
  if (!isChanged) return field;
  const [first, ...others] = kept;
  return first === undefined
    ? undefined
    : idField(field.name === "references" ? "References" : "In-Reply-To", [first, ...others]);
}

/** Hosts whose ids are the account's own. @param own the Message-ID as it came */
export function clientHosts(rules: IdRules, own: string): readonly string[] {
  const name = rules.helo.toLowerCase();
  const host = ID.exec(own)?.[2]?.toLowerCase() ?? "";
  return [COMMON.has(name) ? "" : name, host].filter((one) => one !== "" && isMachine(one, rules));
}

/** An id of another mail as it leaves: as it came, changed as it was when it left first, or not at all. */
function reference(id: string, rules: IdRules, clients: readonly string[]): string | undefined {
  const [, left = "", host = ""] = ID.exec(id) ?? [];
  const name = host.toLowerCase();
  if (clients.includes(name) || (name.startsWith("[") && rules.isClient(name))) return changed(left, rules);
  if (rules.isPrimary(id)) return undefined;
  // A public name is what its owner wrote, also where the client's own name is a part of it.
  const isStrangers = name !== "" && !isPrivate(name);
  return rules.isClient(isStrangers ? `${left}@` : id) ? undefined : id;
}

/** An id as ours, with its brackets, unless it tells something all the same. */
function changed(left: string, rules: IdRules): string | undefined {
  const id = untold(left, rules.domains[0], rules);
  return id && `<${id}>`;
}
