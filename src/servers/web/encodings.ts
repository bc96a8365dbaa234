/** The codings of an answer's octets (RFC 9110 section 8.4.1, RFC 8878), made once, and the choice among them by what a client takes. */
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";

export type Encoding = "br" | "zstd" | "gzip" | "identity";
/** Octets by coding; always as they are, and compressed where that is shorter. */
export type Encoded = Readonly<{ identity: Buffer } & Partial<Record<Encoding, Buffer>>>;

/** Best first. */
const CODINGS = [
  ["br", (octets: Buffer) => brotliCompressSync(octets, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } })],
  ["zstd", (octets: Buffer) => zstdCompressSync(octets, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })],
  ["gzip", (octets: Buffer) => gzipSync(octets, { level: 9 })],
] as const satisfies readonly (readonly [Encoding, (octets: Buffer) => Buffer])[];

export function encode(text: string): Encoded {
  const identity = Buffer.from(text);
  const shorter = CODINGS.map(([name, compress]) => [name, compress(identity)] as const).filter(
    ([, octets]) => octets.length < identity.length,
  );
  return { identity, ...Object.fromEntries(shorter) };
}

/** Different values of the field that are kept with their answer: browsers send few. */
const MAX_KEPT = 200;
const MAX_FIELD_LENGTH = 200;
const kept = new Map<string, readonly Encoding[]>();

/** Chooses what to send to a client with this Accept-Encoding (RFC 9110 section 12.5.3). */
export function chooseEncoding(field: string | undefined, encoded: Encoded): Encoding {
  return wanted(field).find((name) => encoded[name] !== undefined) ?? "identity";
}

/** What a client takes, best first; octets as they are go out even to who refuses them: it is better than nothing. */
function wanted(field: string | undefined): readonly Encoding[] {
  if (field === undefined || field.length > MAX_FIELD_LENGTH) return [];
  const known = kept.get(field);
  if (known !== undefined) return known;
  const weights = weightsOf(field);
  const other = weights.get("*") ?? 0;
  const taken = CODINGS.map(([name]) => ({ name, weight: weights.get(name) ?? other }))
    .filter(({ weight }) => weight > 0 && weight >= (weights.get("identity") ?? 0))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
  if (kept.size < MAX_KEPT) kept.set(field, taken);
  return taken;
}

function weightsOf(field: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of field.toLowerCase().split(",")) {
    const [, name, weight] = /^\s*([a-z0-9*-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/.exec(part) ?? [];
    if (name !== undefined) weights.set(name === "x-gzip" ? "gzip" : name, weight === undefined ? 1 : Number(weight));
  }
  return weights;
}
