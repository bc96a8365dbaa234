/**
 * What must not be found in a header that leaves: the client's address and name, and of whoever writes under an alias the
 * primary address (promise A6). Looks for them in any form in which programs write them into fields of their own.
 */
import { decodeWords } from "../../syntax/message/encoded-words.ts";

/** True when the text of a field, one character an octet, holds what is looked for. */
export type Trace = (text: string) => boolean;

/** Finds an address, with any tag, as itself or with its at sign encoded, and in encoded words. */
export function traceOfAddress(address: string): Trace {
  const at = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)].map((part) => RegExp.escape(part));
  const form = new RegExp(
    `(?<![A-Za-z0-9._+-])${local}(?:\\+[^@\\s]{0,256})?(?:@|%40|=40|=)${domain}(?!\\.?[A-Za-z0-9-])`,
    "i",
  );
  return (text) => form.test(text) || form.test(decodeWords(text));
}

/** Names that say nothing of anybody. */
const COMMON = new Set(["localhost", "localhost.localdomain", "mail", "smtp", "client", "user"]);

/**
 * Finds the client: its address in any spelling, and the name that it gave with EHLO, unless that is a word for everybody
 * or one of `ours`.
 */
export function traceOfClient(client: string, helo: string, ours: readonly string[]): Trace {
  const addresses = new Set([spelled(client)]);
  const name = helo.toLowerCase();
  if (name.startsWith("[")) {
    const literal = spelled(name.slice(1, -1).replace(/^ipv6:/, ""));
    if (!isLoopback(literal)) addresses.add(literal);
  }
  const isTold = !name.startsWith("[") && name.length >= 4 && !COMMON.has(name) && !ours.includes(name);
  const words = [...addresses].filter((address) => !address.includes(":"));
  if (isTold) words.push(name);
  const form = new RegExp(
    `(?<![A-Za-z0-9-])(?:${words.map((word) => RegExp.escape(word)).join("|")})(?![A-Za-z0-9-])`,
    "i",
  );
  // An address in dots is one of the words, also where IPv6 is written around it.
  const hasIPv6 = words.length < addresses.size + (isTold ? 1 : 0);
  return (text) => (words.length > 0 && form.test(text)) || (hasIPv6 && hasAddress(text, addresses));
}

/** Looks at IPv6 alone: it has many spellings, and `IPv6:` or a port may be written around it. */
function hasAddress(text: string, addresses: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[0-9A-Fa-f:.]{2,64}/g)) {
    const bare = word.replace(/^6:/, "").replace(/\.$/, "");
    if (addresses.has(spelled(bare)) || addresses.has(spelled(bare.replace(/:\d*$/, "")))) return true;
  }
  return false;
}

const isLoopback = (address: string): boolean => address === spelled("::1") || address.startsWith("127.");

/** One spelling for each address: IPv6 with all its groups, IPv4 in dots, also when it is mapped. Other text stays. */
function spelled(text: string): string {
  const address = text.toLowerCase();
  if (!address.includes(":")) return address;
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (mapped !== null) return mapped[1] as string;
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - last.length)).fill("0");
  return [...groups, ...zeros, ...last].map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
