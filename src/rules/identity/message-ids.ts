/**
 * The ids of a message that leaves (RFC 5322 section 3.6.4). Its own have the author's domain behind the at sign, for what
 * else stands there is the client's own name. Those of other mails, in References and In-Reply-To, are what holds a thread
 * together: they stay, octet for octet, but for the account's own earlier ones that were changed when they left.
 *
 * An own earlier one is known by its host: the name that the client gives itself in EHLO, or a private one that its new id
 * has as well. An id is changed as the message's own would have been, or taken out whole; never by halves.
 */
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import { COMMON, type Trace } from "./traces.ts";

export type IdRules = {
  /** Of the authors; what is made gets the first. */
  readonly domains: readonly [string, ...string[]];
  /** Every domain in which the account has an address. */
  readonly ours: readonly string[];
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

/** The message's own id, without brackets: the left side stays, unless it tells more. @param freshId the left side if not */
export function ownId(old: string, { domains, isClient, isPrimary }: IdRules, freshId: string): string {
  const [domain] = domains;
  const [, left, host] = ID.exec(old) ?? [];
  if (left === undefined || host === undefined) return `${freshId}@${domain}`;
  const id = `${left}@${domains.includes(host.toLowerCase()) ? host : domain}`;
  return isClient(left) || isClient(id) || isPrimary(left) || isPrimary(id) ? `${freshId}@${domain}` : id;
}

/**
 * The id of the message's body (Content-ID): only one of a private host, or that tells more, is changed. Nothing is cut off
 * by it: in the message `cid:` names the parts within it, and those are the body's (RFC 2392).
 */
export function contentId(field: EditedField, rules: IdRules): EditedField | undefined {
  const [, left, host] = ID.exec(field.value) ?? [];
  const isTold = rules.isClient(field.value) || rules.isPrimary(field.value);
  if (!isTold && (host === undefined || !isPrivate(host.toLowerCase()))) return field;
  const id = left && changed(left, rules);
  return id === undefined ? undefined : newField("Content-ID", id);
}

/** Edits a field that names other mails; `undefined` when nothing of it is left. @param clients as `clientHosts` gave them */
export function references(field: EditedField, rules: IdRules, clients: readonly string[]): EditedField | undefined {
  const { isClient, isPrimary } = rules;
  const lower = field.value.toLowerCase();
  const isTold = isClient(field.value) || isPrimary(field.value);
  if (!isTold && !clients.some((host) => lower.includes(host))) return field;
  let isChanged = isClient(lower.replace(WRITTEN_ID, " ")) || isPrimary(lower.replace(WRITTEN_ID, " "));
  const ids: string[] = [];
  for (const [id] of field.value.matchAll(WRITTEN_ID)) {
    const kept = reference(id, rules, clients);
    isChanged ||= kept !== id;
    if (kept !== undefined) ids.push(kept);
  }
  if (!isChanged) return field;
  return ids.length === 0
    ? undefined
    : newField(field.name === "references" ? "References" : "In-Reply-To", ids.join("\r\n "));
}

/** Hosts whose ids are the account's own. @param own the Message-ID as it came */
export function clientHosts({ helo, ours }: IdRules, own: string): readonly string[] {
  const name = helo.toLowerCase();
  const host = ID.exec(own)?.[2]?.toLowerCase() ?? "";
  const hosts = [COMMON.has(name) ? "" : name, isPrivate(host) ? host : ""];
  return hosts.filter((one) => one !== "" && !ours.includes(one));
}

/** An id of another mail as it leaves: as it came, changed as it was when it left first, or not at all. */
function reference(id: string, rules: IdRules, clients: readonly string[]): string | undefined {
  const [, left = "", host = ""] = ID.exec(id) ?? [];
  const name = host.toLowerCase();
  if (clients.includes(name) || (name.startsWith("[") && rules.isClient(name))) return changed(left, rules);
  if (rules.isPrimary(id)) return undefined;
  // A public name is what its owner wrote, also where the client's own name is a part of it.
  const isStrangers = name !== "" && !isPrivate(name);
  return rules.isClient(isStrangers ? left : id) ? undefined : id;
}

/** An id as ours, with its brackets, unless it tells something all the same. */
function changed(left: string, { domains, isClient, isPrimary }: IdRules): string | undefined {
  const id = `${left}@${domains[0]}`;
  return isClient(left) || isPrimary(left) || isPrimary(id) ? undefined : `<${id}>`;
}
