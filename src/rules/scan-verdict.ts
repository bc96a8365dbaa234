/**
 * What scanners say of a message (promise F3), as values: of spam, of viruses, and why there is no word at all. How high a
 * score must be is ours to say, not the scanner's, so that two scanners mean the same.
 */

/**
 * Why a scanner gave no answer. `unreachable`: no connection; `timeout`: the deadline passed; `closed`: the connection ended
 * before the answer was whole; `garbled`: what came is no answer; `failed`: the scanner says that it could not;
 * `busy`: too many messages wait for it; `unreadable`: our own copy of the message could not be read; `shutdown`: we end.
 */
export type ScanFailure =
  | "unreachable"
  | "timeout"
  | "closed"
  | "garbled"
  | "failed"
  | "busy"
  | "unreadable"
  | "shutdown";

/** No answer now; there may be one later. */
export type Unavailable = { readonly kind: "unavailable"; readonly why: ScanFailure };

/**
 * The scanner did not look at all of the message, and will not: neither clean nor bad. `too-large`: beyond the limit of size;
 * `limits`: deeper or larger inside than the scanner goes; `encrypted`: parts need a password.
 */
export type Unscanned = { readonly kind: "unscanned"; readonly why: "too-large" | "limits" | "encrypted" };

/** A rule that matched. `name` has letters, digits and `_.-` only; `score` where the scanner tells it. */
export type ScanSymbol = { readonly name: string; readonly score: number | undefined };

/** `symbols`: those that weigh most first, and no more than a few dozen. */
export type Scored = { readonly score: number; readonly symbols: readonly ScanSymbol[] };

export type SpamVerdict =
  | ({ readonly kind: "clean" } & Scored)
  | ({ readonly kind: "spam"; readonly mark: "junk" | "refuse" } & Scored)
  | Unscanned
  | Unavailable;

/** `name`: what the scanner calls it; letters, digits and `_.-` only. */
export type VirusVerdict =
  | { readonly kind: "clean" }
  | { readonly kind: "virus"; readonly name: string }
  | Unscanned
  | Unavailable;

/** From which score on a message is spam. `refuse` undefined: none is refused. */
export type SpamMarks = { readonly junk: number; readonly refuse: number | undefined };

/** Holds a score against the marks. @param isForced a rule of the operator in the scanner refuses, whatever the score. */
export function spamVerdict(scored: Scored, marks: SpamMarks, isForced = false): SpamVerdict {
  const { score, symbols } = scored;
  if (marks.refuse !== undefined && (isForced || score >= marks.refuse))
    return { kind: "spam", mark: "refuse", score, symbols };
  if (isForced || score >= marks.junk) return { kind: "spam", mark: "junk", score, symbols };
  return { kind: "clean", score, symbols };
}

/** Makes a value of a failure. */
export const unavailable = (why: ScanFailure): Unavailable => ({ kind: "unavailable", why });
