/**
 * Whose addresses an account may send under (RFC 6409 section 6.1): its primary address, its aliases, and both with any
 * `+tag`. Addresses are canonical as syntax/smtp/address.ts makes them, with domains in A-labels: bringing them there is
 * the caller's.
 */

export type Identity = {
  readonly primary: string;
  readonly aliases: readonly string[];
};

/** The address of the account that `address` is, or is a tagged form of; `undefined` when it is somebody else's. */
export function ownAddress({ primary, aliases }: Identity, address: string): string | undefined {
  const isOwn = (candidate: string): boolean => candidate === primary || aliases.includes(candidate);
  if (isOwn(address)) return address;
  const plus = address.indexOf("+");
  const at = address.lastIndexOf("@");
  if (plus <= 0 || plus > at) return undefined;
  const untagged = address.slice(0, plus) + address.slice(at);
  return isOwn(untagged) ? untagged : undefined;
}

/**
 * True when what is sent under these addresses of the account must not name its primary address (promise A6): it is not
 * among them. @param authors as `ownAddress` returned them
 */
export function isPseudonymous({ primary }: Identity, authors: readonly string[]): boolean {
  return !authors.includes(primary);
}

/** Octets of one line of a reply that names addresses: RFC 5321 section 4.5.3.1.5 allows 512 with code and line end. */
const MAX_LINE = 400;

/** Lists what may be sent under, as lines for a reply: in its own words first, then the addresses. */
export function allowedLines({ primary, aliases }: Identity, words: string): [string, ...string[]] {
  const lines: [string, ...string[]] = [`${words} It must be one of these, or one of them with +tag:`];
  let line = "";
  for (const address of [primary, ...aliases]) {
    const longer = line === "" ? address : `${line}, ${address}`;
    if (longer.length > MAX_LINE && line !== "") {
      lines.push(line);
      line = address;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}
