/**
 * Writes the two records of an access in the order that a crash cannot turn into an act without a record: first the
 * sealed entry, then the line of the chain, each fsynced. What a crash left between the two is made up for before
 * anything else is written.
 */
import { randomBytes } from "node:crypto";
import { appendToChain, auditChain } from "../../host/record/chain.ts";
import type { AccessEntry, AccessRecords } from "../../store/access-records.ts";
import { type AccessState, digestOf, factsOf, type Says, saysOf, statesOf } from "./entry.ts";

export type Journal = {
  /** Both records are on disk when it fulfils. @throws HostError when the chain was altered, StoreError. */
  write(access: string, at: number, says: Says): Promise<void>;
  /** States of all accesses, with nothing left unchained. */
  states(): Promise<ReadonlyMap<string, AccessState>>;
  /** Of one access. */
  state(access: string): Promise<AccessState | undefined>;
};

const SALT_BYTES = 32;

export function createJournal(records: AccessRecords, chainFile: string): Journal {
  const chain = async (entry: Omit<AccessEntry, "line">): Promise<void> => {
    const says = saysOf(entry);
    const public_ = { access: entry.access, ...factsOf(says), digest: digestOf(entry) };
    const { n } = appendToChain(chainFile, entry.at, entry.what, public_);
    await records.chained(entry.access, entry.n, n);
  };

  const catchUp = async (): Promise<void> => {
    const left = await records.unchained();
    if (left.length === 0) return;
    const audit = auditChain(chainFile);
    const lines = new Map(audit.kind === "whole" ? audit.lines.map(({ says, n }) => [says["digest"], n]) : []);
    for (const entry of left) {
      const line = lines.get(digestOf(entry));
      if (line === undefined) await chain(entry);
      else await records.chained(entry.access, entry.n, line);
    }
  };

  return {
    async write(access, at, says) {
      await catchUp();
      const n = (await records.entries(access)).length + 1;
      const entry = { access, n, what: says.what, at, says: JSON.stringify(says), salt: salt() };
      if ((await records.add(entry)) === "taken") throw new Error("two entries of an access have one number");
      await chain(entry);
    },
    async states() {
      await catchUp();
      return statesOf(await records.entries());
    },
    async state(access) {
      await catchUp();
      return statesOf(await records.entries(access)).get(access);
    },
  };
}

const salt = (): Uint8Array => new Uint8Array(randomBytes(SALT_BYTES));
