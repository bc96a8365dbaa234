/**
 * Whom holders wrote to, of many accounts in one commit. Pairs that this process knows to be in the file of today are not
 * written again, nor looked up: it remembers a bounded number of them, by a digest under a key of its own and the number of
 * the account's memory, which never comes again. So what is cleared, switched off or closed anywhere is known to nobody here.
 */
import { hash, randomBytes } from "node:crypto";
import type { DefenceMemoryLimits, Written } from "../../defence-memory.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { AccountId } from "../../ids.ts";
import type { Holders } from "./holders.ts";
import { namePrint } from "./prints.ts";
import { type Statements, thin } from "./statements.ts";

export type WrittenNotes = {
  /** What of it is not known to be noted today. */
  readonly unknown: (written: readonly Written[], day: number) => readonly Written[];
  /**
   * Notes it, in the caller's transaction; answers with what to call after the commit. Keys of accounts are asked for inside,
   * because closing an account destroys its key first and its memory then: what is written with the key there is erased
   * afterwards, and without it nothing is written.
   */
  readonly note: (written: readonly Written[], day: number) => () => void;
};

type Parts = {
  readonly sql: Statements;
  readonly holders: Holders;
  readonly keyOf: (account: AccountId) => FileKey | undefined;
  readonly limits: Pick<DefenceMemoryLimits, "correspondents">;
};

/** About 1.5 MB. */
const MOST_PAIRS = 10_000;
const SECRET_BYTES = 16;

export function createWrittenNotes({ sql, holders, keyOf, limits }: Parts): WrittenNotes {
  const secret = randomBytes(SECRET_BYTES).toString("hex");
  const pairs = new Set<string>();
  let pairsOf = Number.NaN;
  const pairOf = (id: number, address: string): string => hash("sha256", `${secret}${id} ${address}`, "base64");

  const remember = (added: readonly string[], day: number): void => {
    if (day !== pairsOf) pairs.clear();
    pairsOf = day;
    for (const pair of added) pairs.add(pair);
    // In the order in which they were added.
    for (const oldest of pairs) {
      if (pairs.size <= MOST_PAIRS) break;
      pairs.delete(oldest);
    }
  };

  return {
    unknown: (written, day) =>
      written.flatMap(({ account, addresses }) => {
        const held = holders.held(account);
        if (held === undefined) return [{ account, addresses }];
        if (!held.isOn) return [];
        const isKnown = (address: string): boolean => pairs.has(pairOf(held.id, address));
        const left = pairsOf === day ? addresses.filter((one) => !isKnown(one)) : addresses;
        return left.length === 0 ? [] : [{ account, addresses: left }];
      }),

    note(written, day) {
      const noted: string[] = [];
      let isFull = false;
      for (const { account, addresses } of written) {
        const holder = holders.take(account, keyOf(account));
        if (holder === undefined) continue;
        let isNew = false;
        for (const address of addresses) {
          const print = namePrint(holder.key, "correspondent", address);
          const before = sql.correspondent.get(holder.id, print);
          if (before !== day) sql.putCorrespondent.run(holder.id, print, day);
          isNew ||= before === undefined;
          noted.push(pairOf(holder.id, address));
        }
        if (isNew && thin(sql.correspondents, holder.id, limits.correspondents)) isFull = true;
      }
      return () => {
        // What gave way may have been known here.
        if (isFull) pairs.clear();
        else remember(noted, day);
      };
    },
  };
}
