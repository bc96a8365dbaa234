/** The forms of values that say how arriving mail is judged: networks, DNS lists, places of scanners, marks. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import type { IpNetwork, ScannerPlace } from "./settings.ts";
import { domainName } from "./values.ts";

const NETWORKS = 'must be a list of addresses or networks: ["192.0.2.25", "198.51.100.0/24", "2001:db8::/32"]';

export const networks: z.ZodType<readonly IpNetwork[]> = z.array(
  z
    .string(NETWORKS)
    .refine((text) => networkOf(text) !== undefined, NETWORKS)
    .transform((text) => networkOf(text) as IpNetwork),
  NETWORKS,
);

const MOST_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

function networkOf(text: string): IpNetwork | undefined {
  const [, address = "", digits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = MOST_BITS[isIP(address)];
  if (most === undefined) return undefined;
  const bits = digits === undefined ? most : Number(digits);
  return bits > most ? undefined : { address, bits };
}

export const domainNamesOrNone: z.ZodType<readonly string[]> = z.array(
  domainName,
  'must be a list of domains, or []: ["example.org"]',
);

const LISTS = 'must be a list of DNS lists as Postfix has them: ["dnsbl.example", "dnsbl.example=127.0.0.[2..4]*0.5"]';
const OCTET = String.raw`(?:\d{1,3}|\[\d{1,3}(?:\.\.\d{1,3})?(?:;\d{1,3}(?:\.\.\d{1,3})?)*\])`;
const LIST = new RegExp(String.raw`^([a-z0-9._-]{1,253})(?:=${OCTET}(?:\.${OCTET}){3})?(?:\*\d{1,3}(?:\.\d{1,3})?)?$`);
const MOST_LISTS = 20;

/** Lines that the rules on DNS lists read further. */
export const dnsLists: z.ZodType<readonly string[]> = z
  .array(z.string(LISTS).regex(LIST, LISTS), LISTS)
  .max(MOST_LISTS, `must not hold more than ${MOST_LISTS} lists: each is asked about every peer`);

const PLACE = 'must be the path of a socket, or an address with port: "/run/scanner.sock", "127.0.0.1:3310"';

export const scannerPlace = (folder: string): z.ZodType<ScannerPlace> =>
  z
    .string(PLACE)
    .min(1, PLACE)
    .refine((text) => placeOf(text, folder) !== undefined, PLACE)
    .transform((text) => placeOf(text, folder) as ScannerPlace);

function placeOf(text: string, folder: string): ScannerPlace | undefined {
  if (text.includes("/")) return { kind: "socket", path: resolve(folder, text) };
  const [, ipv6, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535 || (ipv6 !== undefined && isIP(ipv6) !== 6)) return undefined;
  return { kind: "port", host, port };
}

/** A number that may have a fraction. */
export function decimal(least: number, most: number): z.ZodType<number> {
  const sentence = `must be a number from ${least} to ${most}`;
  return z.number(sentence).min(least, sentence).max(most, sentence);
}

export function oneOf<const W extends readonly [string, ...string[]]>(...words: W): z.ZodType<W[number]> {
  const sentence = `must be ${words.map((word) => `"${word}"`).join(" or ")}`;
  return z.enum(words, sentence) as z.ZodType<W[number]>;
}
