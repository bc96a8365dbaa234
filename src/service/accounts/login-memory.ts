/**
 * Remembers successful checks, so that a client that polls does not cost an argon2 each time. Kept is an HMAC of name and
 * password under a key that exists in this process's memory only, for 15 minutes at most from the check itself (promise
 * D7); what is old is dropped by a timer, not at its next use. A failed check is never remembered.
 */
import { createHmac, randomBytes } from "node:crypto";
import { type Clock, MINUTE } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Proven } from "./proof.ts";
import type { Revocations } from "./revocation.ts";

export type MemoryBounds = { readonly lifeMs: number; readonly entries: number };
export const MEMORY_BOUNDS: MemoryBounds = Object.freeze({ lifeMs: 15 * MINUTE, entries: 20_000 });

type Entry = Proven & { readonly until: number };
type Watched = { readonly keys: Set<string>; readonly subscription: Disposable };

export class LoginMemory implements Disposable {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;
  readonly #revocations: Revocations;
  readonly #bounds: MemoryBounds;
  /** In order of `until`, which is that of insertion. */
  readonly #entries = new Map<string, Entry>();
  readonly #accounts = new Map<AccountId, Watched>();
  readonly #lost: Disposable;
  #timer: Disposable | undefined;

  constructor(clock: Clock, revocations: Revocations, bounds: MemoryBounds) {
    this.#clock = clock;
    this.#revocations = revocations;
    this.#bounds = bounds;
    this.#lost = revocations.onLost(() => this.clear());
  }

  /** The key under which a name and a password are remembered. Neither can be had back from it. */
  keyOf(name: string, prepared: string): string {
    return createHmac("sha256", this.#key).update(`${name}\0${prepared}`).digest("base64");
  }

  get size(): number {
    return this.#entries.size;
  }

  recall(key: string): Proven | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#clock.now() ? entry : undefined;
  }

  remember(key: string, what: Proven): void {
    this.forget(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#bounds.entries) break;
      this.forget(oldest);
    }
    this.#entries.set(key, { ...what, until: this.#clock.now() + this.#bounds.lifeMs });
    let watched = this.#accounts.get(what.account);
    if (watched === undefined) {
      const subscription = this.#revocations.subscribe(what.account, () => this.#forgetAccount(what.account));
      watched = { keys: new Set(), subscription };
      this.#accounts.set(what.account, watched);
    }
    watched.keys.add(key);
    this.#sweepLater();
  }

  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const watched = this.#accounts.get(entry.account);
    watched?.keys.delete(key);
    if (watched?.keys.size !== 0) return;
    watched.subscription[Symbol.dispose]();
    this.#accounts.delete(entry.account);
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.forget(key);
  }

  #forgetAccount(account: AccountId): void {
    for (const key of this.#accounts.get(account)?.keys ?? []) this.forget(key);
  }

  #sweepLater(): void {
    const [first] = this.#entries.values();
    if (first === undefined || this.#timer !== undefined) return;
    this.#timer = this.#clock.after(Math.max(0, first.until - this.#clock.now()), () => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (const [key, { until }] of this.#entries) {
        if (until > now) break;
        this.forget(key);
      }
      this.#sweepLater();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#lost[Symbol.dispose]();
    this.clear();
    this.#key.fill(0);
  }
}
