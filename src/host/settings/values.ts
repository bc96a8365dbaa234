/** The forms that values of altmail.toml take, each with a sentence for the one who wrote another. */
import { isIP } from "node:net";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { isLoopback } from "../loopback.ts";
import type { FamilyChoice, FamilyOf, KeySource, ListenAddress, PlaceAddress } from "./settings.ts";

const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

export const domainName: z.ZodType<string> = z
  .string("must be a name in quotes")
  .transform((name) => name.toLowerCase())
  .refine((name) => NAME.test(name), "must be a domain name, with umlauts and the like in their xn-- form");

export const domainNames: z.ZodType<readonly string[]> = z
  .array(domainName, 'must be a list: ["example.org"]')
  .min(1, "must hold at least one domain");

export const mailAddress: z.ZodType<string> = z
  .string("must be an address in quotes")
  .regex(/^[^\s@<>"]{1,64}@[^\s@<>"]+$/, "must be a mail address: name@domain");

/** @param folder what a relative path starts from: the folder of the settings file. */
export const path = (folder: string): z.ZodType<string> =>
  z
    .string("must be a path in quotes")
    .min(1, "must not be empty")
    .transform((text) => (isAbsolute(text) ? text : resolve(folder, text)));

export const keySource = (folder: string): z.ZodType<KeySource> =>
  z
    .string('must be "unlock" or the path of a key file')
    .min(1, 'must be "unlock" or the path of a key file')
    .transform(
      (text): KeySource => (text === "unlock" ? { kind: "unlock" } : { kind: "file", path: resolve(folder, text) }),
    );

export function whole(least: number, most: number): z.ZodType<number> {
  const sentence = `must be a whole number from ${least} to ${most}`;
  return z.int(sentence).min(least, sentence).max(most, sentence);
}

/** A number of octets as "50 MiB". */
export function octets(least: string, most: string): z.ZodType<number> {
  const sentence = `must be a size from "${least}" to "${most}", in KiB, MiB or GiB`;
  return z
    .string(sentence)
    .transform((text) => octetsOf(text) ?? Number.NaN)
    .refine((count) => count >= (octetsOf(least) ?? 0) && count <= (octetsOf(most) ?? 0), sentence);
}

function octetsOf(text: string): number | undefined {
  const found = /^(\d{1,6}) ?([KMG]iB)$/.exec(text);
  return found === null ? undefined : Number(found[1]) * (UNITS[found[2] ?? ""] ?? Number.NaN);
}

const LISTEN = 'must be a list of "address:port", IPv6 addresses in brackets: ["192.0.2.1:25", "[2001:db8::1]:25"]';

export const listenAddressesOrNone: z.ZodType<readonly ListenAddress[]> = z
  .array(
    z
      .string(LISTEN)
      .transform(listenAddress)
      .refine((address) => address !== undefined, LISTEN),
    LISTEN,
  )
  .transform((addresses) => addresses.filter((address) => address !== undefined));

export const listenAddresses: z.ZodType<readonly ListenAddress[]> = listenAddressesOrNone.refine(
  (addresses) => addresses.length > 0,
  LISTEN,
);

function listenAddress(text: string): ListenAddress | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const [, ipv6, name, digits] = found ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65535) return undefined;
  if (ipv6 === undefined ? isIP(host) !== 4 && !NAME.test(host) : isIP(host) !== 6) return undefined;
  return { host, port };
}

const SERVERS = 'must be a list of IP addresses with port, at least one: ["127.0.0.1:53"]';

/** Of resolvers: to find one by name another would be needed. */
export const serverAddresses: z.ZodType<readonly ListenAddress[]> = z
  .array(
    z.string(SERVERS).refine((text) => isIP(listenAddress(text)?.host ?? "") !== 0, SERVERS),
    SERVERS,
  )
  .min(1, SERVERS)
  .transform((texts) => texts.map((text) => listenAddress(text) as ListenAddress));

const ADDRESSES = 'must be a list of IP addresses: ["192.0.2.25", "2001:db8::25"]';

