/**
 * Mail that got its 250 and could not yet be stored for some of its recipients. Rests in `queue.db`: envelope and
 * message sealed; commits are durable before a promise fulfils. A job empties it (service/delivery/deferred.ts).
 */
import type { AccountId, DeliveryId } from "./ids.ts";
import type { ContentSource } from "./mail-store.ts";

export type Deferred = {
  readonly id: DeliveryId;
  readonly account: AccountId;
  readonly into: "INBOX" | "\\Junk";
  readonly sender: string;
  /** What a repetition is recognized by; undefined in entries of before it was kept: then it is made of the content. */
  readonly fingerprint: Uint8Array | undefined;
  readonly acceptedAt: number;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly size: number;
};

export interface InboundQueue extends AsyncDisposable {
  /** One message for one or several accounts, in one commit. */
  add(entries: readonly Omit<Deferred, "attempts" | "size">[], content: ContentSource): Promise<void>;
  /** Entries whose time has come, oldest first. */
  due(now: number, most: number): Promise<readonly Deferred[]>;
  content(entry: Deferred): Promise<ContentSource>;
  postpone(entry: Deferred, nextAttemptAt: number): Promise<void>;
  /** The message is erased with its last entry. */
  done(entry: Deferred): Promise<void>;
  count(): Promise<number>;
}
