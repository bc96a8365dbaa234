/**
 * Compares the three places that an account consists of: its record in `system.db`, its key in `keys.db`, its file. A
 * record without key or file has lost its mail; a key or a file without record is left over from an account that was
 * being made when the machine went down. An account that is being deleted may lack key and file.
 */
import { type Clock, pause, SECOND, stayAlive } from "../host/clock.ts";
import type { Account, Directory } from "../store/directory.ts";
import type { AccountId } from "../store/ids.ts";
import type { Finding } from "../store/mail-store.ts";
import type { AccountFiles } from "../store/sqlite/mail/account-files.ts";

export type Places = {
  readonly records: readonly Account[];
  readonly keys: readonly AccountId[];
  readonly files: AccountFiles;
};

/** Making an account takes a fraction of this: what is still alone then will stay so. */
const SECOND_LOOK_MS: number = 2 * SECOND;

/** Looks, and if something stands alone looks again, for an account may have been made or deleted between the places. */
export async function findOrphans(look: () => Promise<Places>, clock: Clock): Promise<readonly Finding[]> {
  const first = orphans(await look());
  if (first.length === 0) return first;
  using _alive = stayAlive();
  await pause(clock, SECOND_LOOK_MS);
  const known = new Set(first.map(({ rule, detail }) => `${rule} ${detail}`));
  return orphans(await look()).filter(({ rule, detail }) => known.has(`${rule} ${detail}`));
}

/** Reads the three places of an installation. */
export async function readPlaces(
  directory: Directory,
  keys: { accounts(): readonly AccountId[] },
  mail: { files(): Promise<AccountFiles> },
): Promise<Places> {
  return { keys: keys.accounts(), files: await mail.files(), records: await directory.accounts() };
}

/** Names ids and file names alone. */
export function orphans({ records, keys, files }: Places): readonly Finding[] {
  const owners = new Set<string>(records.map(({ id }) => id));
  const living = records.filter(({ state }) => state !== "closing").map(({ id }) => id);
  const missing = (rule: string, present: readonly AccountId[]): readonly Finding[] => {
    const known = new Set<string>(present);
    return living.filter((id) => !known.has(id)).map((id) => ({ rule, detail: `account ${id}` }));
  };
  const alone = (rule: string, present: readonly AccountId[]): readonly Finding[] =>
    present.filter((id) => !owners.has(id)).map((id) => ({ rule, detail: `account ${id}` }));
  return [
    ...missing("a record has its key", keys),
    ...missing("a record has its file", files.accounts),
    ...alone("a key has its record", keys),
    ...alone("a file has its record", files.accounts),
    ...files.strangers.map((name) => ({ rule: "a file belongs to an account", detail: name })),
  ];
}
