/**
 * Public keys that the DNS holds for signatures and seals: RFC 6376 section 3.6.1, RFC 8463 section 4. Keys that are
 * too short to mean anything, or so large that reckoning with them costs others, are no keys (RFC 8301 section 3.2).
 */
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import type { Looked } from "../lookup.ts";
import { readBase64, readTagList, withoutSpace } from "./tag-list.ts";

export type KeyType = "rsa" | "ed25519";

export type VerifyingKey = {
  readonly type: KeyType;
  readonly key: KeyObject;
  /** The flag s: i= must be the domain itself. */
  readonly isStrict: boolean;
  /** The flag y: the domain is trying out. */
  readonly isTesting: boolean;
  /** What h= and s= of the record allow: SHA-256, mail. */
  readonly isForMail: boolean;
  readonly hasSha256: boolean;
};

export type KeyAnswer =
  | { readonly kind: "key"; readonly key: VerifyingKey }
  /** `policy` for a key that is one, and that we do not take. */
  | { readonly kind: "unfit"; readonly result: "permerror" | "policy"; readonly reason: string }
  | { readonly kind: "temporary" };

/** Fetches the key of a signature. Never rejects. */
export type KeySource = (domain: string, selector: string) => Promise<KeyAnswer>;

/** RFC 8301 section 3.2. */
const MIN_RSA_BITS = 1024;
/** RFC 8301 section 3.2 asks for 4096 at least. */
const MAX_RSA_BITS = 8192;
/** All that are in use are small, and a large one makes verifying as dear as signing. */
const MAX_EXPONENT = 0xffff_ffffn;
/** RFC 8032 section 5.1.5: a key is 32 octets; before it the head of a SubjectPublicKeyInfo (RFC 8410). */
const ED25519_BYTES = 32;
const ED25519_HEAD = Buffer.from("302a300506032b6570032100", "hex");
/** RFC 6376 section 3.6.2.2: there should be one; of several the first that is a key is taken. */
const MAX_RECORDS = 4;

const unfit = (reason: string, result: "permerror" | "policy" = "permerror"): KeyAnswer => {
  return { kind: "unfit", result, reason };
};

/** Reads what the DNS answered for `selector._domainkey.domain`. */
export function readKeyAnswer(looked: Looked): KeyAnswer {
  if (looked.kind === "temporary") return { kind: "temporary" };
  if (looked.kind !== "records") return unfit("there is no key");
  let first: KeyAnswer | undefined;
  for (const text of looked.values.slice(0, MAX_RECORDS)) {
    const answer = readKey(text);
    if (answer.kind === "key") return answer;
    first ??= answer;
  }
  return first ?? unfit("there is no key");
}

function readKey(text: string): KeyAnswer {
  const tags = readTagList(text);
  const p = tags?.get("p");
  if (tags === undefined || p === undefined) return unfit("the key record has an error of syntax");
  if (tags.has("v") && ([...tags.keys()][0] !== "v" || tags.get("v") !== "DKIM1"))
    return unfit("the key record is of another version");
  if (p === "") return unfit("the key is revoked");
  const type = tags.get("k") ?? "rsa";
  if (type !== "rsa" && type !== "ed25519") return unfit("the key is of an unknown type");
  const octets = readBase64(p);
  const key = octets === undefined ? undefined : type === "rsa" ? rsaKey(octets) : ed25519Key(octets);
  if (key === undefined) return unfit("the key cannot be read");
  const { modulusLength = MIN_RSA_BITS, publicExponent = 3n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) return unfit("the key is shorter than 1024 bits", "policy");
  if (modulusLength > MAX_RSA_BITS || publicExponent > MAX_EXPONENT) return unfit("the key is too large", "policy");
  const flags = words(tags.get("t") ?? "");
  const services = words(tags.get("s") ?? "*");
  const hashes = tags.get("h");
  return {
    kind: "key",
    key: {
      type,
      key,
      isStrict: flags.includes("s"),
      isTesting: flags.includes("y"),
      isForMail: services.includes("*") || services.includes("email"),
      hasSha256: hashes === undefined || words(hashes).includes("sha256"),
    },
  };
}

/** Tells whether the octets of the signature are those of the data. RFC 8463 section 3: Ed25519 signs their SHA-256. */
export function isSignedBy({ type, key }: VerifyingKey, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return type === "rsa"
      ? verify("sha256", data, key, signature)
      : verify(null, hash("sha256", data, "buffer"), key, signature);
  } catch {
    return false;
  }
}

function words(list: string): readonly string[] {
  return withoutSpace(list).split(":");
}

function rsaKey(octets: Uint8Array): KeyObject | undefined {
  // RFC 6376 section 3.6.1 has the bare key; all the world publishes it in a SubjectPublicKeyInfo (erratum 3017).
  const key = opened(octets, "spki") ?? opened(octets, "pkcs1");
  return key?.asymmetricKeyType === "rsa" ? key : undefined;
}

function ed25519Key(octets: Uint8Array): KeyObject | undefined {
  return octets.length === ED25519_BYTES ? opened(Buffer.concat([ED25519_HEAD, octets]), "spki") : undefined;
}

function opened(octets: Uint8Array, type: "spki" | "pkcs1"): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(octets), format: "der", type });
  } catch {
    return undefined;
  }
}
