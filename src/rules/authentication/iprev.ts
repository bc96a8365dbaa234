/** Whether the address of a client has a name that leads back to it: RFC 8601 sections 2.7.3 and 3. */
import { isSameAddress, reverseName } from "../dns-zone/ip-address.ts";
import { canBeAsked, type Lookup } from "./lookup.ts";

export type Iprev = {
  readonly result: "pass" | "fail" | "temperror" | "permerror";
  /** The name that leads back; `undefined` unless the result is `pass`. */
  readonly name: string | undefined;
};

/** Names that are tried, as SPF does (RFC 7208 section 4.6.4). */
const MAX_NAMES = 10;
/** Of a name; a large service has dozens, an answer of the DNS thousands. */
const MAX_ADDRESSES = 200;

/** Asks for the names of the address, and for the addresses of each. */
export async function checkIprev(address: string, lookup: Lookup): Promise<Iprev> {
  const reverse = reverseName(address);
  if (reverse === undefined) return { result: "permerror", name: undefined };
  const names = await lookup(reverse, "PTR");
  if (names.kind === "temporary") return { result: "temperror", name: undefined };
  if (names.kind !== "records") return { result: "permerror", name: undefined };
  let isOpen = false;
  for (const name of names.values.slice(0, MAX_NAMES).filter(canBeAsked)) {
    const found = await lookup(name, address.includes(":") ? "AAAA" : "A");
    if (found.kind === "temporary") isOpen = true;
    const addresses = found.kind === "records" ? found.values.slice(0, MAX_ADDRESSES) : [];
    if (addresses.some((other) => isSameAddress(other, address))) return { result: "pass", name };
  }
  return { result: isOpen ? "temperror" : "fail", name: undefined };
}
