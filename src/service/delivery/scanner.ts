/**
 * Looks at a message for spam and viruses before it goes on (promise F3): the interface. Clients of real scanners
 * implement it; several are asked one after the other by who composes them.
 */
import type { AccountId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";

export type ScannedMessage = {
  /** Whole, as it is about to leave. */
  readonly content: ContentSource;
  /** Empty for the null path. */
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly account: AccountId;
};

export type ScanVerdict =
  | { readonly kind: "clean" }
  /** `reason`: what the scanner calls it, at most some words; it may hold any sign. */
  | { readonly kind: "refused"; readonly why: "spam" | "virus"; readonly reason: string }
  /** The scanner does not answer: the client is to try again. */
  | { readonly kind: "unavailable" };

export interface OutgoingScanner {
  /** Never rejects. */
  scan(message: ScannedMessage): Promise<ScanVerdict>;
}
