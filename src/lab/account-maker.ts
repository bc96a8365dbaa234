/** A process that makes a share of a lab's accounts, and tells its parent how many are made, or why it cannot. */
import { openStores } from "../cli/stores.ts";
import { describeBug, sentenceOf } from "../cli/sentence.ts";
import { silentBus } from "../host/bus.ts";
import { systemClock } from "../host/clock.ts";
import type { Settings } from "../host/settings/settings.ts";
import type { Root } from "../store/crypt/root.ts";
import { addMissing } from "./add-missing.ts";

export type Share = {
  readonly settings: Settings;
  /** The root key, hexadecimal. */
  readonly root: string;
  readonly password: string;
  readonly bootId: string;
  readonly addresses: readonly string[];
};

/** Accounts made at once: the password is hashed once for each batch. */
const BATCH = 100;

async function make({ settings, root, password, bootId, addresses }: Share): Promise<void> {
  const key = Uint8Array.fromHex(root) as Root;
  const machine = { bus: silentBus, log: () => {}, clock: systemClock, bootId, workers: 1 };
  await using stores = await openStores({ settings, root: key, ...machine });
  for (let at = 0; at < addresses.length; at += BATCH) {
    const batch = addresses.slice(at, at + BATCH);
    await addMissing(stores.accounts, batch, password);
    process.send?.(batch.length);
  }
}

process.once("message", (share: Share) => {
  make(share)
    .catch((error: unknown) => process.send?.(sentenceOf(error) ?? describeBug(error)))
    .finally(() => process.disconnect?.());
});
