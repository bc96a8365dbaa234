/**
 * Makes DKIM-Signature fields (RFC 6376 section 3.5) of rsa-sha256 and ed25519-sha256 (RFC 8463 section 3), relaxed in
 * header and body, over the whole body. There is no tag i=: it would be the domain, and nobody is named by it.
 *
 * Fields of the message that change nothing when they are moved are signed as often as they are there; those that show
 * what a mail is, once more than that, so that none can be added (RFC 6376 sections 5.4.2, 8.15).
 */
import { createPrivateKey, hash, type KeyObject, sign } from "node:crypto";
import { relaxedField } from "./canonical.ts";

export type SigningKey = {
  readonly selector: string;
  readonly algorithm: "rsa-sha256" | "ed25519-sha256";
  readonly key: KeyObject;
};

export type Signed = {
  /** In A-labels: the tag d=. */
  readonly domain: string;
  /** Of the message in their order; `raw` from name to line end, one character an octet. */
  readonly fields: readonly { readonly name: string; readonly raw: string }[];
  /** Base64, as `RelaxedBodyHash` gives it. */
  readonly bodyHash: string;
  /** Epoch milliseconds; the tag t= has seconds. */
  readonly time: number;
};

/** RFC 6376 section 5.4.1, with what decides how a body is shown. In the order of h=. */
const OVERSIGNED: readonly string[] = [
  "from",
  "subject",
  "to",
  "date",
  "cc",
  "reply-to",
  "message-id",
  "in-reply-to",
  "references",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
];
/** Lists add these or change them on the way, so only what is there is signed. */
const SIGNED: ReadonlySet<string> = new Set([
  "sender",
  "resent-date",
  "resent-from",
  "resent-to",
  "resent-cc",
  "list-id",
  // RFC 8460 section 5.3.
  "tls-report-domain",
  "tls-report-submitter",
  "list-help",
  "list-unsubscribe",
  // RFC 8058 section 4: without a signature over both nobody takes a list at its word.
  "list-unsubscribe-post",
  "list-subscribe",
  "list-post",
  "list-owner",
  "list-archive",
  "autocrypt",
  "disposition-notification-to",
]);

const MAX_LINE = 76;

/** Reads a private key, PKCS#8 in DER. @throws Error when it is none */
export function signingKey(selector: string, algorithm: SigningKey["algorithm"], pkcs8: Uint8Array): SigningKey {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  return { selector, algorithm, key };
}

/** Makes the fields, each with its line end; they go before the message. RSA is reckoned off the loop. */
export async function signatureFields(signed: Signed, keys: readonly SigningKey[]): Promise<string> {
  const names = signedNames(signed.fields);
  const list = listed(names);
  const covered = canonicalFields(signed.fields, names);
  const made = keys.map(async (key) => {
    const unsigned = unsignedField(signed, key, list);
    const signature = await signatureOf(Buffer.from(covered + relaxedField(unsigned), "latin1"), key);
    return `${unsigned}${folded(signature, "b=".length + 1)}\r\n`;
  });
  return (await Promise.all(made)).join("");
}

/** The tag h=: from the top of our list, then what else is there, each as often as it is signed. */
export function signedNames(fields: readonly { readonly name: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  const others: string[] = [];
  for (const { name } of fields) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (SIGNED.has(name)) others.push(name);
  }
  const names: string[] = [];
  for (const name of OVERSIGNED) for (let n = counts.get(name) ?? 0; n >= 0; n--) names.push(name);
  return [...names, ...others];
}

/** RFC 6376 section 5.4.2: of several fields of one name the last comes first; what is not there counts as nothing. */
function canonicalFields(fields: Signed["fields"], names: readonly string[]): string {
  const left = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { name, raw } of fields) left.get(name)?.push(raw);
  let text = "";
  for (const name of names) {
    const raw = left.get(name)?.pop();
    if (raw !== undefined) text += `${relaxedField(raw)}\r\n`;
  }
  return text;
}

/** RFC 6376 section 3.7: the field up to an empty b=, as it is signed. */
function unsignedField({ domain, bodyHash, time }: Signed, key: SigningKey, list: readonly string[]): string {
  const lines = [
    `DKIM-Signature: v=1; a=${key.algorithm}; c=relaxed/relaxed; q=dns/txt;`,
    ` d=${domain}; s=${key.selector};`,
    ` t=${Math.floor(time / 1000)};`,
    ...list,
    ` bh=${bodyHash};`,
    " b=",
  ];
  return lines.join("\r\n");
}

function listed(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = " h=";
  for (const [n, name] of names.entries()) {
    const word = n === names.length - 1 ? `${name};` : `${name}:`;
    if (line.length + word.length > MAX_LINE) {
      lines.push(line);
      line = "  ";
    }
    line += word;
  }
  return [...lines, line];
}

function folded(text: string, taken: number): string {
  let out = text.slice(0, MAX_LINE - taken);
  for (let at = out.length; at < text.length; at += MAX_LINE - 2) out += `\r\n  ${text.slice(at, at + MAX_LINE - 2)}`;
  return out;
}

/** RFC 8463 section 3: Ed25519 signs the SHA-256 of the data, RSA the data by SHA-256. */
function signatureOf(data: Uint8Array, { algorithm, key }: SigningKey): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, signature: Buffer): void => {
      if (error === null) resolve(signature.toString("base64"));
      else reject(error);
    };
    if (algorithm === "rsa-sha256") sign("sha256", data, key, done);
    else sign(null, hash("sha256", data, "buffer"), key, done);
  });
}
