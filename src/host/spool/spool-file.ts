/** One file of the spool as its user sees it: written once, from start to end, then read as often as wanted. */

export interface SpoolFile extends AsyncDisposable {
  /** Takes the next octets and copies them; await it before the next write. @throws SpoolError "full" or "io". */
  write(octets: Uint8Array): Promise<void>;
  /** Ends writing. What it returns is readable until the file is disposed. */
  finish(): Promise<Spooled>;
}

export interface Spooled {
  readonly size: number;
  /** All octets exactly as written, in pieces of at most 128 KiB; may be called again, also while another runs. */
  pieces(): AsyncIterable<Uint8Array>;
}
