/** A verifier over a zone in memory, and mails for it, signed as a sender would. */
import { generateKeyPairSync } from "node:crypto";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
import type { Authentication } from "../../rules/authentication/authentication.ts";
import type { LookupType } from "../../rules/authentication/lookup.ts";
import { type Zone, zoneLookup } from "../../rules/authentication/zone.fixture.ts";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { keyRecord } from "../../rules/dkim/key-record.ts";
import { type SigningKey, signatureFields } from "../../rules/dkim/sign.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { editedFields } from "../../syntax/message/header-edit.ts";
import { mail } from "../../syntax/message/testdata.test.ts";
import { type VerifierLimits, verifierLimits } from "./limits.ts";
import { createVerifier } from "./verifier.ts";

export const NOW = "2026-06-01T12:00:00Z";

/** A resolver that answers from the zone and notes what it was asked. */
export function zoneResolver(zone: Zone, asked: string[] = []): Resolver {
  const lookup = zoneLookup(zone);
  return {
    async resolve(name, type) {
      asked.push(`${type} ${name}`);
      const looked = await lookup(name, type as LookupType);
      if (looked.kind === "temporary") return { kind: "servfail" };
      if (looked.kind !== "records") return { kind: looked.kind, secure: false };
      const records =
        type === "MX" ? looked.values.map((exchange, preference) => ({ preference, exchange })) : looked.values;
      return { kind: "records", records: records as never, name, secure: false, ttlS: 60 };
    },
  };
}

export type Envelope = { readonly address?: string; readonly helo?: string; readonly sender?: string };

/** Verifies mails against one zone. */
export function verifying(
  zone: Zone,
  limits: Partial<VerifierLimits> = {},
  clock: FakeClock = new FakeClock(NOW),
): (message: string | Uint8Array | ContentSource, envelope?: Envelope) => Promise<Authentication> {
  const verifier = createVerifier({ resolver: zoneResolver(zone), clock, limits: { ...verifierLimits, ...limits } });
  return (message, { address = "192.0.2.1", helo = "host.example", sender = "" } = {}) => {
    const content =
      typeof message === "string" ? whole(mail(message)) : message instanceof Uint8Array ? whole(message) : message;
    return verifier.begin({ client: { address, helo }, sender }).verify(content);
  };
}

function whole(bytes: Uint8Array): ContentSource {
  return {
    size: bytes.length,
    bytes,
    async *pieces() {
      yield bytes;
    },
  };
}

/** The same octets as from a spool, cut every `step`. */
export function inPieces(bytes: Uint8Array, step: number): ContentSource {
  return {
    size: bytes.length,
    bytes: undefined,
    async *pieces() {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    },
  };
}

/** A key, and the record that publishes it. */
export type Signer = {
  readonly domain: string;
  readonly key: SigningKey;
  readonly record: string;
  readonly name: string;
};

export function signerOf(domain: string, algorithm: SigningKey["algorithm"] = "ed25519-sha256"): Signer {
  const pair =
    algorithm === "rsa-sha256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  const spki = pair.publicKey.export({ format: "der", type: "spki" });
  const publicKey = algorithm === "rsa-sha256" ? spki : spki.subarray(-32);
  return {
    domain,
    key: { selector: "s", algorithm, key: pair.privateKey },
    record: keyRecord({ algorithm, publicKey }),
    name: `s._domainkey.${domain}`,
  };
}

/** Signs as our own submission does. @param text with LF */
export async function signed(text: string, ...signers: readonly Signer[]): Promise<string> {
  const octets = mail(text);
  const end = Buffer.from(octets).indexOf("\r\n\r\n") + 4;
  const hash = new RelaxedBodyHash();
  hash.write(octets.subarray(end));
  const bodyHash = hash.end();
  const fields = editedFields(octets.subarray(0, end));
  let above = "";
  for (const { domain, key } of signers)
    above += await signatureFields({ domain, fields, bodyHash, time: Date.parse(NOW) }, [key]);
  return above.replaceAll("\r\n", "\n") + text;
}
