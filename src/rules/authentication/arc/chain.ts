/**
 * The sets of ARC fields that a message carries, read and held against the structure that RFC 8617 section 5.2 asks for,
 * before anything is verified.
 */

import { type KeyType } from "../dkim/key.ts";
import { keyTypeOf, readSelector, readSigner, type Signature } from "../dkim/signature.ts";
import type { SignedField, SignedHeader } from "../dkim/signed-header.ts";
import { readBase64, readTagList } from "../dkim/tag-list.ts";
import type { ReadDomain } from "../lookup.ts";

export type Seal = {
  readonly keyType: KeyType;
  readonly domain: string;
  readonly selector: string;
  readonly octets: Uint8Array;
};

export type ArcSet = {
  /** ARC-Authentication-Results. */
  readonly results: SignedField;
  /** What it says, behind its instance. */
  readonly recorded: string;
  /** ARC-Message-Signature. */
  readonly message: SignedField;
  readonly signature: Signature;
  /** ARC-Seal. */
  readonly sealed: SignedField;
  readonly seal: Seal;
};

export type Chain =
  | { readonly kind: "none" }
  | { readonly kind: "broken"; readonly reason: string }
  /** In the order of their instances, 1 first; at least one. */
  | { readonly kind: "sets"; readonly sets: readonly ArcSet[] };

/** RFC 8617 section 5.2, step 1. */
const MAX_SETS = 50;
const RESULTS = "arc-authentication-results";
const MESSAGE = "arc-message-signature";
const SEAL = "arc-seal";

const broken = (reason: string): Chain => ({ kind: "broken", reason });

/** Reads the chain. */
export function readChain(header: SignedHeader, readDomain: ReadDomain): Chain {
  const [results, messages, seals] = [header.named(RESULTS), header.named(MESSAGE), header.named(SEAL)];
  const count = seals.length;
  if (results.length + messages.length + count === 0) return { kind: "none" };
  if (count > MAX_SETS) return broken("the chain has more than 50 sets");
  if (results.length !== count || messages.length !== count) return broken("a set of the chain is not whole");
  const sets: ArcSet[] = [];
  const resultsByInstance = byInstance(results, instanceOfResults);
  const messagesByInstance = byInstance(messages, instanceOfTags);
  const sealsByInstance = byInstance(seals, instanceOfTags);
  for (let instance = 1; instance <= count; instance++) {
    const [result, message, sealed] = [resultsByInstance, messagesByInstance, sealsByInstance].map((fields) =>
      fields.get(instance),
    );
    if (result === undefined || message === undefined || sealed === undefined)
      return broken("the sets of the chain are not numbered from one on");
    const signature = readMessage(message, readDomain);
    if (typeof signature === "string") return broken(signature);
    const seal = readSeal(sealed, readDomain, instance === 1 ? "none" : "pass");
    if (typeof seal === "string") return broken(seal);
    const recorded = result.value.slice(result.value.indexOf(";") + 1);
    sets.push({ results: result, recorded, message, signature, sealed, seal });
  }
  return { kind: "sets", sets };
}

/** One that comes twice leaves a place empty, for there are as many as there are sets. */
function byInstance(
  fields: readonly SignedField[],
  instanceOf: (value: string) => number | undefined,
): ReadonlyMap<number | undefined, SignedField> {
  return new Map(fields.map((field) => [instanceOf(field.value), field]));
}

/** RFC 8617 section 4.1.1: the instance comes first, and a semicolon behind it. */
function instanceOfResults(value: string): number | undefined {
  return numbered(/^[ \t]*i[ \t]*=[ \t]*(\d{1,2})[ \t]*;/.exec(value)?.[1]);
}

function instanceOfTags(value: string): number | undefined {
  return numbered(readTagList(value)?.get("i"));
}

/** RFC 8617 section 4.2.1. */
function numbered(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d?$/.test(text) ? Number(text) : undefined;
}

function readMessage(field: SignedField, readDomain: ReadDomain): Signature | string {
  const tags = readTagList(field.value);
  if (tags === undefined) return "a signature of the chain has an error of syntax";
  const read = readSigner(tags, readDomain, undefined);
  if (read.kind === "unfit") return read.reason;
  // RFC 8617 section 4.1.2: seals are made later.
  return read.signature.names.includes(SEAL) ? "a signature of the chain covers a seal" : read.signature;
}

/** RFC 8617 section 4.1.3. */
function readSeal(field: SignedField, readDomain: ReadDomain, expected: "none" | "pass"): Seal | string {
  const tags = readTagList(field.value);
  if (tags === undefined) return "a seal has an error of syntax";
  if (tags.get("cv") !== expected) return "a seal says that the chain was broken before";
  if (tags.has("h")) return "a seal names fields";
  const [keyType, domain] = [keyTypeOf(tags.get("a") ?? ""), readDomain(tags.get("d") ?? "")];
  const selector = readSelector(tags.get("s") ?? "", readDomain);
  const octets = readBase64(tags.get("b") ?? "");
  if (keyType === undefined || domain === undefined || selector === undefined || octets === undefined)
    return "a seal lacks a tag, or one is not what it must be";
  const time = tags.get("t");
  if (time !== undefined && !/^\d{1,15}$/.test(time)) return "a seal has a time that is none";
  return { keyType, domain, selector, octets };
}
