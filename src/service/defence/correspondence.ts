/**
 * Whom holders write to, gathered for a second and then noted for all of them at once: a commit for each message would cost
 * more than most of what is done for it. Memory is bounded. A stop notes what is gathered; a crash loses it, at most the last
 * second of learning, which nobody was promised. Who clears the account's memory within that second may find in it again
 * whom he wrote to just before; a memory that is switched off, or whose account is closed, takes nothing any more.
 */
import { type Clock, SECOND } from "../../host/clock.ts";
import type { Written } from "../../store/defence-memory.ts";
import type { AccountId } from "../../store/ids.ts";

export type CorrespondenceLimits = {
  /** From the first address to when it is noted. */
  readonly gatheringMs: number;
  /** So many addresses, of all accounts, are noted without waiting longer. */
  readonly enough: number;
  /** Addresses that wait, of all accounts, while others are being noted. */
  readonly addresses: number;
  /** Of one account, so that it leaves room for others. */
  readonly addressesOfAccount: number;
};

/** Below 1 MB. */
export const correspondenceLimits: CorrespondenceLimits = Object.freeze({
  gatheringMs: SECOND,
  enough: 500,
  addresses: 5000,
  addressesOfAccount: 1000,
});

export type Correspondence = {
  /** Returns at once; false when there is no room, then nothing of it is noted. */
  readonly add: (account: AccountId, addresses: readonly string[]) => boolean;
  /** Fulfils when all is noted that was added so far. */
  readonly settle: () => Promise<void>;
};

/** @param note never rejects */
export function gatherCorrespondence(
  clock: Clock,
  note: (written: readonly Written[]) => Promise<void>,
  limits: CorrespondenceLimits = correspondenceLimits,
): Correspondence {
  let gathered = new Map<AccountId, Set<string>>();
  let count = 0;
  let timer: Disposable | undefined;
  let noting: Promise<void> | undefined;

  const noteAll = async (): Promise<void> => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    const taken = gathered;
    gathered = new Map();
    count = 0;
    try {
      await note(Array.from(taken, ([account, addresses]) => ({ account, addresses: [...addresses] })));
    } finally {
      noting = undefined;
    }
    if (count >= limits.enough) noteNow();
  };
  const noteNow = (): void => {
    if (count > 0) noting ??= noteAll();
  };
  const settle = async (): Promise<void> => {
    noteNow();
    if (noting === undefined) return;
    await noting;
    await settle();
  };

  return {
    add(account, addresses) {
      const own = gathered.get(account) ?? new Set();
      if (count >= limits.addresses || own.size >= limits.addressesOfAccount) return false;
      gathered.set(account, own);
      const before = own.size;
      for (const address of addresses) own.add(address);
      count += own.size - before;
      timer ??= clock.after(limits.gatheringMs, () => {
        timer = undefined;
        if (noting === undefined) noteNow();
        else void noting.then(noteNow);
      });
      if (count >= limits.enough) noteNow();
      return true;
    },
    settle,
  };
}
