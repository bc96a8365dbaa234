/** How the spool can break. Thrown across layers; whoever speaks to a peer turns it into 4xx or NO. */

export type SpoolErrorCode =
  /** No space left on the device, or the quota of the service's user is used up. */
  | "full"
  /** The device failed, or what it gave back is not what was written. */
  | "io"
  /** The file was disposed, or is being written while it should be read. */
  | "closed";

export class SpoolError extends Error {
  readonly code: SpoolErrorCode;
  constructor(code: SpoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SpoolError";
    this.code = code;
  }
}

/** Names the kind of a failed system call on a spool file. */
export function spoolError(cause: unknown, step: string): SpoolError {
  if (cause instanceof SpoolError) return cause;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new SpoolError("full", "the spool's disk is full: free some space and try again", { cause });
  return new SpoolError("io", `the spool's disk failed to ${step}: look at the disk and the kernel's log`, { cause });
}
