/**
 * Takes the octets of one message as they arrive, from SMTP's DATA or IMAP's APPEND: parses them once on the way and
 * keeps them in memory while small, on the sealed spool when large.
 */
import type { ContentSource } from "../../store/mail-store.ts";
import type { Derived } from "../../syntax/message/derived.ts";

export interface Intake extends AsyncDisposable {
  /**
   * Takes the next octets; they may be reused by the caller once the returned promise (if any) has fulfilled. Await it
   * before the next write.
   */
  write(octets: Uint8Array): Promise<void> | undefined;
  /** The message is whole. The content stays readable until the intake is disposed. */
  finish(): Promise<{ readonly content: ContentSource; readonly derived: Derived }>;
}