export const ipAddresses: z.ZodType<readonly string[]> = z.array(
  z.string(ADDRESSES).refine((text) => isIP(text) !== 0, ADDRESSES),
  ADDRESSES,
);

export const stsMode: z.ZodType<"none" | "testing" | "enforce"> = z.enum(
  ["none", "testing", "enforce"],
  'must be "none", "testing" or "enforce"',
);

const REMOTE = 'must be "" or a name or address with a port: "smtp.example.net:465"';

/** Where we connect to. */
export const remoteAddress: z.ZodType<ListenAddress> = z
  .string(REMOTE)
  .refine((text) => listenAddress(text) !== undefined, REMOTE)
  .transform((text) => listenAddress(text) as ListenAddress);

export const yesOrNo: z.ZodType<boolean> = z.boolean("must be true or false");

/** Whole numbers, at least one. */
export function wholes(least: number, most: number): z.ZodType<readonly number[]> {
  const sentence = `must be a list of whole numbers from ${least} to ${most}, at least one: [${least}, ${most}]`;
  return z.array(z.int(sentence).min(least, sentence).max(most, sentence), sentence).min(1, sentence);
}

const FAMILIES = ["ipv4", "ipv6", "ipv4-only", "ipv6-only"] as const satisfies readonly FamilyChoice[];
const FAMILY = 'must be "ipv4" or "ipv6" (tried first), "ipv4-only" or "ipv6-only"';
const FAMILY_OF = 'must be a list of domains with their family: ["example.net ipv6", "example.com ipv4-only"]';

export const addressFamily: z.ZodType<FamilyChoice> = z.enum(FAMILIES, FAMILY);

export const familiesOf: z.ZodType<readonly FamilyOf[]> = z.array(
  z
    .string(FAMILY_OF)
    .refine((text) => familyOf(text) !== undefined, FAMILY_OF)
    .transform((text) => familyOf(text) as FamilyOf),
  FAMILY_OF,
);

function familyOf(text: string): FamilyOf | undefined {
  const [domain = "", word, ...more] = text.toLowerCase().split(/ +/);
  const family = FAMILIES.find((one) => one === word);
  return family === undefined || more.length > 0 || !NAME.test(domain) ? undefined : { domain, family };
}

/** A value that may be absent: the empty string stands for none. */
export const orNone = <T>(form: z.ZodType<T>): z.ZodType<T | undefined> =>
  z.preprocess((given) => (given === "" ? undefined : given), form.optional());

const LOOPBACK = 'must be "" or an address of this machine alone with a port: "127.0.0.1:9464" or "[::1]:9464"';

export const loopbackAddress: z.ZodType<ListenAddress> = z
  .string(LOOPBACK)
  .refine((text) => isLoopback(listenAddress(text)?.host ?? ""), LOOPBACK)
  .transform((text) => listenAddress(text) as ListenAddress);

const PLACE = 'must be "", the path of a folder, or a bucket as "https://s3.example.org/bucket?region=eu-north-1"';

export const placeAddress = (folder: string): z.ZodType<PlaceAddress> =>
  z
    .string(PLACE)
    .refine((text) => !isUrl(text) || bucketOf(text) !== undefined, PLACE)
    .transform((text): PlaceAddress => bucketOf(text) ?? { kind: "folder", path: resolve(folder, text) });

const isUrl = (text: string): boolean => /^https?:/.test(text);

function bucketOf(text: string): PlaceAddress | undefined {
  const url = isUrl(text) ? URL.parse(text) : null;
  const bucket = url?.pathname.slice(1) ?? "";
  if (url === null || !/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket)) return undefined;
  return { kind: "s3", endpoint: url.origin, bucket, region: url.searchParams.get("region") ?? "us-east-1" };
}

const RECIPIENT = 'must be "" or the public half of an age key: "age1..."';

export const ageRecipient: z.ZodType<string> = z.string(RECIPIENT).regex(/^age1[a-z0-9]{20,2000}$/, RECIPIENT);

const TIME_OF_DAY = 'must be a time of day in UTC: "03:30"';

/** Minutes after midnight. */
export const timeOfDay: z.ZodType<number> = z
  .string(TIME_OF_DAY)
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, TIME_OF_DAY)
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
