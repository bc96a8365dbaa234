/**
 * The DNS as the checks of this folder ask it: a function that is given to them, and the names that it may be asked for.
 * What cannot be a name is not asked; that a name does not exist is an answer, that nobody answers is one too.
 */

export type LookupType = "TXT" | "A" | "AAAA" | "MX" | "PTR";

export type Looked =
  /** TXT: strings of one record joined, an octet a character. MX: names of hosts, best first. Names without final dot. */
  | { readonly kind: "records"; readonly values: readonly string[] }
  | { readonly kind: "nxdomain" | "nodata" }
  /** No answer, or one that says nothing: what hangs on it is `temperror`. */
  | { readonly kind: "temporary" };

/** Never rejects; `name` fulfils `canBeAsked`. */
export type Lookup = (name: string, type: LookupType) => Promise<Looked>;

/** Brings the domain that somebody wrote into A-labels and lower case; `undefined` when it is none. */
export type ReadDomain = (text: string) => string | undefined;

/** RFC 1035 section 2.3.4. */
const MAX_LABEL = 63;
/** What 255 octets on the wire leave for the text (RFC 1035 section 3.1). */
export const MAX_NAME = 253;

/** Whether a query for it can be written: labels of 1 to 63 octets, each printable or a space. */
export function canBeAsked(name: string): boolean {
  return (
    name.length <= MAX_NAME &&
    /^[ -~]+$/.test(name) &&
    name.split(".").every((label) => label.length > 0 && label.length <= MAX_LABEL)
  );
}

/** True when `name` is `domain` or a name below it. */
export function isAtOrBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}
