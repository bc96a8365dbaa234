/**
 * What the header of a message or part says about its body: RFC 2045 (type, encoding, id, description), RFC 1864
 * (MD5), RFC 2183 (disposition), RFC 3282 (language), RFC 2557 (location). Absent or broken fields give the defaults
 * of RFC 2045 section 5.2. Strings are octets, one character each, as they came.
 */
import type { HeaderField } from "./header-fields.ts";
import { afterComment, parameterValue, readParameterized } from "./parameters.ts";
import type { Parameter, Parameterized } from "./parameters.ts";

export type Entity = {
  /** Lower case. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: readonly Parameter[];
  /** Lower case; `7bit` where absent. */
  readonly encoding: string;
  readonly id: string | undefined;
  readonly description: string | undefined;
  readonly md5: string | undefined;
  readonly disposition: Parameterized | undefined;
  /** Language tags; undefined when absent or empty. */
  readonly languages: readonly string[] | undefined;
  readonly location: string | undefined;
};

const TOKEN = /^[!#$%&'*+.^_`{|}~0-9a-z-]+$/;

/** RFC 2045 section 5.2. */
const PLAIN: Pick<Entity, "type" | "subtype" | "parameters"> = {
  type: "text",
  subtype: "plain",
  parameters: [{ name: "charset", value: "us-ascii" }],
};
/** RFC 2046 section 5.1.5: the default inside multipart/digest. */
const MESSAGE: Pick<Entity, "type" | "subtype" | "parameters"> = { type: "message", subtype: "rfc822", parameters: [] };

/** Tags of Content-Language that are read, empty ones too. */
const MAX_LANGUAGES = 100;

const NO_PARAMETERS: readonly Parameter[] = [];

/** The entity of a part that is not there: text of no octets. */
export const emptyEntity: Entity = readEntity([], false);

/** Reads the fields of a part's header; of a field that occurs twice the first counts. */
export function readEntity(fields: readonly HeaderField[], isInDigest: boolean): Entity {
  let type: string | undefined;
  let encoding: string | undefined;
  let id: string | undefined;
  let description: string | undefined;
  let md5: string | undefined;
  let disposition: string | undefined;
  let language: string | undefined;
  let location: string | undefined;
  for (const { name, value } of fields) {
    if (!name.startsWith("content-")) continue;
    if (name === "content-type") type ??= value;
    else if (name === "content-transfer-encoding") encoding ??= value;
    else if (name === "content-id") id ??= value;
    else if (name === "content-description") description ??= value;
    else if (name === "content-md5") md5 ??= value;
    else if (name === "content-disposition") disposition ??= value;
    else if (name === "content-language") language ??= value;
    else if (name === "content-location") location ??= value;
  }
  return {
    ...readType(type, isInDigest),
    encoding: readToken(encoding) ?? "7bit",
    id,
    description,
    md5,
    disposition: readDisposition(disposition),
    languages: readLanguages(language),
    // RFC 2557 section 4.4.2: white space inside a folded URI does not count.
    location: location?.replace(/[\t ]+/g, ""),
  };
}

/** RFC 2046 section 5.1.1: what parts the parts of a multipart; undefined when it cannot. */
export function boundaryOf(parameters: readonly Parameter[]): string | undefined {
  const boundary = parameterValue(parameters, "boundary")?.replace(/[\t ]$/, "");
  return boundary === "" ? undefined : boundary;
}

function readType(value: string | undefined, isInDigest: boolean): Pick<Entity, "type" | "subtype" | "parameters"> {
  if (value === undefined) return isInDigest ? MESSAGE : PLAIN;
  const read = readParameterized(value);
  const slash = read.value.indexOf("/");
  const type = read.value.slice(0, Math.max(slash, 0));
  const subtype = read.value.slice(slash + 1);
  // RFC 2045 section 5.2: what is no media type is read as plain text; so is a multipart whose parts cannot be told.
  if (!TOKEN.test(type) || !TOKEN.test(subtype)) return { ...PLAIN, parameters: withoutBoundary(read.parameters) };
  if (type === "multipart" && boundaryOf(read.parameters) === undefined) {
    return { ...PLAIN, parameters: withoutBoundary(read.parameters) };
  }
  return { type, subtype, parameters: read.parameters };
}

function withoutBoundary(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.length === 0 ? NO_PARAMETERS : parameters.filter(({ name }) => !name.startsWith("boundary"));
}

/** A token in lower case without comments; undefined when there is none. */
function readToken(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const open = value.indexOf("(");
  const bare = open < 0 ? value : value.slice(0, open) + value.slice(afterComment(value, open));
  const token = bare.replace(/[\t ;]+/g, "").toLowerCase();
  return TOKEN.test(token) ? token : undefined;
}

function readDisposition(value: string | undefined): Parameterized | undefined {
  if (value === undefined) return undefined;
  const read = readParameterized(value);
  if (TOKEN.test(read.value)) return read;
  // RFC 2183 section 2.8: an unknown disposition is an attachment; here it has no name at all.
  return read.parameters.length > 0 ? { ...read, value: "attachment" } : undefined;
}

function readLanguages(value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const tags = value
    .split(",", MAX_LANGUAGES)
    .map((tag) => tag.replace(/\(.*$/, "").replace(/[\t ]+/g, ""))
    .filter((tag) => tag !== "");
  return tags.length === 0 ? undefined : tags;
}
