/** The ways in which a store can break. Thrown across layers; a server turns each into 4xx or NO in one place. */

export type StoreErrorCode =
  /** Another process held the write lock beyond the deadline: try again. */
  | "busy"
  /** No space left on the device. */
  | "full"
  /** The device failed, or a file is damaged; the account is suspect until it was opened and checked again. */
  | "io"
  /** The key is missing, destroyed, or does not open the file. */
  | "key"
  /** The account does not exist (any more). */
  | "no-account"
  /** The content was erased meanwhile. */
  | "gone"
  /** The store is closing. */
  | "closed";

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** `detail` names the step that failed, never data. */
  constructor(code: StoreErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "StoreError";
    this.code = code;
  }
}
