/**
 * What a host's certificate is worth: held against the authorities that this machine knows (RFC 8461 section 4.2) or
 * against TLSA records (RFC 7672 section 3). Whether mail goes where it is worth nothing is the policy's.
 */
import type { TLSSocket } from "node:tls";
import type { DaneCheck, DaneVerdict } from "../../rules/dane/verify.ts";
import type { TlsPolicy } from "../../service/queue/route.ts";
import type { SessionTls, TlsFailureKind } from "./delivered.ts";

export type VerifyDane = (check: DaneCheck) => DaneVerdict;

export type TlsVerdict = {
  readonly tls: SessionTls;
  /** What the policy wanted and was not so. */
  readonly failure:
    | { readonly failure: Exclude<TlsFailureKind, "starttls-not-supported">; readonly detail: string | undefined }
    | undefined;
};

/** RFC 8460 section 4.3.1: of this failure a reason is to be told. */
const NOT_ALLOWED = "the TLSA records do not allow the certificate";
/** Longer chains than this are not looked at. */
const MAX_CHAIN = 12;

export function checkTls(
  socket: TLSSocket,
  host: { readonly name: string; readonly tls: TlsPolicy },
  verifyDane: VerifyDane,
  now: number,
): TlsVerdict {
  const facts = { protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().standardName };
  if (host.tls.kind === "dane") {
    const { records, names } = host.tls;
    const verdict = verifyDane({ records, names, chain: chainOf(socket), now });
    if (verdict.kind === "verified") return { tls: { ...facts, verified: "dane" }, failure: undefined };
    const { why } = verdict;
    const detail = why === "validation-failure" ? NOT_ALLOWED : undefined;
    return { tls: { ...facts, verified: undefined }, failure: { failure: why, detail } };
  }
  const failure = againstAuthorities(socket, host.name);
  if (failure === undefined) return { tls: { ...facts, verified: "authority" }, failure };
  return { tls: { ...facts, verified: undefined }, failure: host.tls.kind === "mta-sts" ? failure : undefined };
}

function againstAuthorities(socket: TLSSocket, name: string): TlsVerdict["failure"] {
  if (!socket.authorized) {
    // Typed as an error; in truth its code.
    const detail = String(socket.authorizationError);
    return { failure: detail === "CERT_HAS_EXPIRED" ? "certificate-expired" : "certificate-not-trusted", detail };
  }
  // Only names meant as such: the subject's common name does not count (RFC 8461 section 4.2).
  const bearsName = socket
    .getPeerX509Certificate()
    ?.checkHost(name, { subject: "never", partialWildcards: false, multiLabelWildcards: false });
  return bearsName === undefined ? { failure: "certificate-host-mismatch", detail: undefined } : undefined;
}

/** Certificates in DER, the host's own first. */
function chainOf(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next = socket.getPeerCertificate(true);
  // The last one of a chain names itself as its issuer.
  while (next?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(next.raw);
    if (next.issuerCertificate === next) break;
    next = next.issuerCertificate;
  }
  return chain;
}
