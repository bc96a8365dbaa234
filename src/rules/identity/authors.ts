/**
 * Who a submitted message says that it is from: every address of From, Sender and their resent forms must be the
 * account's own (RFC 6409 section 6.1), and the fields must be written so that nobody can read another address there.
 */
import { readAddresses } from "../../syntax/message/addresses.ts";
import type { EditedField } from "../../syntax/message/header-edit.ts";
import { allowedLines, type Identity, ownAddress } from "./identity.ts";

export type HeaderRefusal = {
  readonly kind: "refused";
  /** RFC 3463; the code is 550. */
  readonly enhanced: string;
  /** ASCII, below 500 octets each. */
  readonly lines: readonly [string, ...string[]];
};

export type Authors = {
  readonly kind: "authors";
  /** Canonical, as From has them, with their tags; at least one. */
  readonly addresses: readonly [string, ...string[]];
  /** The account's own addresses behind them, in the same order. */
  readonly own: readonly string[];
};

/** Brings an address into the form in which the account's addresses are known. */
export type Canonical = (local: string, domain: string) => string;

/** RFC 5322 section 3.6: these come once at most; of what says how the body is to be read, readers would take different ones. */
const SINGLE = [
  "from",
  "sender",
  "date",
  "message-id",
  "subject",
  "to",
  "cc",
  "bcc",
  "reply-to",
  "in-reply-to",
  "references",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
];
const MAX_ADDRESSES = 100;

export const refused = (enhanced: string, line: string): HeaderRefusal => ({
  kind: "refused",
  enhanced,
  lines: [line],
});

/** Finds the authors, or says what is wrong. */
export function readAuthors(
  fields: readonly EditedField[],
  identity: Identity,
  canonical: Canonical,
): Authors | HeaderRefusal {
  if (fields.some(({ name }) => name === ""))
    return refused("5.6.0", "The header holds a line that is no field; the text begins after an empty line");
  if (fields.some(({ raw }) => raw.includes("\0"))) return refused("5.6.0", "The header holds a NUL octet");
  const seen = new Set<string>();
  const doubles = new Set<string>();
  for (const { name } of fields) (seen.has(name) ? doubles : seen).add(name);
  const double = doubles.size === 0 ? undefined : SINGLE.find((name) => doubles.has(name));
  if (double !== undefined) return refused("5.6.0", `The field ${titled(double)} comes more than once`);
  const authors: { readonly address: string; readonly own: string }[] = [];
  for (const { name, value } of fields) {
    if (name !== "from" && name !== "sender" && name !== "resent-from" && name !== "resent-sender") continue;
    const found = mailboxes(value, canonical);
    if (found === undefined)
      return refused("5.6.0", `The field ${titled(name)} is not a list of addresses as RFC 5322 writes them`);
    for (const address of found) {
      const own = ownAddress(identity, address);
      const words = `The field ${titled(name)} holds an address that is not one of your account.`;
      if (own === undefined) return { kind: "refused", enhanced: "5.7.1", lines: allowedLines(identity, words) };
      if (name === "from") authors.push({ address, own });
    }
  }
  const [first, ...others] = authors.map(({ address }) => address);
  if (first === undefined) return refused("5.6.0", "The message has no field From");
  return { kind: "authors", addresses: [first, ...others], own: authors.map(({ own }) => own) };
}

/** `resent-from` to `Resent-From`, for people. */
export function titled(name: string): string {
  if (name === "message-id") return "Message-ID";
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** Also one that does not end: it is looked for once. */
const QUOTED = /"(?:[^"\\]|\\.)*("|\\?$)/g;
const ENCODED_WORD = /=\?[^?\s<>@,;:]*\?[bBqQ]\?[^?\s<>@,;:]*\?=/g;
const COMMENT = /\([^()]*\)/g;
/** Comments in comments that are taken; who needs more is not understood. */
const MAX_DEPTH = 3;
/** Of octets: 0xA0, white space as a character, is a piece of letters in UTF-8. */
const SPACE = String.raw`[\t-\r ]`;
const SPACES = new RegExp(`${SPACE}{2,}`, "g");
const ADDRESS = String.raw`[^<>@,;:()"\t-\r ]+@[^<>@,;:()"\t-\r ]+`;
const MAILBOX = String.raw`${SPACE}*(?:[^<>@,;:()"]*<${SPACE}*${ADDRESS}${SPACE}*>|${ADDRESS})${SPACE}*`;
const LIST = new RegExp(`^${MAILBOX}(?:,${MAILBOX})*$`);

/** The addresses of a field, strictly: `undefined` for anything in which readers could find different ones. */
function mailboxes(value: string, canonical: Canonical): readonly string[] | undefined {
  if (value.length > MAX_LENGTH) return undefined;
  // White space in one: the list, which takes it in several places, would try all of them.
  let plain = value.replace(QUOTED, (_, end: string) => (end === '"' ? "q" : '"')).replace(ENCODED_WORD, "w");
  for (let depth = 0; depth < MAX_DEPTH && plain.includes("("); depth++) plain = plain.replace(COMMENT, " ");
  plain = plain.replace(SPACES, " ");
  if (!LIST.test(plain)) return undefined;
  const found = readAddresses(value, MAX_ADDRESSES + 1);
  if (found.length !== plain.split(",").length || found.length > MAX_ADDRESSES) return undefined;
  const addresses: string[] = [];
  for (const address of found) {
    if (address.kind !== "mailbox" || address.route !== undefined || address.host === "") return undefined;
    addresses.push(canonical(address.local, address.host));
  }
  return addresses;
}

/** Octets of a field that names who writes. */
const MAX_LENGTH = 8192;
