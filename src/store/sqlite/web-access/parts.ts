/** What the parts of the store in `web.db` are made of. */
import type { WebAccessLimits } from "../../web-access.ts";
import type { Database } from "../database.ts";

export type WebAccessParts = {
  readonly db: Database;
  readonly read: <T>(step: () => T) => Promise<T>;
  readonly write: <T>(step: () => T) => Promise<T>;
  /** A transaction, after which what it erased is in the write-ahead log no more. */
  readonly erase: <T>(step: () => T) => Promise<T>;
  readonly limits: WebAccessLimits;
};
