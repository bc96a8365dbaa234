/** What the DNS needs to know of the host's certificate: the digest of its key, who issued it, which names it bears. */
import { createHash, X509Certificate } from "node:crypto";
import { authorityOf } from "../../rules/dns-zone/certificate-authority.ts";

export type HostCertificate = {
  /** SHA-256 of the SubjectPublicKeyInfo in DER. */
  readonly keyDigest: Uint8Array;
  /** As CAA records name it; `undefined`: not known. */
  readonly authority: string | undefined;
  readonly bears: (name: string) => boolean;
};

/** @param pem the server's own certificate first. `undefined` when it holds none. */
export function readHostCertificate(pem: string): HostCertificate | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return undefined;
  }
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return {
    keyDigest: createHash("sha256").update(key).digest(),
    authority: authorityOf(certificate.issuer),
    bears: (name) => certificate.checkHost(name, { subject: "never", partialWildcards: false }) !== undefined,
  };
}
