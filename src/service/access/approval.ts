/**
 * The second operator's word: a request holds every field of an access, a number used once and an end; the approval is
 * the request with an Ed25519 signature (RFC 8032). Who signs sees what he signs; who opens can change nothing of it.
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { HOUR } from "../../host/clock.ts";
import { HostError } from "../../host/host-error.ts";
import type { Opening } from "./access.ts";

export type AccessRequest = {
  readonly opening: Opening;
  readonly nonce: string;
  /** Epoch milliseconds: not to be used later. */
  readonly expiresAt: number;
};

const REQUEST_LIVES_MS: number = 24 * HOUR;
/** What is signed begins with this, so that no signature for another purpose fits. */
const PURPOSE = "altmail access request 1\n";

/** A request as one word. */
export function requestText(opening: Opening, now: number): string {
  const { address, scope, reason, forMs, bar, operator } = opening;
  const nonce = randomBytes(16).toString("hex");
  const fields = [
    address ?? null,
    scope,
    reason,
    opening.case,
    forMs,
    bar?.until ?? null,
    bar?.basis ?? null,
    operator,
  ];
  return Buffer.from(JSON.stringify([...fields, nonce, now + REQUEST_LIVES_MS])).toString("base64url");
}

/** Reads a request, or the one in an approval; its fields are as doubtful as who wrote it. `undefined`: it is neither. */
export function readRequest(text: string): AccessRequest | undefined {
  try {
    const [request = ""] = text.trim().split(".", 1);
    const value: unknown = JSON.parse(Buffer.from(request, "base64url").toString("utf8"));
    if (!Array.isArray(value) || value.length !== 10) return undefined;
    const [address, scope, reason, case_, forMs, barUntil, basis, operator, nonce, expiresAt] = value as unknown[];
    const isText = (each: unknown): each is string => typeof each === "string";
    if (![scope, reason, case_, operator, nonce].every(isText) || !(address === null || isText(address)))
      return undefined;
    if (typeof forMs !== "number" || typeof expiresAt !== "number") return undefined;
    if (!(barUntil === null ? basis === null : typeof barUntil === "number" && isText(basis))) return undefined;
    const bar = barUntil === null ? undefined : { until: barUntil as number, basis: basis as string };
    const opening = { address: address ?? undefined, scope, reason, case: case_, forMs, bar, operator } as Opening;
    return { opening, nonce: nonce as string, expiresAt };
  } catch {
    return undefined;
  }
}

/** Signs a request. @throws HostError when the text or the key is none. */
export function approve(request: string, privateKeyFile: string): string {
  const text = request.trim();
  if (readRequest(text) === undefined || text.includes("."))
    throw new HostError('this is no request: "altmail access request" prints one');
  const key = keyOf(privateKeyFile, createPrivateKey, "private");
  return `${text}.${sign(null, signed(text), key).toString("base64url")}`;
}

/** @throws HostError when the file holds no public Ed25519 key: the service must not start without the one it was given. */
export const readSecondKey = (file: string): KeyObject => keyOf(file, createPublicKey, "public");

/** @returns what is wrong as a sentence, or the request that was signed. */
export function checkApproval(approval: string, opening: Opening, key: KeyObject, now: number): AccessRequest | string {
  const [text = "", signature = ""] = approval.trim().split(".", 2);
  const request = readRequest(text);
  if (request === undefined || !verify(null, signed(text), key, Buffer.from(signature, "base64url")))
    return "The approval is not signed by the second operator.";
  if (now >= request.expiresAt) return "The approval is too old. Make a new request and have it signed again.";
  if (!isSame(request.opening, opening))
    return "The approval is for another access than this one. Repeat it with what was signed, or with the approval alone.";
  return request;
}

const signed = (text: string): Uint8Array => Buffer.from(PURPOSE + text, "latin1");

function isSame(a: Opening, b: Opening): boolean {
  const fields = (opening: Opening): string => {
    const { address, scope, reason, forMs, bar, operator } = opening;
    return JSON.stringify([address ?? null, scope, reason, opening.case, forMs, bar?.until, bar?.basis, operator]);
  };
  return fields(a) === fields(b);
}

function keyOf(file: string, read: (pem: string) => KeyObject, half: "public" | "private"): KeyObject {
  try {
    const pem = readFileSync(file, "utf8");
    // From a private half the public one could be made: but it does not belong on this machine.
    const key = half === "public" && pem.includes("PRIVATE") ? undefined : read(pem);
    if (key?.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw new HostError(`${file} cannot be read as a ${half} key in PEM form`, { cause });
  }
  throw new HostError(`${file} holds no ${half} key of the kind Ed25519`);
}
