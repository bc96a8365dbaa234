/**
 * DNS lists of addresses (RFC 5782): under which name an address is looked up, and what an answer means. Only an address
 * of 127.0.0.0/8 says something; what a list that does not want to answer, is gone, or was taken over by somebody who
 * answers everything puts there is no listing.
 */
import { addressOctets, reverseName } from "../dns-zone/ip-address.ts";
import { isAtOrBelow, type Looked } from "../authentication/lookup.ts";
import { readHostName } from "../route/host-name.ts";

export type DnsList = {
  /** In lower case and A-labels. */
  readonly zone: string;
  /** What a listing counts; 1 is enough for the Junk folder. */
  readonly weight: number;
  /** Which answers count: for each of the four octets, ranges. `undefined`: all that mean a listing. */
  readonly codes: readonly (readonly Range[])[] | undefined;
};
type Range = readonly [from: number, to: number];

export type DnsListWord =
  | { readonly kind: "listed"; readonly zone: string; readonly weight: number }
  | { readonly kind: "not-listed"; readonly zone: string }
  /** No answer, or none that can be believed. */
  | { readonly kind: "unknown"; readonly zone: string };

/** RFC 5782 section 5: what every list has, and what none may have. */
export const TEST_LISTED = "127.0.0.2";
export const TEST_NOT_LISTED = "127.0.0.1";

const REVERSE_ZONES = /\.(?:in-addr|ip6)\.arpa$/;
const MOST_WEIGHT = 100;

/** The name to be asked for (RFC 5782 sections 2.1 and 2.4); `undefined` when it is no address. */
export function dnsListName(address: string, zone: string): string | undefined {
  const name = reverseName(address);
  return name === undefined ? undefined : `${name.replace(REVERSE_ZONES, "")}.${zone}`;
}

/** What the A records at that name say. */
export function readDnsListAnswer({ zone, weight, codes }: DnsList, looked: Looked): DnsListWord {
  if (looked.kind === "temporary") return { kind: "unknown", zone };
  if (looked.kind !== "records") return { kind: "not-listed", zone };
  const answers = looked.values.map(addressOctets);
  if (!answers.every((answer) => answer !== undefined && isListing(answer))) return { kind: "unknown", zone };
  const counts = (octets: readonly number[] | undefined): boolean =>
    codes === undefined ||
    codes.every((ranges, at) =>
      ranges.some(([from, to]) => from <= (octets?.[at] ?? -1) && (octets?.[at] ?? -1) <= to),
    );
  return answers.some(counts) ? { kind: "listed", zone, weight } : { kind: "not-listed", zone };
}

/** 127.0.0.1 and 127.255.255.x are how lists say that they will not answer; other networks are somebody's web server. */
function isListing([first, second, third, fourth]: readonly number[]): boolean {
  if (first !== 127 || (second === 255 && third === 255)) return false;
  return !(second === 0 && third === 0 && fourth === 1);
}

/** The sum of the weights of lists that have the address. */
export function weightOf(words: readonly DnsListWord[]): number {
  return words.reduce((sum, word) => sum + (word.kind === "listed" ? word.weight : 0), 0);
}

/**
 * Reads a list as settings name it, in the form that Postfix's postscreen has: `zone`, `zone*2`,
 * `zone=127.0.0.[2..4;10]*0.5`. `undefined` when it is none.
 */
export function readDnsList(text: string): DnsList | undefined {
  const [, name = "", codes, weight = "1"] =
    /^([^=*\s]+)(?:=([^=*\s]+))?(?:\*(\d{1,3}(?:\.\d{1,3})?))?$/.exec(text) ?? [];
  const zone = readHostName(name);
  const filter = codes === undefined ? undefined : readCodes(codes);
  const counted = Number(weight);
  if (zone === undefined || isAtOrBelow(zone, "arpa") || (codes !== undefined && filter === undefined))
    return undefined;
  return counted > 0 && counted <= MOST_WEIGHT ? { zone, weight: counted, codes: filter } : undefined;
}

function readCodes(text: string): readonly (readonly Range[])[] | undefined {
  // Dots part octets where none of the brackets' ranges is around them.
  const octets = text.match(/\[[0-9.;]+\]|\d+/g) ?? [];
  if (octets.join(".") !== text || octets.length !== 4) return undefined;
  const ranges = octets.map((octet) =>
    octet
      .replace(/^\[|\]$/g, "")
      .split(";")
      .map(readRange),
  );
  return ranges.every((all) => all.every((range) => range !== undefined))
    ? ranges.map((all) => all.filter((range) => range !== undefined))
    : undefined;
}

function readRange(text: string): Range | undefined {
  const [, from, to = from] = /^(\d{1,3})(?:\.\.(\d{1,3}))?$/.exec(text) ?? [];
  const range: Range = [Number(from), Number(to)];
  return range[0] <= range[1] && range[1] <= 255 ? range : undefined;
}
