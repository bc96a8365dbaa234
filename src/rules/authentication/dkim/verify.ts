/**
 * DKIM: which of a message's signatures hold? RFC 6376 section 6.1. First the signatures are read, so that the body can
 * stream by once for all of them; then each is verified with the key that its domain publishes.
 *
 * A signature that leaves out the end of the body (l=) and holds is `policy`: what follows is anybody's (RFC 6376
 * section 8.2). Results are those of RFC 8601 section 2.7.1.
 */
import type { ReadDomain } from "../lookup.ts";
import type { BodyDigests } from "./body-hash.ts";
import { isSignedBy, type KeySource } from "./key.ts";
import { type Algorithm, readSignature, type Signature } from "./signature.ts";
import type { SignedField, SignedHeader } from "./signed-header.ts";

export type DkimResult = "pass" | "fail" | "policy" | "neutral" | "temperror" | "permerror";

export type Dkim = {
  readonly result: DkimResult;
  /** Words of ours. */
  readonly reason: string;
  /** In A-labels; `undefined` where the signature names none. */
  readonly domain: string | undefined;
  readonly selector: string | undefined;
  readonly algorithm: Algorithm | undefined;
  /** First octets of b=. */
  readonly mark: string | undefined;
  /** The domain says that it is trying out. */
  readonly isTesting: boolean;
};

/** A signature that was read. */
export type DkimCheck =
  | { readonly kind: "done"; readonly dkim: Dkim }
  | { readonly kind: "open"; readonly field: SignedField; readonly signature: Signature };

/** Reads the first `max` signatures, the topmost first, and says which digests of the body they need. */
export function readSignatures(
  header: SignedHeader,
  readDomain: ReadDomain,
  max: number,
  digests: BodyDigests,
): readonly DkimCheck[] {
  return header
    .named("dkim-signature")
    .slice(0, max)
    .map((field): DkimCheck => {
      const read = readSignature(field.value, readDomain);
      if (read.kind === "unfit") {
        const { result, reason, domain, selector } = read;
        return { kind: "done", dkim: { result, reason, domain, selector, ...UNREAD } };
      }
      const { signature } = read;
      digests.need(signature.body, signature.length);
      return { kind: "open", field, signature };
    });
}

const UNREAD = { algorithm: undefined, mark: undefined, isTesting: false };

/** Verifies what was read, when the body has ended. @param nowS seconds since 1970 */
export async function verifySignature(
  check: DkimCheck,
  header: SignedHeader,
  digests: BodyDigests,
  keys: KeySource,
  nowS: number,
): Promise<Dkim> {
  if (check.kind === "done") return check.dkim;
  const { field, signature } = check;
  const body = digests.digest(signature.body, signature.length);
  if (body === undefined) return outcome(signature, "policy", "the signatures take the body in too many forms");
  if (body.hash !== signature.bodyHash) return outcome(signature, "fail", "the body was changed");
  if (!body.isLongEnough) return outcome(signature, "fail", "the body is shorter than the signature says");
  if (signature.expiresAtS !== undefined && signature.expiresAtS < nowS)
    return outcome(signature, "fail", "the signature has expired");
  const answer = await keys(signature.domain, signature.selector);
  if (answer.kind === "temporary") return outcome(signature, "temperror", "the DNS does not answer");
  if (answer.kind === "unfit") return outcome(signature, answer.result, answer.reason);
  const { key } = answer;
  const { isTesting } = key;
  if (key.type !== signature.keyType) return outcome(signature, "permerror", "the key is of another type", isTesting);
  if (!key.isForMail || !key.hasSha256)
    return outcome(signature, "permerror", "the key is not for such signatures", isTesting);
  if (key.isStrict && signature.identityDomain !== signature.domain)
    return outcome(signature, "permerror", "the key is for the domain itself alone", isTesting);
  const data = header.covered(field, signature.names, signature.header);
  if (!isSignedBy(key, data, signature.octets))
    return outcome(signature, "fail", "the header was changed, or the key is another", isTesting);
  return body.isWhole
    ? outcome(signature, "pass", "the signature holds", isTesting)
    : outcome(signature, "policy", "the signature leaves out the end of the body", isTesting);
}

function outcome(signature: Signature, result: DkimResult, reason: string, isTesting = false): Dkim {
  const { domain, selector, algorithm, mark } = signature;
  return { result, reason, domain, selector, algorithm, mark, isTesting };
}
