/**
 * The TXT record at `_smtp._tls.DOMAIN`, which says that a domain wants reports on TLS, and where they go (RFC 8460
 * section 3). Fields that are not known are passed over, and so are places of reports that cannot be served.
 */
import { readMailto } from "../daily-report/place.ts";
import { readHostName } from "../route/host-name.ts";

/** Where a report is to be sent. */
export type ReportPlace =
  | { readonly kind: "mail"; readonly address: string }
  /** An URL with the name of a host; no user, no fragment. */
  | { readonly kind: "https"; readonly url: string };

/** A record may name any number; a stranger's zone must not make us send more than this for one day. */
const MAX_PLACES = 4;
const MAX_URL = 2048;

/** RFC 8460 section 3. */
export const recordName = (domain: string): string => `_smtp._tls.${domain}`;

/** Where the domain's reports go, by its TXT records, in its order; `undefined` where it asks for none. */
export function readReportPlaces(records: readonly string[]): readonly ReportPlace[] | undefined {
  const [record, ...more] = records.filter((text) => /^v=TLSRPTv1[ \t]*;/.test(text));
  // RFC 8460 section 3: with more than one the domain does not take part.
  if (record === undefined || more.length > 0) return undefined;
  const fields = record.split(";").slice(1);
  if (fields.at(-1)?.trim() === "") fields.pop();
  let uris: string | undefined;
  for (const field of fields) {
    const [, name, value = ""] = /^[ \t]*([A-Za-z0-9][\w.-]{0,31})=([\t\x20-\x7e]+)$/.exec(field) ?? [];
    if (name === undefined) return undefined;
    if (name === "rua") uris ??= value;
  }
  if (uris === undefined) return undefined;
  const places = new Map<string, ReportPlace>();
  for (const uri of uris.split(",")) {
    const place = readPlace(uri.trim());
    if (place !== undefined && places.size < MAX_PLACES) places.set(placeText(place), place);
  }
  return [...places.values()];
}

/** One text for one place, to tell it from others. */
export const placeText = (place: ReportPlace): string =>
  place.kind === "mail" ? `mailto:${place.address}` : place.url;

function readPlace(uri: string): ReportPlace | undefined {
  if (/^mailto:/i.test(uri)) {
    const address = readMailto(uri.slice("mailto:".length));
    return address === undefined ? undefined : { kind: "mail", address };
  }
  const url = uri.length <= MAX_URL && /^https:\/\/[^/\\?#]/i.test(uri) ? URL.parse(uri) : null;
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  // An address literal would lead past the names that are looked up, and with them past what may be connected to.
  if (readHostName(url.hostname) === undefined) return undefined;
  url.hash = "";
  return { kind: "https", url: url.href };
}
