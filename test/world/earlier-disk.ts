/**
 * What somebody reads on a copy of the disk who has the secrets of a day, and keeps to no limit of ours: lines of the log,
 * subjects of mails, backup sets. What does not open gives nothing; anything else that goes wrong is thrown.
 */
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openFolderPlace } from "../../src/clients/object-storage/folder.ts";
import { silentBus } from "../../src/host/bus.ts";
import type { Clock } from "../../src/host/clock.ts";
import { HostError } from "../../src/host/host-error.ts";
import { openHead, readSet, type SetHead } from "../../src/service/backup/backup-set.ts";
import { ownerOf } from "../../src/service/backup/object-names.ts";
import { packReader } from "../../src/service/backup/packs.ts";
import { readPart } from "../../src/service/backup/part.ts";
import { halfOpener } from "../../src/service/backup/private-halves.ts";
import { receivedOctets } from "../../src/service/backup/restored-content.ts";
import { createLogReader } from "../../src/service/logs/log-reader.ts";
import { type Keys, openKeys } from "../../src/store/crypt/keys.ts";
import type { Root } from "../../src/store/crypt/root.ts";
import { seal, unseal } from "../../src/store/crypt/seal.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { openSqliteMailStore } from "../../src/store/sqlite/mail/mail-store.ts";

/** Folders: `data`, as it was below the home; `target`, the backups beside it. */
export type Disk = {
  readonly data: string;
  readonly target: string;
  /** Another `data` whose keys.db is tried in place of its own. */
  readonly keysOf?: string;
};

export type Secrets = {
  readonly root: Root;
  readonly secretFolder: string;
  readonly escrow: string;
  /** The offline key. */
  readonly identity: string;
};

export type ReadSet = { readonly id: string; readonly madeAt: number; readonly subjects: ReadonlySet<string> };

/** Nothing of the disk is changed, nor are the secrets. @returns `undefined` when the keys do not open. */
async function withKeys<T>(
  { data, keysOf = data }: Disk,
  { root, secretFolder }: Secrets,
  work: (keys: Keys, scratch: string) => Promise<T>,
): Promise<T | undefined> {
  const scratch = mkdtempSync(`${data}-scratch-`);
  try {
    const [dataFolder, secret] = [join(scratch, "data"), join(scratch, "secret")];
    mkdirSync(dataFolder);
    for (const name of globSync("keys.db*", { cwd: keysOf })) cpSync(join(keysOf, name), join(dataFolder, name));
    cpSync(secretFolder, secret, { recursive: true });
    using keys = openKeys({ dataFolder, secretFolder: secret, root });
    return await work(keys, dataFolder);
  } catch (error) {
    if (error instanceof StoreError && error.code === "key") return undefined;
    throw error;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** When the lines of the log that open were written. */
export async function linesOn(disk: Disk, secrets: Secrets, clock: Clock): Promise<readonly number[]> {
  const folder = join(disk.data, "log");
  const lines = await withKeys(disk, secrets, async (keys) => {
    const reader = createLogReader({ folder, dayKey: (day) => keys.dayKey(day), clock, days: 100_000 });
    const { signal } = new AbortController();
    return Array.fromAsync(reader.search({ filter: {}, detail: "all", follow: false, signal }), ({ at }) => at);
  });
  return lines ?? [];
}

/** The subjects of the mails that open, in lower case. */
export async function subjectsOn(disk: Disk, secrets: Secrets, clock: Clock): Promise<ReadonlySet<string>> {
  const subjects = new Set<string>();
  await withKeys(disk, secrets, async (keys, scratch) => {
    const folder = join(scratch, "accounts");
    cpSync(join(disk.data, "accounts"), folder, { recursive: true });
    await using mail = openSqliteMailStore({ folder, keys, bus: silentBus, bootId: "copy", clock, log: () => {} });
    for (const account of keys.accounts()) {
      const reader = mail.read(account);
      for (const { id } of await reader.mailboxes().catch(withoutFile)) {
        const uids = await reader.uids(id);
        if (uids === undefined) continue;
        for await (const rows of reader.rows(id, uids, "search")) for (const row of rows) subjects.add(row.subject);
      }
    }
  });
  return subjects;
}

function withoutFile(error: unknown): readonly never[] {
  if (error instanceof StoreError && error.code === "no-account") return [];
  throw error;
}

/** The sets at the target that open, but those of `known`, which were read before. */
export async function setsOn(
  { target }: Disk,
  { escrow, identity }: Secrets,
  inflate: (piece: Uint8Array) => Uint8Array,
  clock: Clock,
  known: ReadonlySet<string>,
): Promise<readonly ReadSet[]> {
  const sealing = { seal, unseal };
  await using place = await openFolderPlace({ path: target, clock });
  await using keys = await openFolderPlace({ path: escrow, clock });
  const halves = halfOpener(keys, identity);
  const read: ReadSet[] = [];
  const names = await Array.fromAsync(place.list("set/"), ({ name }) => name);
  for (const id of names.filter((name) => name.endsWith("/head")).map(ownerOf)) {
    if (known.has(id)) continue;
    const head = await openHead(place, sealing, halves, id).catch(shut);
    if (head === undefined) continue;
    const subjects = new Set<string>();
    for (const line of (await readSet(place, sealing, head)).lines) {
      const account = line.record.account.id;
      const { contents } = await readPart(place, sealing, account, line);
      const reader = packReader(place, sealing, account, contents);
      for (const content of contents) {
        const octets = Buffer.concat(await Array.fromAsync(receivedOctets(reader, { inflate }, content)));
        const subject = /^Subject: (.*)\r$/m.exec(octets.toString("latin1"))?.[1];
        if (subject !== undefined) subjects.add(subject);
      }
    }
    read.push({ id, madeAt: head.madeAt, subjects });
  }
  return read;
}

function shut(error: unknown): SetHead | undefined {
  if (error instanceof HostError && error.message.includes("is not at the escrow place")) return undefined;
  throw error;
}
