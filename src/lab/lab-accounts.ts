/**
 * The accounts of a lab: u1, u2 and so on, and that of its outside world, all with one password. Making an account is mostly waiting for the disk, so
 * many are made by several processes at once.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openStores, type StoresOptions } from "../cli/stores.ts";
import { silentBus } from "../host/bus.ts";
import { type Clock, SECOND } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import { addMissing } from "./add-missing.ts";
import type { Share } from "./account-maker.ts";
import type { LabHome } from "./lab-home.ts";

export type AccountWishes = {
  readonly accounts: number;
  /** Besides them, the account that shows what was caught on its way to the world. */
  readonly world: boolean;
  readonly password: string;
  readonly bootId: string;
};

/** Fewer are made here, for a process takes a third of a second to start. */
const FEW = 40;
const MAKERS = 4;
/** Progress is told when it takes longer. */
const PATIENCE_MS = 2 * SECOND;

export const worldOf = (domain: string): string => `world@${domain}`;
export const nameOf = (n: number, domain: string): string => `u${n}@${domain}`;

/** Makes what is missing. Tells how many are made when it takes long. Gives an invitation for one more, where there is a website. */
export async function makeAccounts(
  { settings, root }: LabHome,
  { accounts, world, password, bootId }: AccountWishes,
  clock: Clock,
  tell: (made: number, all: number) => void,
): Promise<string | undefined> {
  const [domain = ""] = settings.domains;
  const options: StoresOptions = { settings, root, bus: silentBus, log: () => {}, clock, bootId, workers: 1 };
  await using stores = await openStores(options);
  const invitation = await stores.invite();
  const known = new Set((await stores.directory.accounts()).map(({ primary }) => primary));
  const people = Array.from({ length: accounts }, (_, n) => nameOf(n + 1, domain));
  const missing = [...people, ...(world ? [worldOf(domain)] : [])].filter((name) => !known.has(name));
  if (missing.length === 0) return invitation;
  if (missing.length <= FEW) {
    await addMissing(stores.accounts, missing, password);
    return invitation;
  }
  let made = 0;
  let told = clock.now();
  const count = (more: number): void => {
    made += more;
    if (clock.now() - told < PATIENCE_MS) return;
    told = clock.now();
    tell(made, missing.length);
  };
  const shares = Array.from({ length: MAKERS }, (_, n) => missing.filter((_name, at) => at % MAKERS === n));
  const common = { settings, root: root.toHex(), password, bootId };
  await Promise.all(shares.map((addresses) => runMaker({ ...common, addresses }, count)));
  return invitation;
}

function runMaker(share: Share, count: (more: number) => void): Promise<void> {
  const maker = fork(fileURLToPath(new URL("./account-maker.ts", import.meta.url)));
  return new Promise((resolve, reject) => {
    maker.on("message", (message: number | string) => {
      if (typeof message === "number") count(message);
      else reject(new HostError(message));
    });
    maker.once("error", reject);
    maker.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new HostError("the lab's accounts could not be made: start it again, it goes on where it stopped"));
    });
    maker.send(share);
  });
}
