/**
 * The keys that sign what leaves a lab, made before its first start: so its first message leaves signed like all others.
 * From then on the service turns them.
 */
import { openStores } from "../cli/stores.ts";
import { silentBus } from "../host/bus.ts";
import type { Clock } from "../host/clock.ts";
import { turnUnpublishedKeys } from "../service/submission/dkim-rotation.ts";
import type { LabHome } from "./lab-home.ts";

/** As if the records of the keys were published: a lab has no name server. */
export async function makeSigningKeys({ settings, root }: LabHome, bootId: string, clock: Clock): Promise<void> {
  const machine = { bus: silentBus, log: () => {}, clock, bootId, workers: 1 };
  await using stores = await openStores({ settings, root, ...machine });
  await turnUnpublishedKeys({ keys: stores.dkimKeys, domains: settings.domains, clock, log: () => {} });
}
