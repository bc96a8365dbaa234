/**
 * Where a client comes from, as a fingerprint that tells networks apart and cannot be turned back without the key: IPv4 by its
 * first 24 bits, IPv6 by its first 48, as networks are given out.
 */
import { createHmac } from "node:crypto";
import { isIP } from "node:net";

/** 48 bits: among the networks of one account two never look alike. */
const DIGITS = 12;

/** The fingerprint of the network of `client`; undefined when it is no address. */
export function networkOf(client: string, key: Uint8Array): string | undefined {
  const prefix = prefixOf(client);
  return prefix === undefined ? undefined : createHmac("sha256", key).update(prefix).digest("hex").slice(0, DIGITS);
}

function prefixOf(client: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(client)?.[1] ?? client;
  if (isIP(mapped) === 4) return mapped.slice(0, mapped.lastIndexOf("."));
  if (isIP(mapped) !== 6) return undefined;
  const [head = "", tail = ""] = mapped.toLowerCase().split("%", 1)[0]?.split("::") ?? [];
  const [left, right] = [groups(head), groups(tail)];
  const whole = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0"), ...right];
  return whole
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

const groups = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
