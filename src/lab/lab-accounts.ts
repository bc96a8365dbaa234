/** The accounts of a lab: u1, u2 and so on, all with one password, which is hashed a few times only. */
import { silentBus } from "../host/bus.ts";
import { type Clock, SECOND } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import { openStores } from "../cli/stores.ts";
import type { LabHome } from "./lab-home.ts";

/** Accounts made at once; between them progress can be told. */
const BATCH = 250;
/** Progress is told when it takes longer. */
const PATIENCE_MS = 2 * SECOND;

export const nameOf = (n: number, domain: string): string => `u${n}@${domain}`;

export type AccountWishes = { readonly accounts: number; readonly password: string; readonly bootId: string };

/** Makes those of the first `accounts` accounts that are missing. Tells how many are there when it takes long. */
export async function makeAccounts(
  { settings, root }: LabHome,
  { accounts: count, password, bootId }: AccountWishes,
  clock: Clock,
  tell: (made: number, all: number) => void,
): Promise<void> {
  const [domain = ""] = settings.domains;
  await using stores = await openStores({ settings, root, bus: silentBus, log: () => {}, clock, bootId, workers: 1 });
  const known = new Set((await stores.directory.accounts()).map(({ primary }) => primary));
  const missing = Array.from({ length: count }, (_, n) => nameOf(n + 1, domain)).filter((name) => !known.has(name));
  let told = clock.now();
  for (let at = 0; at < missing.length; at += BATCH) {
    const result = await stores.accounts.addMany({ addresses: missing.slice(at, at + BATCH), password });
    if (result.kind === "refused") throw new HostError(result.sentence);
    if (clock.now() - told < PATIENCE_MS) continue;
    told = clock.now();
    tell(Math.min(missing.length, at + BATCH), missing.length);
  }
}
