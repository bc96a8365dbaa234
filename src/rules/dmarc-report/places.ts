/**
 * Where a domain's aggregate reports go: the addresses of its tag rua (RFC 9989 section 4.7), with the size that they take
 * (RFC 7489 section 6.2), and whether whoever is behind them agreed to that (RFC 9990 section 4).
 */
import { domainOf, readMailto } from "../daily-report/place.ts";
import { isDmarcRecord, readDmarcRecord } from "../authentication/dmarc/record.ts";

export type DmarcPlace = {
  readonly address: string;
  /** In A-labels. */
  readonly host: string;
  /** Octets of a whole mail; `undefined`: whatever comes. */
  readonly maxBytes: number | undefined;
};

/** A record may name any number; a stranger's zone must not make us send more than this for one day. */
const MAX_PLACES = 4;
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Reads the URIs of a tag rua in their order; those that cannot be served are passed over. */
export function readPlaces(uris: readonly string[]): readonly DmarcPlace[] {
  const places = new Map<string, DmarcPlace>();
  for (const uri of uris) {
    const place = readPlace(uri);
    if (place !== undefined && places.size < MAX_PLACES && !places.has(place.address)) places.set(place.address, place);
  }
  return [...places.values()];
}

function readPlace(uri: string): DmarcPlace | undefined {
  const [, mailto = "", digits, unit = ""] = /^mailto:([^!]*)(?:!(\d{1,12})([kmgt]?))?$/i.exec(uri) ?? [];
  const address = readMailto(mailto);
  if (address === undefined) return undefined;
  const maxBytes = digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  return { address, host: domainOf(address), maxBytes };
}

/** The name at which a host says that it takes reports on a domain that is not its own. */
export const consentName = (policyDomain: string, host: string): string => `${policyDomain}._report._dmarc.${host}`;

/**
 * Reads what stands there: the places that reports meant for `place` go to. None: the host did not agree, or names a place
 * at another host.
 */
export function placesByConsent(records: readonly string[], place: DmarcPlace): readonly DmarcPlace[] {
  const consents = records.filter(isDmarcRecord);
  if (consents.length === 0) return [];
  const [first] = consents.map((record) => readDmarcRecord(record).reportsTo).filter((uris) => uris.length > 0);
  if (first === undefined) return [place];
  const places = readPlaces(first);
  return places.every(({ host }) => host === place.host) ? places : [];
}
