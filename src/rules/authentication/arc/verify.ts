/**
 * ARC: did those who passed a message on leave an unbroken chain? RFC 8617 section 5.2. Every failure is final, also
 * that of the DNS (RFC 8617 section 5.2.1); a broken chain is worth what none is.
 */
import {
  type AuthenticationResults,
  readAuthenticationResults,
} from "../../../syntax/message/authentication-results.ts";
import { relaxedField } from "../../dkim/canonical.ts";
import type { BodyDigests } from "../dkim/body-hash.ts";
import { isSignedBy, type KeySource, type KeyType, type VerifyingKey } from "../dkim/key.ts";
import { type SignedHeader, withoutSignature } from "../dkim/signed-header.ts";
import type { ArcSet, Chain } from "./chain.ts";

export type Arc = {
  readonly result: "none" | "pass" | "fail";
  /** Words of ours. */
  readonly reason: string;
  /** Who sealed, instance 1 first; in A-labels. Empty unless the chain holds. */
  readonly sealers: readonly string[];
  /** RFC 8617 section 5.2, step 5: 0 when the message is as the first sealer had it. */
  readonly oldestPass: number | undefined;
  /** What the first sealer found, if the chain holds and it can be read. */
  readonly recorded: AuthenticationResults | undefined;
};

const NO_CHAIN: Arc = {
  result: "none",
  reason: "there is no chain",
  sealers: [],
  oldestPass: undefined,
  recorded: undefined,
};

const failed = (reason: string): Arc => ({ ...NO_CHAIN, result: "fail", reason });

/** Asks for the digests that the chain needs, the last set's first: older ones show no more than how far back it goes. */
export function needBodies(chain: Chain, digests: BodyDigests): void {
  if (chain.kind !== "sets") return;
  for (const { signature } of chain.sets.toReversed()) digests.need(signature.body, signature.length);
}

/** Verifies the chain, when the body has ended. */
export async function verifyChain(
  chain: Chain,
  header: SignedHeader,
  digests: BodyDigests,
  keys: KeySource,
): Promise<Arc> {
  if (chain.kind === "none") return NO_CHAIN;
  if (chain.kind === "broken") return failed(chain.reason);
  const { sets } = chain;
  const last = sets.at(-1);
  if (last === undefined) return NO_CHAIN;
  if (!(await holds(last, header, digests, keys))) return failed("the newest signature of the chain does not hold");
  for (let count = sets.length; count > 0; count--)
    if (!(await isSealed(sets.slice(0, count), header, keys))) return failed("a seal of the chain does not hold");
  return {
    result: "pass",
    reason: "the chain holds",
    sealers: sets.map(({ seal }) => seal.domain),
    oldestPass: await oldestPass(sets, header, digests, keys),
    recorded: readAuthenticationResults(sets[0]?.recorded ?? ""),
  };
}

async function oldestPass(
  sets: readonly ArcSet[],
  header: SignedHeader,
  digests: BodyDigests,
  keys: KeySource,
): Promise<number> {
  for (let at = sets.length - 2; at >= 0; at--) {
    const set = sets[at];
    if (set !== undefined && !(await holds(set, header, digests, keys))) return at + 2;
  }
  return 0;
}

/** The ARC-Message-Signature of a set. */
async function holds(
  { message, signature }: ArcSet,
  header: SignedHeader,
  digests: BodyDigests,
  keys: KeySource,
): Promise<boolean> {
  const { body, length, bodyHash, domain, selector, keyType, names, octets } = signature;
  const digest = digests.digest(body, length);
  if (digest === undefined || digest.hash !== bodyHash || !digest.isWhole || !digest.isLongEnough) return false;
  const key = await keyOf(keys, domain, selector, keyType);
  return key !== undefined && isSignedBy(key, header.covered(message, names, signature.header), octets);
}

/** The seal of the last of `sets`: over all fields of the chain up to it (RFC 8617 section 5.1.1). */
async function isSealed(sets: readonly ArcSet[], header: SignedHeader, keys: KeySource): Promise<boolean> {
  const last = sets.at(-1);
  if (last === undefined) return false;
  const { keyType, domain, selector, octets } = last.seal;
  const key = await keyOf(keys, domain, selector, keyType);
  if (key === undefined) return false;
  let text = "";
  for (const set of sets) {
    text += header.relaxed(set.results) + header.relaxed(set.message);
    text += set === last ? relaxedField(withoutSignature(set.sealed.raw)) : header.relaxed(set.sealed);
  }
  return isSignedBy(key, Buffer.from(text, "latin1"), octets);
}

async function keyOf(
  keys: KeySource,
  domain: string,
  selector: string,
  keyType: KeyType,
): Promise<VerifyingKey | undefined> {
  const answer = await keys(domain, selector);
  return answer.kind === "key" && answer.key.type === keyType && answer.key.hasSha256 ? answer.key : undefined;
}
