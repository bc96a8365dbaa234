/**
 * Holds the certificates a mail server shows against the TLSA records of its host (RFC 7672 sections 3.1, 3.2). Authorities
 * that browsers know play no part in it.
 */
import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { type CertificateUse, readCertificateUse } from "./certificate.ts";
import { MATCHING, SELECTOR, type TlsaRecord, USAGE } from "./tlsa.ts";

export type DaneVerdict =
  | { readonly kind: "verified"; readonly by: "end-entity" | "trust-anchor" }
  /** As TLS reports name it (RFC 8460 section 4.3.1). */
  | {
      readonly kind: "failed";
      readonly why: "validation-failure" | "certificate-host-mismatch" | "certificate-expired";
    };

export type DaneCheck = {
  /** Usable ones, as `usableRecords` gives them. */
  readonly records: readonly TlsaRecord[];
  /** The names a certificate under a trust anchor may bear (RFC 7672 section 3.2.2). */
  readonly names: readonly string[];
  /** Certificates in DER as the server sent them: its own first, the others in any order. */
  readonly chain: readonly Uint8Array[];
  /** Epoch milliseconds. */
  readonly now: number;
};

type Link = { readonly certificate: X509Certificate; readonly key: KeyObject; readonly use: CertificateUse };

/** More certificates than anybody needs; a longer list would only cost time. */
const MAX_CHAIN = 12;
/**
 * Records of a host that are held against each certificate, and as many whole ones of them stand beside the chain as it may
 * have itself: an answer of the DNS may bring thousands, or hundreds of authorities of one name.
 */
const MAX_RECORDS = 100;
/** id-kp-serverAuth and anyExtendedKeyUsage (RFC 5280 section 4.2.1.12). */
const FOR_SERVERS: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"]);

export function verifyDane({ records, names, chain, now }: DaneCheck): DaneVerdict {
  const [own, ...others] = chain.slice(0, MAX_CHAIN).flatMap((der) => read(der) ?? []);
  const isOwn = chain[0] !== undefined && own?.certificate.raw.equals(chain[0]) === true;
  if (own === undefined || !isOwn) return { kind: "failed", why: "validation-failure" };
  const looked = records.slice(0, MAX_RECORDS);
  const endEntity = looked.filter(({ usage }) => usage === USAGE.endEntity);
  // Neither name nor time counts: the record itself ties the key to the host.
  if (endEntity.some((record) => matches(record, own))) return { kind: "verified", by: "end-entity" };
  const anchors = looked.filter(({ usage }) => usage === USAGE.trustAnchor);
  if (anchors.length === 0) return { kind: "failed", why: "validation-failure" };
  return underAnchor(own, others, anchors, names, now);
}

function underAnchor(
  own: Link,
  others: readonly Link[],
  anchors: readonly TlsaRecord[],
  names: readonly string[],
  now: number,
): DaneVerdict {
  const sent = anchors
    // A whole certificate in the record stands for one the server did not send.
    .filter(({ selector, matchingType }) => selector === SELECTOR.certificate && matchingType === MATCHING.full)
    .slice(0, MAX_CHAIN)
    .flatMap(({ data }) => read(data) ?? []);
  const path = pathToAnchor(own, [...others, ...sent], anchors);
  const isServer = own.certificate.keyUsage?.some((purpose) => FOR_SERVERS.has(purpose)) ?? true;
  if (path === undefined || own.use.hasUnknown || !isServer) return { kind: "failed", why: "validation-failure" };
  if (!path.every(({ certificate }) => isInTime(certificate, now)))
    return { kind: "failed", why: "certificate-expired" };
  if (!names.some((name) => bearsName(own.certificate, name)))
    return { kind: "failed", why: "certificate-host-mismatch" };
  return { kind: "verified", by: "trust-anchor" };
}

/**
 * Finds the shortest way from issuer to issuer to a certificate that matches a record. Each certificate is looked at
 * once: certificates that sign each other crosswise cost no more than others, and a shorter way allows all that a longer
 * one does.
 */
function pathToAnchor(own: Link, others: readonly Link[], anchors: readonly TlsaRecord[]): readonly Link[] | undefined {
  let left = others;
  for (let paths: readonly (readonly Link[])[] = [[own]]; paths.length > 0; ) {
    const longer: (readonly Link[])[] = [];
    for (const path of paths) {
      const issuers = left.filter((issuer) => hasIssued(issuer, path));
      left = left.filter((link) => !issuers.includes(link));
      for (const issuer of issuers) longer.push([...path, issuer]);
    }
    const found = longer.find((path) => anchors.some((record) => matches(record, lastOf(path))));
    if (found !== undefined) return found;
    paths = longer;
  }
  return undefined;
}

const lastOf = (path: readonly Link[]): Link => path.at(-1) as Link;

function hasIssued({ certificate, key, use }: Link, path: readonly Link[]): boolean {
  const below = lastOf(path);
  const intermediates = path.length - 1;
  return (
    use.isAuthority &&
    use.maySignCertificates &&
    !use.hasUnknown &&
    (use.pathLength ?? Infinity) >= intermediates &&
    below.certificate.checkIssued(certificate) &&
    isSignedBy(below.certificate, key)
  );
}

/** A signature of a kind that OpenSSL does not know throws. */
function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false;
  }
}

function matches({ selector, matchingType, data }: TlsaRecord, { certificate, key }: Link): boolean {
  const octets = selector === SELECTOR.certificate ? certificate.raw : key.export({ type: "spki", format: "der" });
  if (matchingType === MATCHING.full) return octets.equals(data);
  return createHash(matchingType === MATCHING.sha256 ? "sha256" : "sha512")
    .update(octets)
    .digest()
    .equals(data);
}

const isInTime = (certificate: X509Certificate, now: number): boolean =>
  certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();

/** A wildcard is a whole first label; the subject counts only where there are no DNS names (RFC 7672 section 3.2.3). */
const bearsName = (certificate: X509Certificate, name: string): boolean =>
  certificate.checkHost(name, {
    subject: "default",
    wildcards: true,
    partialWildcards: false,
    multiLabelWildcards: false,
  }) !== undefined;

function read(der: Uint8Array): Link | undefined {
  try {
    const use = readCertificateUse(der);
    const certificate = new X509Certificate(Buffer.from(der));
    return use === undefined ? undefined : { certificate, key: certificate.publicKey, use };
  } catch {
    return undefined;
  }
}
