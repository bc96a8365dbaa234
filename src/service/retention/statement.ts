/**
 * The statement on retention: what rests, how old it is, and whether the audit was green, signed with Ed25519 (RFC 8032).
 * For anyone who knows the public key to hold against what the service promised. Names nobody. Form: docs/retention.md.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

export type Statement = {
  readonly version: 1;
  /** The name of the host. */
  readonly service: string;
  /** As all times here: ISO 8601, UTC. */
  readonly at: string;
  /** Of the live log; null when there is none. */
  readonly "oldest-log-day": string | null;
  readonly "oldest-backup": string | null;
  readonly "last-log-destruction": { readonly day: string; readonly at: string } | null;
  readonly "destruction-chain": ChainHead;
  readonly "access-chain": ChainHead;
  /** Whether everything that rests was known and within its limit. */
  readonly "audit-green": boolean;
};

export type ChainHead = { readonly lines: number; readonly head: string };

export type SignedStatement = {
  readonly statement: Statement;
  /** The public key, 64 hexadecimal digits. */
  readonly key: string;
  /** Over SIGNED_PREFIX and the statement as compact JSON in the order of its members; 128 hexadecimal digits. */
  readonly signature: string;
};

const SIGNED_PREFIX = "altmail retention statement\n";
/** What precedes the 32 octets of an Ed25519 key in PKCS #8, and in a SubjectPublicKeyInfo (RFC 8410). */
const PKCS8_HEAD = "302e020100300506032b657004220420";
const SPKI_HEAD = "302a300506032b6570032100";

const privateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([Buffer.from(PKCS8_HEAD, "hex"), seed]), format: "der", type: "pkcs8" });

/** The public half of the key that 32 octets make, 64 hexadecimal digits. */
export function publicKeyOf(seed: Uint8Array): string {
  const spki = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return spki.subarray(SPKI_HEAD.length / 2).toString("hex");
}

/** `seed`: 32 octets. */
export function signStatement(statement: Statement, seed: Uint8Array): SignedStatement {
  const signature = sign(null, signed(statement), privateKey(seed)).toString("hex");
  return { statement, key: publicKeyOf(seed), signature };
}

export type Verdict =
  | { readonly kind: "genuine"; readonly statement: Statement }
  | { readonly kind: "refused"; readonly sentence: string };

/** Holds the text of a signed statement against a public key that the reader had from before: never the one inside. */
export function verifyStatement(text: string, key: string): Verdict {
  if (!/^[0-9a-f]{64}$/.test(key)) return refused("the key has 64 hexadecimal digits");
  const value = parse(text);
  if (value === undefined) return refused("this is no signed statement on retention");
  const spki = Buffer.from(SPKI_HEAD + key, "hex");
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  if (!verify(null, signed(value.statement), publicKey, Buffer.from(value.signature, "hex"))) {
    return refused("it is not signed with this key, or was altered since");
  }
  return { kind: "genuine", statement: value.statement };
}

/** JSON.parse keeps members in their order, so what is written again is what was signed. */
const signed = (statement: Statement): Buffer => Buffer.from(SIGNED_PREFIX + JSON.stringify(statement), "utf8");

const refused = (sentence: string): Verdict => ({ kind: "refused", sentence });

function parse(text: string): SignedStatement | undefined {
  try {
    const value = JSON.parse(text) as Partial<SignedStatement> | null;
    const { statement, key, signature } = value ?? {};
    const isWhole = typeof statement === "object" && statement !== null && typeof key === "string";
    if (!isWhole || typeof signature !== "string" || !/^[0-9a-f]{128}$/.test(signature)) return undefined;
    return { statement, key, signature };
  } catch {
    return undefined;
  }
}
