/**
 * Looks at mail for spam and viruses before it is taken (promise F3), and teaches the filter: the interfaces, which clients
 * of real scanners implement. What follows from a verdict is for the caller: without a word from the virus scanner mail
 * is deferred, without one from the spam scanner it is marked as unscanned. Mail that leaves passes the same scanners,
 * behind `OutgoingScanner`.
 */
import type {
  ScanFailure,
  SpamMarks,
  SpamVerdict,
  Unavailable,
  Unscanned,
  VirusVerdict,
} from "../../rules/scan-verdict.ts";
import type { ContentSource } from "../../store/mail-store.ts";

/** As much of a message and its way here as a spam scanner may know. */
export type MailToScan = {
  /** Of arriving mail with the Received field that this host puts before it: SpamAssassin reads the peer from there. */
  readonly content: ContentSource;
  /** The null path is the empty string. */
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Who brought it, with the name of its EHLO; undefined when a holder of ours sends it, who has logged in. */
  readonly peer: { readonly address: string; readonly helo: string } | undefined;
  /** Stands in the scanner's own error messages: the delivery id, which names nobody. */
  readonly id: string | undefined;
  /** A name for the statistics of one person, never an address; told only to a scanner that is set up for it. */
  readonly user: string | undefined;
};

export interface SpamScanner {
  /** As settings and header fields call it. */
  readonly name: string;
  /** Never rejects for what a scanner, a peer or a spool does, and fulfils before the deadline of its limits. */
  scan(message: MailToScan, marks: SpamMarks): Promise<SpamVerdict>;
  status(): Promise<ScannerStatus>;
}

export interface VirusScanner {
  readonly name: string;
  /** As a spam scanner's. */
  scan(content: ContentSource): Promise<VirusVerdict>;
  status(): Promise<ScannerStatus>;
}

export interface SpamTeacher {
  /** Teaches the statistics of `user`; there is a teacher only where they are kept for each person. Never rejects, as above. */
  learn(content: ContentSource, as: "spam" | "ham", user: string): Promise<Learned>;
}

/** `unchanged`: the scanner knew it, or cannot learn from it (too short); there is no use in trying again. */
export type Learned = { readonly kind: "learned" } | { readonly kind: "unchanged" } | Unscanned | Unavailable;

/** `findings`: what an operator should change, in sentences; none is personal. */
export type ScannerStatus =
  | { readonly kind: "alive"; readonly version: string | undefined; readonly findings: readonly string[] }
  | { readonly kind: "unavailable"; readonly why: ScanFailure; readonly findings: readonly string[] };
