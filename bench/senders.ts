/**
 * Domains of senders for `npm run bench -- --verify`: each with SPF, DMARC and DKIM keys in a small internet of its own; every
 * other signs with RSA alone, the rest with RSA and Ed25519. The driver gets the private halves as a file.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { keyRecord, type PublicKey } from "../src/rules/dkim/key-record.ts";

type Key = {
  readonly selector: string;
  readonly algorithm: PublicKey["algorithm"];
  readonly private: string;
  readonly record: string;
};

/** As the driver reads it. */
export type Sender = { readonly domain: string; readonly keys: readonly Omit<Key, "record">[] };

const ZONE = "senders.test";
/** Its record holds them bare (RFC 8463 section 4). */
const ED25519_BYTES = 32;
/** Signs of a string in a TXT record (RFC 1035 section 3.3.14). */
const STRING = /.{1,250}/g;

export function makeSenders(count: number): {
  readonly senders: readonly Sender[];
  readonly zone: string;
  readonly records: string;
} {
  const senders: Sender[] = [];
  const records: string[] = [];
  for (let n = 0; n < count; n++) {
    const below = `s${n}`;
    const domain = `${below}.${ZONE}`;
    const keys = [makeKey("rsa-sha256"), ...(n % 2 === 0 ? [] : [makeKey("ed25519-sha256")])];
    records.push(
      `${below} TXT "v=spf1 ip4:127.0.0.0/8 -all"`,
      `_dmarc.${below} TXT "v=DMARC1; p=reject; rua=mailto:reports@${domain}"`,
      ...keys.map(({ selector, record }) => {
        const strings = record.match(STRING) ?? [];
        return `${selector}._domainkey.${below} TXT ${strings.map((text) => `"${text}"`).join(" ")}`;
      }),
    );
    senders.push({ domain, keys: keys.map(({ record: _published, ...key }) => key) });
  }
  return { senders, zone: ZONE, records: records.join("\n") };
}

function makeKey(algorithm: PublicKey["algorithm"]): Key {
  const { publicKey, privateKey } =
    algorithm === "rsa-sha256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    selector: algorithm.slice(0, 1),
    algorithm,
    private: pem(privateKey),
    record: keyRecord({ algorithm, publicKey: algorithm === "rsa-sha256" ? spki : spki.subarray(-ED25519_BYTES) }),
  };
}

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" });
