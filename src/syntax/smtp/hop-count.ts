/**
 * Counts the Received fields of a message while its header passes, cut wherever the network cut it: who has passed too
 * many hosts runs in a circle (RFC 5321 section 6.3).
 */

const NAME = "received:";
const LF = 10;

export class HopCount {
  #hops = 0;
  #done = false;
  /** The first octets of the line at hand, as text; at most as long as the name. */
  #line = "";

  get hops(): number {
    return this.#hops;
  }

  /** Takes the next octets; costs nothing once the header is over. */
  write(octets: Uint8Array): void {
    let at = 0;
    while (!this.#done && at < octets.length) {
      for (; this.#line.length < NAME.length && at < octets.length; at++) {
        const octet = octets[at] as number;
        if (octet === LF) break;
        this.#line += String.fromCharCode(octet);
      }
      if (this.#line === "\r" && octets[at] === LF) this.#done = true;
      const end = octets.indexOf(LF, at);
      if (end < 0) return;
      if (this.#line.toLowerCase() === NAME) this.#hops++;
      this.#line = "";
      at = end + 1;
    }
  }
}
