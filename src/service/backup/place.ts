/**
 * A place for objects: where backup sets rest, or what opens them (the escrow place). A folder or an S3 bucket
 * (clients/object-storage). Objects are written whole and once; names are paths of `a-z0-9._-` parted by `/`.
 */

export type PlacedObject = {
  readonly name: string;
  readonly size: number;
  /** When it was written, by the place's clock; epoch milliseconds. */
  readonly writtenAt: number;
};

export interface ObjectPlace extends AsyncDisposable {
  /** For people: `folder /backup`, `bucket altmail at s3.example.org`. */
  readonly label: string;
  /** Fulfils when the object is durable there. One of the same name is replaced whole. At most 32 MiB. */
  put(name: string, octets: Uint8Array): Promise<void>;
  /** `undefined` when there is none. `range`: octets from (inside) to (outside). */
  get(name: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array | undefined>;
  /** In order of names. */
  list(prefix: string): AsyncIterable<PlacedObject>;
  /** Those that are missing count as deleted. */
  delete(names: readonly string[]): Promise<void>;
  /** What at this place would keep objects alive after `delete` (versioning, object lock), as sentences; empty when nothing. */
  keepers(): Promise<readonly string[]>;
}

/** The place does not answer or refuses: worth another try, and a sentence for the operator. */
export class PlaceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PlaceError";
  }
}
