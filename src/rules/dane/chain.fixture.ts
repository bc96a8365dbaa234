/** Certificates for tests of DANE: authorities and servers made on the spot, as wrong as a test wants them. */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { TlsaRecord } from "./tlsa.ts";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGN = { name: "ECDSA", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

export type Party = { readonly name: string; readonly keys: webcrypto.CryptoKeyPair; readonly der: Uint8Array };

export type CertificateWish = {
  readonly names?: readonly string[];
  readonly authority?: boolean;
  readonly pathLength?: number;
  /** Whether the key usage says so; without it nothing is said. */
  readonly maySign?: boolean;
  readonly purposes?: readonly string[];
  /** An extension with this id, which says nothing. */
  readonly extension?: { readonly id: string; readonly isCritical: boolean };
  readonly from?: number;
  readonly until?: number;
  readonly keys?: webcrypto.CryptoKeyPair;
};

/** A certificate for `name` by `issuer`; by itself when there is none. */
export async function certify(name: string, issuer: Party | undefined, wish: CertificateWish = {}): Promise<Party> {
  const keys = wish.keys ?? (await webcrypto.subtle.generateKey(P256, true, ["sign", "verify"]));
  const made = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: SIGN,
    notBefore: new Date(wish.from ?? Date.parse("2026-01-01")),
    notAfter: new Date(wish.until ?? Date.parse("2026-01-01") + 365 * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(wish.authority ?? false, wish.pathLength, true),
      ...(wish.maySign === undefined
        ? []
        : [new KeyUsagesExtension(wish.maySign ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature, true)]),
      ...(wish.names === undefined
        ? []
        : [new SubjectAlternativeNameExtension(wish.names.map((value) => ({ type: "dns" as const, value })))]),
      ...(wish.purposes === undefined ? [] : [new ExtendedKeyUsageExtension([...wish.purposes])]),
      ...(wish.extension === undefined
        ? []
        : [new Extension(wish.extension.id, wish.extension.isCritical, new Uint8Array([5, 0]))]),
    ],
  });
  return { name, keys, der: new Uint8Array(made.rawData) };
}

export const authority = (name: string, issuer?: Party, wish: CertificateWish = {}): Promise<Party> =>
  certify(name, issuer, { authority: true, maySign: true, ...wish });

/** The TLSA record that names a certificate. */
export async function tlsaOf(party: Party, usage: number, selector: number, matchingType: number): Promise<TlsaRecord> {
  const octets =
    selector === 0 ? party.der : new Uint8Array(await webcrypto.subtle.exportKey("spki", party.keys.publicKey));
  const digest = (name: string): Uint8Array => createHash(name).update(octets).digest();
  const data = matchingType === 0 ? octets : digest(matchingType === 1 ? "sha256" : "sha512");
  return { usage, selector, matchingType, data };
}
