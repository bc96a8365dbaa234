/**
 * Something public that is the same for everybody: its octets in every coding and its fields, made once at start, with an
 * entity tag for each coding (RFC 9110 section 8.8.3) so that who has it already hears 304.
 */
import { createHash } from "node:crypto";
import { chooseEncoding, type Encoded, type Encoding, encode } from "./encodings.ts";

export type Resource = {
  readonly encoded: Encoded;
  /** Fields by coding, with its tag. */
  readonly fields: Readonly<Partial<Record<Encoding, Readonly<Record<string, string | number>>>>>;
};

export type Found = {
  readonly code: 200 | 304;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly octets: Buffer | undefined;
};

export type ResourceOptions = {
  readonly type: string;
  readonly cache: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** A page may be another one after the next start, and nobody should read yesterday's terms for long. */
export const SHORT = "public, max-age=300";
/** Its address says what it holds. */
export const IMMUTABLE = "public, max-age=31536000, immutable";

export function resource(text: string, { type, cache, headers }: ResourceOptions): Resource {
  const encoded = encode(text);
  const tag = digest(text);
  const fields = Object.entries(encoded).map(([name, octets]) => [
    name,
    {
      "content-type": type,
      "content-length": octets.length,
      ...(name === "identity" ? {} : { "content-encoding": name }),
      vary: "accept-encoding",
      etag: `"${tag}-${name}"`,
      "cache-control": cache,
      ...headers,
    },
  ]);
  return { encoded, fields: Object.fromEntries(fields) };
}

/** Sixteen letters that say what a text is. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

/** What answers a client with these fields of a request. */
export function find(
  { encoded, fields }: Resource,
  {
    acceptEncoding,
    ifNoneMatch,
  }: { readonly acceptEncoding: string | undefined; readonly ifNoneMatch: string | undefined },
): Found {
  const encoding = chooseEncoding(acceptEncoding, encoded);
  const own = fields[encoding] ?? {};
  if (ifNoneMatch === undefined || !matches(ifNoneMatch, String(own["etag"])))
    return { code: 200, fields: own, octets: encoded[encoding] };
  const { "content-length": _length, "content-type": _type, "content-encoding": _encoding, ...rest } = own;
  return { code: 304, fields: rest, octets: undefined };
}

/** RFC 9110 section 13.1.2: weakly compared, any of a list. */
const matches = (field: string, tag: string): boolean =>
  field === "*" || field.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
