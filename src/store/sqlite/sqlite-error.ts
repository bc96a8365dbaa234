/**
 * Turns what SQLite and the file system throw into a `StoreError`, in one place. What is none of the known breakages is a
 * bug and passes unchanged. Texts name the step, never data: SQLite's own messages may quote SQL and are kept as cause.
 */
import { StoreError, type StoreErrorCode } from "../store-error.ts";

/** Wraps a breakage that happened in `step`; returns anything else as it is. */
export function storeError(error: unknown, step: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const kind = kindOf(code);
  if (kind === undefined) return error;
  const why = kind === "key" ? "the key does not open the file" : kind === "full" ? "the disk is full" : code;
  return new StoreError(kind, `${step} failed: ${why}.`, { cause: error });
}

function kindOf(code: string): StoreErrorCode | undefined {
  if (code.startsWith("SQLITE_BUSY") || code === "SQLITE_LOCKED") return "busy";
  if (code === "SQLITE_FULL" || code === "ENOSPC" || code === "EDQUOT") return "full";
  if (code === "SQLITE_NOTADB" || code === "SQLITE_AUTH") return "key";
  if (code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_CANTOPEN") return "io";
  if (code === "SQLITE_READONLY" || code === "SQLITE_PROTOCOL" || code === "SQLITE_NOMEM") return "io";
  return /^E[A-Z0-9]+$/.test(code) ? "io" : undefined;
}

/** Says whether `error` is SQLite's or a store's "another holds the lock". */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "busy" || code.startsWith("SQLITE_BUSY");
}
