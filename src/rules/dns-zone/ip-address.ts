/** IP addresses as octets (RFC 4291 section 2.2): compared, held against networks, and named in the reverse zone. */

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;
/** Six groups of four digits, and an IPv4 address at the end. */
const MAX_LENGTH = 45;

/** 4 or 16 octets; `undefined` when the text is no address. */
export function addressOctets(text: string): readonly number[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return text.includes(":") ? ipv6Octets(text.toLowerCase()) : ipv4Octets(text);
}

/** True for two ways to write one address. */
export function isSameAddress(a: string, b: string): boolean {
  const [one, other] = [addressOctets(a), addressOctets(b)];
  return one !== undefined && other !== undefined && one.join() === other.join();
}

/** True when both are of one family and the first `bits` bits are equal. */
export function isWithin(address: string, network: string, bits: number): boolean {
  const [one, other] = [addressOctets(address), addressOctets(network)];
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((octet, at) => {
    const counted = Math.min(8, Math.max(0, bits - at * 8));
    const mask = (0xff << (8 - counted)) & 0xff;
    return ((octet ^ (other[at] ?? 0)) & mask) === 0;
  });
}

/** Where the PTR record of an address stands (RFC 1035 section 3.5; for IPv6 a label for each four bits). */
export function reverseName(address: string): string | undefined {
  const octets = addressOctets(address);
  if (octets === undefined) return undefined;
  if (octets.length === IPV4_BYTES) return `${octets.toReversed().join(".")}.in-addr.arpa`;
  const digits = octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return `${digits.split("").toReversed().join(".")}.ip6.arpa`;
}

function ipv4Octets(text: string): readonly number[] | undefined {
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

function ipv6Octets(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":").flatMap(groupOctets)));
  if (head === undefined) return undefined;
  const missing = IPV6_BYTES - head.length - (tail?.length ?? 0);
  // The two colons stand for one group at least.
  const isWhole = tail === undefined ? missing === 0 : missing >= IPV6_BYTES / IPV6_GROUPS;
  const octets = [...head, ...Array.from({ length: Math.max(0, missing) }, () => 0), ...(tail ?? [])];
  return isWhole && octets.every((octet) => !Number.isNaN(octet)) ? octets : undefined;
}

/** NaN where it is no group; the last one may be an IPv4 address. */
function groupOctets(group: string): readonly number[] {
  if (group.includes(".")) return ipv4Octets(group) ?? [Number.NaN];
  if (!/^[0-9a-f]{1,4}$/.test(group)) return [Number.NaN];
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
