/** Which policy holds for a domain, once the DNS was asked and before the file is fetched (RFC 8461 sections 3.3, 5.1). */

export type KnownPolicy = {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
};
export type FailedFetch = { readonly id: string; readonly at: number };

export type NextStep =
  | "use-known"
  /** Fetch the policy the DNS announces; where that fails, go on with the known one, if there is one. */
  | "fetch"
  | "no-policy";

/** RFC 8461 section 3.3: after a failure the same version is not fetched again for this long. */
export const FETCH_PAUSE_MS = 300_000;

/**
 * `announced` is the id the DNS has now; `undefined` also when it could not say, so that nobody gets rid of a policy by
 * keeping answers from us. A policy past its time is not known.
 */
export function nextStep(
  announced: string | undefined,
  known: KnownPolicy | undefined,
  failed: FailedFetch | undefined,
  now: number,
): NextStep {
  const holds = known !== undefined && known.expiresAt > now;
  if (announced === undefined || (holds && known.id === announced)) return holds ? "use-known" : "no-policy";
  if (failed !== undefined && failed.id === announced && now - failed.at < FETCH_PAUSE_MS)
    return holds ? "use-known" : "no-policy";
  return "fetch";
}
