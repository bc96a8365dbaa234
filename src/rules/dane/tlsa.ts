/** TLSA records: where they stand, and which of them a certificate can be held against (RFC 7672 sections 2.2, 3.1). */
import { createPublicKey, X509Certificate } from "node:crypto";

/** As the DNS has it (RFC 6698 section 2.1). */
export type TlsaRecord = {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  /** The certificate association data. */
  readonly data: Uint8Array;
};

export const USAGE = { trustAnchor: 2, endEntity: 3 } as const;
export const SELECTOR = { certificate: 0, publicKey: 1 } as const;
export const MATCHING = { full: 0, sha256: 1, sha512: 2 } as const;

const DIGEST_BYTES: Readonly<Record<number, number>> = { [MATCHING.sha256]: 32, [MATCHING.sha512]: 64 };

/**
 * Keeps what can be used: usages DANE-TA(2) and DANE-EE(3) with known selectors and matching types, well formed; and for
 * each usage and selector only the strongest digest (RFC 7671 section 9). Empty, where there were secure records: TLS
 * is a must, and the certificate is nobody's to check.
 */
export function usableRecords(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  const usable = records.filter(isUsable);
  const strongest = new Map<string, number>();
  const kindOf = ({ usage, selector }: TlsaRecord): string => `${usage} ${selector}`;
  for (const one of usable) strongest.set(kindOf(one), Math.max(one.matchingType, strongest.get(kindOf(one)) ?? 0));
  return usable.filter((one) => one.matchingType === MATCHING.full || one.matchingType === strongest.get(kindOf(one)));
}

function isUsable({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if (usage !== USAGE.trustAnchor && usage !== USAGE.endEntity) return false;
  if (selector !== SELECTOR.certificate && selector !== SELECTOR.publicKey) return false;
  return matchingType === MATCHING.full ? isWhole(selector, data) : DIGEST_BYTES[matchingType] === data.length;
}

function isWhole(selector: number, data: Uint8Array): boolean {
  try {
    const der = Buffer.from(data);
    if (selector === SELECTOR.certificate) void new X509Certificate(der);
    else createPublicKey({ key: der, format: "der", type: "spki" });
    return true;
  } catch {
    return false;
  }
}

/** What is known of a host's addresses, for {@link baseDomains}. */
export type AddressAnswer = {
  /** Where the addresses stand after all aliases. */
  readonly name: string;
  /** The whole chain of the addresses is verified. */
  readonly secure: boolean;
};

/**
 * The names to look for TLSA records at, in this order (RFC 7672 section 2.2.2); with none DANE does not apply.
 * `aliasIsSecure` is whether the first alias alone is verified; it matters where the chain behind it is not.
 */
export function baseDomains(host: string, answer: AddressAnswer, aliasIsSecure: boolean): readonly string[] {
  if (answer.name === host) return answer.secure ? [host] : [];
  if (answer.secure) return [answer.name, host];
  return aliasIsSecure ? [host] : [];
}

/** RFC 6698 section 3. */
export const tlsaName = (base: string, port: number): string => `_${port}._tcp.${base}`;
