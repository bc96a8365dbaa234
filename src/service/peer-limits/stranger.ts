/**
 * Who a stranger is to the limits: its host and its network as fingerprints of a key that is made anew each day (UTC),
 * lives in this process alone, and is written nowhere.
 */
import { createHmac, randomBytes } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import { plainAddress } from "../../host/listener-peers.ts";
import { addressOctets } from "../../rules/dns-zone/ip-address.ts";
import { networkOctets } from "../../rules/dns-zone/network.ts";
import type { Print } from "./counter-table.ts";

export type Stranger = { readonly host: Print; readonly network: Print };

const KEY_BYTES = 32;
/** Of IPv6 the first 64 bits, of IPv4 all: who has one address of such a network has them all (RFC 4291 section 2.5.1). */
const HOST_OCTETS = 8;

export class DailyPrints {
  readonly #clock: Clock;
  #day: number;
  #key: Uint8Array = randomBytes(KEY_BYTES);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#day = Math.floor(clock.now() / DAY);
  }

  /** Days since 1970; with another day all fingerprints are others. */
  get day(): number {
    const day = Math.floor(this.#clock.now() / DAY);
    if (day !== this.#day) {
      this.#key.fill(0);
      this.#key = randomBytes(KEY_BYTES);
      this.#day = day;
    }
    return day;
  }

  /** `undefined` when it is no address. */
  stranger(address: string): Stranger | undefined {
    const octets = addressOctets(plainAddress(address));
    if (octets === undefined) return undefined;
    return {
      host: this.of(`host ${octets.slice(0, HOST_OCTETS).join(".")}`),
      network: this.of(`network ${networkOctets(octets).join(".")}`),
    };
  }

  of(text: string): Print {
    const digest = createHmac("sha256", this.#key).update(text).digest();
    return { high: digest.readUInt32BE(0), low: digest.readUInt32BE(4) };
  }
}
