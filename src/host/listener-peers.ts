/**
 * Counts connections in all and per peer. A peer is an IPv4 address or the first 64 bits of an IPv6 address, for who
 * has one address of such a network has them all (RFC 4291 section 2.5.1: interface identifiers are 64 bits long).
 */

export type PeerLimits = {
  /** Connections at one time, for this listener in this process. */
  readonly connections: number;
  /** Of these, from one peer. */
  readonly perPeer: number;
};

export class Peers {
  readonly #limits: PeerLimits;
  readonly #counts = new Map<string, number>();
  #all = 0;

  constructor(limits: PeerLimits) {
    this.#limits = limits;
  }

  /** Counts one connection in, or says which bound stands against it. */
  enter(peer: string): "entered" | "full" | "peer" {
    if (this.#all >= this.#limits.connections) return "full";
    const count = this.#counts.get(peer) ?? 0;
    if (count >= this.#limits.perPeer) return "peer";
    this.#counts.set(peer, count + 1);
    this.#all += 1;
    return "entered";
  }

  leave(peer: string): void {
    const count = this.#counts.get(peer) ?? 0;
    if (count > 1) this.#counts.set(peer, count - 1);
    else this.#counts.delete(peer);
    this.#all -= 1;
  }
}

/** Writes an IPv4 address that came mapped into IPv6 in its own form (RFC 4291 section 2.5.5.2), without zone. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address.replace(/%.*$/, "");
}

/** Names the peer that `address` (plain) belongs to. */
export function peerOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    const long = after.reduce((sum, group) => sum + (group.includes(".") ? 2 : 1), groups.length);
    groups.push(...Array.from({ length: Math.max(0, 8 - long) }, () => "0"), ...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "").toLowerCase())
    .join(":");
}
