/**
 * What a parser of this folder returns instead of a value: why a command is not what the RFC allows, ready to be said.
 */

export type Wrong = {
  readonly kind: "wrong";
  /** RFC 5321 section 4.2.1. */
  readonly code: number;
  /** RFC 3463 section 2. */
  readonly enhanced: string;
  /** One sentence in ASCII that does not quote the input. */
  readonly text: string;
};

export function wrong(code: number, enhanced: string, text: string): Wrong {
  return { kind: "wrong", code, enhanced, text };
}
