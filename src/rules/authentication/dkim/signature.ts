/**
 * The tags of DKIM-Signature (RFC 6376 section 3.5) and of ARC-Message-Signature (RFC 8617 section 4.1.2) as values,
 * with the checks of RFC 6376 section 6.1.1 that need nothing else.
 */
import { isAtOrBelow, type ReadDomain } from "../lookup.ts";
import type { KeyType } from "./key.ts";
import type { Canonicalization } from "./signed-header.ts";
import { readBase64, readTagList, withoutSpace } from "./tag-list.ts";

export type Algorithm = "rsa-sha256" | "ed25519-sha256";

export type Signature = {
  readonly algorithm: Algorithm;
  readonly keyType: KeyType;
  /** In A-labels, lower case. */
  readonly domain: string;
  readonly selector: string;
  /** The domain of i= (RFC 6376 section 3.5), which is `domain` or below it. */
  readonly identityDomain: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** The tag l=. */
  readonly length: number | undefined;
  /** Lower case; From is among them. */
  readonly names: readonly string[];
  /** Base64. */
  readonly bodyHash: string;
  readonly octets: Uint8Array;
  /** First octets of b= as written: tells signatures apart (RFC 6008 section 4). */
  readonly mark: string;
  /** Seconds since 1970. */
  readonly expiresAtS: number | undefined;
};

export type ReadSignature =
  | { readonly kind: "signature"; readonly signature: Signature }
  | {
      readonly kind: "unfit";
      readonly result: "neutral" | "permerror";
      readonly reason: string;
      /** As far as it could be read. */
      readonly domain: string | undefined;
      readonly selector: string | undefined;
    };

/** The one way to a key that there is. */
const DNS = "dns/txt";
const MARK_LENGTH = 8;
/** Of h=. Headers have some dozens of fields, and who names each once more than it is there twice as many. */
const MAX_NAMES = 1000;
/** RFC 6376 section 3.5: l= and times have at most 76 digits and 12; none of ours is beyond what a number holds. */
const MAX_DIGITS = 15;

/** Reads the value of a DKIM-Signature field. */
export function readSignature(value: string, readDomain: ReadDomain): ReadSignature {
  const tags = readTagList(value);
  if (tags === undefined) return unfit("the signature has an error of syntax");
  if (tags.get("v") !== "1") return unfit("the signature is of another version", tags, readDomain);
  return readSigner(tags, readDomain, tags.get("i"));
}

/** Reads the tags that signatures of mail and of chains have in common. */
export function readSigner(
  tags: ReadonlyMap<string, string>,
  readDomain: ReadDomain,
  identity: string | undefined,
): ReadSignature {
  const bad = (reason: string, result: "neutral" | "permerror" = "neutral"): ReadSignature =>
    unfit(reason, tags, readDomain, result);
  const [a, b, bh, d, h, s] = [
    tags.get("a"),
    tags.get("b"),
    tags.get("bh"),
    tags.get("d"),
    tags.get("h"),
    tags.get("s"),
  ];
  if (a === undefined || b === undefined || bh === undefined || d === undefined || h === undefined || s === undefined)
    return bad("the signature lacks a tag", "permerror");
  const domain = readDomain(d);
  const selector = readSelector(s, readDomain);
  if (domain === undefined || selector === undefined) return bad("the signature names no domain that can be");
  const keyType = keyTypeOf(a);
  // RFC 8301 section 3.1: rsa-sha1 has failed for good.
  if (keyType === undefined) return bad("the algorithm of the signature is not one that we take", "permerror");
  const octets = readBase64(b);
  const hash = readBase64(bh);
  if (octets === undefined || hash === undefined) return bad("the signature is not base64");
  const names = withoutSpace(h)
    .toLowerCase()
    .split(":", MAX_NAMES + 1);
  if (names.length > MAX_NAMES) return bad("the signature names too many fields", "permerror");
  if (!names.includes("from")) return bad("the signature does not cover From", "permerror");
  const forms = readForms(tags.get("c"));
  if (forms === undefined) return bad("the signature names a form that is unknown");
  const [length, time, expiry] = [readNumber(tags.get("l")), readNumber(tags.get("t")), readNumber(tags.get("x"))];
  if (length === null || time === null || expiry === null) return bad("a number of the signature is none");
  if (time !== undefined && expiry !== undefined && expiry <= time) return bad("the signature ends before it begins");
  const ways = tags.get("q") ?? DNS;
  if (ways !== DNS && !withoutSpace(ways).split(":").includes(DNS)) return bad("the key is not said to be in the DNS");
  const identityDomain = identity === undefined ? domain : readDomain(identity.slice(identity.lastIndexOf("@") + 1));
  // RFC 6376 section 6.1.1.
  if (identityDomain === undefined || !isAtOrBelow(identityDomain, domain))
    return bad("the signer is not of the domain that signs", "permerror");
  return {
    kind: "signature",
    signature: {
      algorithm: `${keyType}-sha256`,
      keyType,
      domain,
      selector,
      identityDomain,
      ...forms,
      length,
      names,
      bodyHash: Buffer.from(hash).toString("base64"),
      octets,
      mark: withoutSpace(b).slice(0, MARK_LENGTH),
      expiresAtS: expiry,
    },
  };
}

/** The type of key that an algorithm takes; `undefined` for one that counts no more, or not yet. */
export function keyTypeOf(algorithm: string): KeyType | undefined {
  if (algorithm === "rsa-sha256") return "rsa";
  return algorithm === "ed25519-sha256" ? "ed25519" : undefined;
}

/** A selector is labels like those of a domain (RFC 6376 section 3.1). */
export function readSelector(text: string, readDomain: ReadDomain): string | undefined {
  // A number alone is a fine selector and no domain.
  return readDomain(`${text}.x`)?.slice(0, -".x".length);
}

function unfit(
  reason: string,
  tags?: ReadonlyMap<string, string>,
  readDomain?: ReadDomain,
  result: "neutral" | "permerror" = "neutral",
): ReadSignature {
  const [d, s] = [tags?.get("d"), tags?.get("s")];
  return {
    kind: "unfit",
    result,
    reason,
    domain: d === undefined ? undefined : readDomain?.(d),
    selector: s === undefined || readDomain === undefined ? undefined : readSelector(s, readDomain),
  };
}

function readForms(
  text: string | undefined,
): { readonly header: Canonicalization; readonly body: Canonicalization } | undefined {
  const [header = "simple", body = "simple", ...more] = (text ?? "").toLowerCase().split("/");
  const forms = { header: header === "" ? "simple" : header, body };
  const isForm = (form: string): form is Canonicalization => form === "simple" || form === "relaxed";
  return isForm(forms.header) && isForm(forms.body) && more.length === 0
    ? { header: forms.header, body: forms.body }
    : undefined;
}

/** `null` for what is no number. */
function readNumber(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) && text.length <= MAX_DIGITS ? Number(text) : null;
}
