/**
 * Signs octets as CMS (RFC 5652 section 5) and puts them inside, with the certificates that lead to an authority: how Apple's
 * systems want a profile that they show as verified. With SHA-256, by keys for RSA or ECDSA.
 */
import { createHash, type KeyObject, sign, X509Certificate } from "node:crypto";
import { context, der, oid, partsOf, sequence, setOf, TAG } from "./der.ts";

export type Signer = {
  /** PEM: the signer's first, then those of its issuers. */
  readonly certificates: string;
  readonly key: KeyObject;
};

const NULL = der(TAG.null);
const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const DATA = oid("1.2.840.113549.1.7.1");
/** RFC 5652 sections 11.1 to 11.3. */
const [CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME] = ["3", "4", "5"].map((last) =>
  oid(`1.2.840.113549.1.9.${last}`),
) as [Uint8Array, Uint8Array, Uint8Array];
const SHA_256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL);
/** By type of key: RFC 3370 section 3.2 and RFC 5754 section 3.3. */
const ALGORITHMS: Readonly<Record<string, Uint8Array>> = {
  rsa: sequence(oid("1.2.840.113549.1.1.1"), NULL),
  ec: sequence(oid("1.2.840.10045.4.3.2")),
};
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * @param now epoch milliseconds, before 2050
 * @returns DER; `undefined` where the key is of another kind
 */
export function signedData(content: Uint8Array, { certificates, key }: Signer, now: number): Uint8Array | undefined {
  const algorithm = ALGORITHMS[key.asymmetricKeyType ?? ""];
  const chain = Array.from(certificates.matchAll(PEM), ([pem]) => new X509Certificate(pem).raw);
  const [own] = chain;
  if (algorithm === undefined || own === undefined) return undefined;
  const attributes = [
    attribute(CONTENT_TYPE, DATA),
    attribute(SIGNING_TIME, utcTime(now)),
    attribute(MESSAGE_DIGEST, der(TAG.octets, createHash("sha256").update(content).digest())),
  ];
  // RFC 5652 section 5.4: signed as a SET, sent under a tag of its own.
  const signature = sign("sha256", setOf(TAG.set, attributes), key);
  const signerInfo = sequence(
    integer(1),
    issuerAndSerial(own),
    SHA_256,
    setOf(context(0), attributes),
    algorithm,
    der(TAG.octets, signature),
  );
  return sequence(
    SIGNED_DATA,
    der(
      context(0),
      sequence(
        integer(1),
        der(TAG.set, SHA_256),
        sequence(DATA, der(context(0), der(TAG.octets, content))),
        setOf(context(0), chain),
        der(TAG.set, signerInfo),
      ),
    ),
  );
}

const integer = (value: number): Uint8Array => der(TAG.integer, Uint8Array.of(value));
const attribute = (type: Uint8Array, value: Uint8Array): Uint8Array => sequence(type, der(TAG.set, value));

/** RFC 5280 section 4.1: version, serial number, algorithm, issuer. */
function issuerAndSerial(certificate: Uint8Array): Uint8Array {
  const [toBeSigned = certificate] = partsOf(certificate);
  const parts = partsOf(toBeSigned);
  const at = parts[0]?.[0] === context(0) ? 1 : 0;
  const [serial, , issuer] = parts.slice(at);
  if (serial === undefined || issuer === undefined) throw new RangeError("a certificate has no issuer");
  return sequence(issuer, serial);
}

/** `YYMMDDHHMMSSZ`. */
function utcTime(now: number): Uint8Array {
  const text = `${new Date(now).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`;
  return der(TAG.utcTime, new TextEncoder().encode(text));
}
