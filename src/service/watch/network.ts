/** Where a client comes from, as a fingerprint that tells networks apart and cannot be turned back without the key. */
import { createHmac } from "node:crypto";
import { plainAddress } from "../../host/listener-peers.ts";
import { addressOctets } from "../../rules/dns-zone/ip-address.ts";
import { networkName } from "../../rules/dns-zone/network.ts";

/** 48 bits: among the networks of one account two never look alike. */
const DIGITS = 12;

/** The fingerprint of the network of `client`; undefined when it is no address. */
export function networkOf(client: string, key: Uint8Array): string | undefined {
  const octets = addressOctets(plainAddress(client));
  if (octets === undefined) return undefined;
  return createHmac("sha256", key).update(networkName(octets)).digest("hex").slice(0, DIGITS);
}
