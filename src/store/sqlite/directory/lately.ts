/**
 * What was read lately of a file that seldom changes: true as long as the file is what it was, which SQLite tells for less
 * than half of what a row costs. So nothing is older than a read of the file would be, whichever process changes it.
 */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import type { Database } from "../database.ts";

/** Values that are kept; then it begins anew. An account's record is about half a KiB. */
const MOST = 2000;

export class Lately<Value extends object> {
  /** Changes with every commit of another connection, of this process or another. */
  readonly #version: Statement;
  readonly #values = new Map<string, Value>();
  #of: unknown;

  constructor(db: Database) {
    this.#version = db.prepare("PRAGMA data_version").pluck();
  }

  /** What `read` gives for the key, or gave; that there is nothing is not kept. Throws what SQLite throws. */
  get(key: string, read: () => Value | undefined): Value | undefined {
    const version = this.#version.get();
    if (version !== this.#of) this.forget();
    this.#of = version;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = read();
    if (value === undefined) return undefined;
    if (this.#values.size >= MOST) this.forget();
    this.#values.set(key, value);
    return value;
  }

  /** To be called within each change by the same connection, of which SQLite does not tell. */
  forget(): void {
    this.#values.clear();
  }
}
