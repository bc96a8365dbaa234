/**
 * The keys that sign what leaves a lab, made before its first start: so its first message leaves signed like all others.
 * From then on the service turns them.
 */
import { openStores } from "../cli/stores.ts";
import { silentBus } from "../host/bus.ts";
import type { Clock } from "../host/clock.ts";
import { keyRecord, keyRecordName } from "../rules/dkim/key-record.ts";
import { rotationTimes } from "../rules/dkim/rotation.ts";
import { turnDkimKeys } from "../service/submission/dkim-rotation.ts";
import type { LabHome } from "./lab-home.ts";

/** Made, published, seen, active. */
const TURNS = 4;

/** As if the records of the keys were published: a lab has no name server. */
export async function makeSigningKeys({ settings, root }: LabHome, bootId: string, clock: Clock): Promise<void> {
  const machine = { bus: silentBus, log: () => {}, clock, bootId, workers: 1 };
  await using stores = await openStores({ settings, root, ...machine });
  const keys = stores.dkimKeys;
  const lookup = async (name: string): Promise<readonly string[]> =>
    (await keys.keys()).filter((key) => keyRecordName(key.domain, key.selector) === name).map((key) => keyRecord(key));
  const times = { ...rotationTimes, confirmMs: 0 };
  for (let turn = 0; turn < TURNS; turn++)
    await turnDkimKeys({ keys, domains: settings.domains, lookup, clock, log: () => {}, times });
}
