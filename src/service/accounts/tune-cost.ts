/**
 * Finds what a password's hash may cost on this machine: about 100 ms of one core, so that trying passwords is slow and
 * logging in is not. Memory first, because that is what costs somebody with special hardware (RFC 9106 section 4). Done
 * once an installation, at its first start; the outcome rests in the directory, so that all workers agree.
 */
import { argon2, randomBytes } from "node:crypto";
import type { Clock } from "../../host/clock.ts";
import type { Credentials, PasswordCost } from "../../store/credentials.ts";
import { DEFAULT_COST } from "./password.ts";

const TARGET_MS = 100;
/** RFC 9106 section 4: 64 MiB is the second recommended option; a hash a core must fit small machines. */
const MAX_MEMORY_KIB: number = 64 * 1024;
/** A machine on which more are quick has memory that is not measured well. */
const MAX_PASSES = 12;
/** The shortest counts: others had the core during the rest. */
const ROUNDS = 3;

/** Milliseconds that one hash takes. */
export type Measure = (cost: PasswordCost) => Promise<number>;

/** Answers with the cost of this installation; the first that asks measures it. @throws StoreError */
export async function settledCost(
  credentials: Pick<Credentials, "passwordCost" | "keepPasswordCost">,
  measure: Measure,
): Promise<PasswordCost> {
  return (await credentials.passwordCost()) ?? (await credentials.keepPasswordCost(await tunedCost(measure)));
}

/** Never less than the default, however slow the machine is. */
export async function tunedCost(measure: Measure): Promise<PasswordCost> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) shortest = Math.min(shortest, await measure(DEFAULT_COST));
  // No machine is so quick: then the clock stands still, as in tests.
  if (shortest < 1) return DEFAULT_COST;
  // A hash takes as long as it has memory and passes.
  const factor = Math.max(1, TARGET_MS / shortest);
  const wanted = Math.floor((DEFAULT_COST.memoryKiB * factor) / 1024) * 1024;
  const memoryKiB = Math.min(MAX_MEMORY_KIB, Math.max(DEFAULT_COST.memoryKiB, wanted));
  const passes = Math.round((DEFAULT_COST.passes * factor * DEFAULT_COST.memoryKiB) / memoryKiB);
  return { memoryKiB, passes: Math.min(MAX_PASSES, Math.max(DEFAULT_COST.passes, passes)), lanes: DEFAULT_COST.lanes };
}

/** Measures a hash on this machine, by itself. */
export function measureHash(clock: Clock): Measure {
  return ({ memoryKiB, passes, lanes }) =>
    new Promise((resolve, reject) => {
      const start = clock.steady();
      const parameters = {
        message: "a password of ordinary length",
        nonce: randomBytes(16),
        parallelism: lanes,
        tagLength: 32,
        memory: memoryKiB,
        passes,
      };
      argon2("argon2id", parameters, (error) => {
        if (error) reject(error);
        else resolve(clock.steady() - start);
      });
    });
}
