/** Addresses of a host: which of them can be somebody's mail server, and in which order they are tried. */

/** Which addresses a destination is tried by; with `...-only` the others are not even asked for. */
export type FamilyChoice = "ipv4" | "ipv6" | "ipv4-only" | "ipv6-only";

/** Those of the preferred family first, each as they came; at most `most`, and of each family one if there is one. */
export function orderAddresses(
  ipv4: readonly string[],
  ipv6: readonly string[],
  choice: FamilyChoice,
  most: number,
): readonly string[] {
  if (choice === "ipv4-only") return ipv4.slice(0, most);
  if (choice === "ipv6-only") return ipv6.slice(0, most);
  const [first, second] = choice === "ipv4" ? [ipv4, ipv6] : [ipv6, ipv4];
  const some = first.slice(0, second.length === 0 ? most : most - 1);
  return [...some, ...second.slice(0, most - some.length)];
}

/**
 * Says whether an address can be that of a host on the internet. Others are not connected to: a name in a stranger's
 * zone must not lead mail, or a connection, to a machine in our own network.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes(":")) return isPublicIpv6(address.toLowerCase());
  const octets = address.split(".").map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return false;
  const [a = 0, b = 0, c = 0] = octets;
  const isSpecial =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19));
  return !isSpecial;
}

/** Of all IPv6 only 2000::/3 is given out to hosts; 2001::/32 and 2002::/16 carry IPv4 addresses inside. */
function isPublicIpv6(address: string): boolean {
  const first = /^([23][0-9a-f]{3}):([0-9a-f]{0,4}):/.exec(address);
  if (first === null) return false;
  const [, high = "", low = ""] = first;
  return high !== "2002" && !(high === "2001" && Number.parseInt(low === "" ? "0" : low, 16) === 0);
}
