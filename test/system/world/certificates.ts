/** Certificates of the small internet: an authority that our service trusts, one that nobody knows, and hosts' certificates as wrong as a test wants them. */
import { webcrypto } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { DAY } from "../../../src/host/clock.ts";
import { authority, certify, type Party } from "../../../src/rules/dane/chain.fixture.ts";

export type HostCertificate = {
  /** What a TLSA record names. */
  readonly party: Party;
  readonly certificate: string;
  readonly key: string;
  readonly context: SecureContext;
};

export type Authorities = {
  /** PEM, for the settings of the service. */
  readonly trusted: string;
  /** A certificate for these names; `expired` ended yesterday, `unknown` is by the authority that nobody knows. */
  readonly issue: (names: readonly string[], how?: "right" | "expired" | "unknown") => Promise<HostCertificate>;
};

/** Longer than any test moves the clock. */
const AGE_MS = 300 * DAY;

export async function makeAuthorities(): Promise<Authorities> {
  const now = Date.now();
  const age = { from: now - 30 * DAY, until: now + AGE_MS };
  const known = await authority("authority of the small internet", undefined, age);
  const unknown = await authority("nobody knows this authority", undefined, age);
  return {
    trusted: pem("CERTIFICATE", known.der),
    async issue(names, how = "right") {
      const span = how === "expired" ? { ...age, until: now - DAY } : age;
      const party = await certify(names[0] ?? "", how === "unknown" ? unknown : known, { names, ...span });
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", party.keys.privateKey);
      const certificate = pem("CERTIFICATE", party.der);
      const key = pem("PRIVATE KEY", new Uint8Array(pkcs8));
      return { party, certificate, key, context: createSecureContext({ cert: certificate, key }) };
    },
  };
}

function pem(kind: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n");
}
