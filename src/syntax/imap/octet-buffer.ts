/** Octets that come in pieces and are wanted in one: grows by doubling, so that gathering is linear. */
const FIRST_SIZE = 512;

const NONE = new Uint8Array();

export class OctetBuffer {
  #octets: Uint8Array = NONE;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#octets.length) {
      const larger = new Uint8Array(Math.max(FIRST_SIZE, needed, this.#octets.length * 2));
      larger.set(this.#octets.subarray(0, this.#length));
      this.#octets = larger;
    }
    this.#octets.set(piece, this.#length);
    this.#length = needed;
  }

  /** Shows what is gathered, without a copy; it does not change later. */
  view(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  /** Begins anew with other memory: what was shown stays as it is. */
  clear(): void {
    this.#octets = NONE;
    this.#length = 0;
  }
}
