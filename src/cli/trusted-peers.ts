/** Tells hosts of the operator's own from strangers, as the setting smtp.trusted-networks names them. */
import { BlockList, isIP } from "node:net";
import { plainAddress } from "../host/listener-peers.ts";
import type { IpNetwork } from "../host/settings/settings.ts";

export function trustedPeers(networks: readonly IpNetwork[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, bits } of networks) list.addSubnet(address, bits, familyOf(address));
  return (text) => {
    const address = plainAddress(text);
    return isIP(address) !== 0 && list.check(address, familyOf(address));
  };
}

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6");
