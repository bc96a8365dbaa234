/**
 * Tells failures that pass by themselves from faults: a store that is busy, full, closing, or whose account has just gone is
 * answered with 503 and a time to come again (RFC 9110 section 15.6.4); all else is a fault of ours, and a 500.
 */
import { StoreError, type StoreErrorCode } from "../../store/store-error.ts";

const PASSING: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>(["busy", "full", "closed", "no-account", "gone"]);
/** Seconds: writers wait for one another shorter, a restart of the service takes about as long. */
const AGAIN_S = 30;

export const passes = (error: unknown): boolean => error instanceof StoreError && PASSING.has(error.code);

/** Of every answer with 503. */
export const comeAgain: Readonly<Record<"retry-after", string>> = Object.freeze({ "retry-after": String(AGAIN_S) });
