/**
 * Keys that verify, kept for a minute: reading one costs as much as verifying with it, and mail comes in runs. So many
 * and no more; that there is no key is not kept, for it may just have been published.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import type { Clock } from "../../host/clock.ts";
import { type KeyAnswer, type KeySource, readKeyAnswer } from "../../rules/authentication/dkim/key.ts";
import type { Lookup } from "../../rules/authentication/lookup.ts";
import { keyRecordName } from "../../rules/dkim/key-record.ts";

export type KeyCache = {
  /** Fetches with the lookup of one message. */
  source(lookup: Lookup): KeySource;
};

/**
 * Keys of one message after which others have a turn: a chain of 50 sets verifies 100 times, at a millisecond each with
 * the largest keys, and with keys that are kept nothing else would make it wait.
 */
const KEYS_A_TURN = 8;

type Kept = { readonly answer: KeyAnswer; readonly until: number };

/** Makes the cache of one process. */
export function createKeyCache(
  clock: Clock,
  { keyAgeMs, maxKeys }: { readonly keyAgeMs: number; readonly maxKeys: number },
): KeyCache {
  // In the order in which they came, which is that in which they end.
  const kept = new Map<string, Kept>();
  async function keyOf(lookup: Lookup, domain: string, selector: string): Promise<KeyAnswer> {
    const name = keyRecordName(domain, selector);
    const found = kept.get(name);
    if (found !== undefined && found.until > clock.now()) return found.answer;
    const answer = readKeyAnswer(await lookup(name, "TXT"));
    if (answer.kind !== "key") return answer;
    kept.delete(name);
    const [oldest] = kept.keys();
    if (kept.size >= maxKeys && oldest !== undefined) kept.delete(oldest);
    kept.set(name, { answer, until: clock.now() + keyAgeMs });
    return answer;
  }

  return {
    source: (lookup) => {
      let asked = 0;
      return async (domain, selector) => {
        if (++asked % KEYS_A_TURN === 0) await othersFirst();
        return keyOf(lookup, domain, selector);
      };
    },
  };
}
