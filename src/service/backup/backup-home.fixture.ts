/** A home with encrypted stores in a temporary folder, two places in memory that break on demand, and an offline key. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { passingKeys } from "../../store/crypt/passing-keys.ts";
import { silentBus } from "../../host/bus.ts";
import { mail as sampleMail } from "../../store/contract/samples.ts";
import type { AccountKeys, FileKey } from "../../store/crypt/account-keys.ts";
import { seal, unseal } from "../../store/crypt/seal.ts";
import type { DefenceMemory } from "../../store/defence-memory.ts";
import type { Account } from "../../store/directory.ts";
import { accountId, type AccountId, type Uid } from "../../store/ids.ts";
import { openSqliteBackupBook } from "../../store/sqlite/backup/book.ts";
import { openSqliteDefenceMemory } from "../../store/sqlite/defence/defence-memory.ts";
import { openSqliteDirectoryArchive } from "../../store/sqlite/directory/archive.ts";
import { openSqliteBilling } from "../../store/sqlite/billing/billing.ts";
import { openSqliteDirectory } from "../../store/sqlite/directory/directory.ts";
import { openSqliteMailStore } from "../../store/sqlite/mail/mail-store.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import type { Backups, Working } from "./backups.ts";
import { type BackupsOptions, createBackups } from "./create-backups.ts";
import type { ObjectPlace } from "./place.ts";
import { PlaceError } from "./place.ts";

/** Objects in memory; from the `breaksAt`th call on that changes something, every call fails. */
export class MemoryPlace implements ObjectPlace {
  readonly label: string;
  readonly objects: Map<string, Uint8Array> = new Map();
  /** What was done, in order. */
  readonly done: string[] = [];
  breaksAt: number = Number.POSITIVE_INFINITY;
  /** Whether the call that fails has had its effect. */
  breaksAfter = false;
  changes = 0;
  kept: readonly string[] = [];

  constructor(label: string) {
    this.label = label;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    this.#change(`put ${name}`, () => void this.objects.set(name, new Uint8Array(octets)));
  }

  async get(name: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array | undefined> {
    const octets = this.objects.get(name);
    return range === undefined ? octets : octets?.slice(range.from, range.to);
  }

  async *list(prefix: string): AsyncGenerator<{ name: string; size: number; writtenAt: number }> {
    for (const name of [...this.objects.keys()].filter((known) => known.startsWith(prefix)).toSorted())
      yield { name, size: this.objects.get(name)?.length ?? 0, writtenAt: 0 };
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) this.#change(`delete ${name}`, () => void this.objects.delete(name));
  }

  async keepers(): Promise<readonly string[]> {
    return this.kept;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  names(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }

  #change(what: string, change: () => void): void {
    const breaks = ++this.changes >= this.breaksAt;
    if (!breaks || this.breaksAfter) {
      change();
      this.done.push(what);
    }
    if (breaks) throw new PlaceError(`${this.label} does not answer.`);
  }
}

/** What outlives a home. */
export type Places = {
  readonly target: MemoryPlace;
  readonly escrow: MemoryPlace;
  readonly identity: string;
  readonly recipient: string;
  readonly clock: FakeClock;
};

export async function makePlaces(): Promise<Places> {
  const identity = await generateX25519Identity();
  return {
    target: new MemoryPlace("the target"),
    escrow: new MemoryPlace("the escrow place"),
    identity,
    recipient: await identityToRecipient(identity),
    clock: new FakeClock("2026-03-01T03:30:00Z"),
  };
}

export const working: Working = { signal: new AbortController().signal, progress: () => {} };

export type Home = AsyncDisposable & {
  readonly options: BackupsOptions;
  readonly backups: Backups;
  readonly mail: ReturnType<typeof openSqliteMailStore>;
  readonly memory: DefenceMemory;
  /** What holders were told. */
  readonly told: string[];
  readonly events: string[];
  add(name: string): Promise<AccountId>;
  /** Puts a message into INBOX. */
  deliver(account: AccountId, text: string, octets?: number): Promise<Uid>;
  /** The subjects of a mailbox, ascending by UID. */
  subjects(account: AccountId, mailbox: string): Promise<readonly string[]>;
};

/** Fulfils when what was given to libuv's pool before has had its turn, and the loop too. */
export async function throughPool(): Promise<void> {
  await stat(tmpdir());
  await turns(2);
}

const key = (): FileKey => randomBytes(32) as Uint8Array as FileKey;

export async function openHome(places: Places, more: Partial<BackupsOptions> = {}): Promise<Home> {
  const { clock, target, escrow, recipient } = places;
  const folder = mkdtempSync(join(tmpdir(), "altmail-backup-"));
  const system = { file: join(folder, "system.db"), key: key(), clock };
  const directory = await openSqliteDirectory(system);
  const directoryArchive = await openSqliteDirectoryArchive(system);
  const book = await openSqliteBackupBook({ file: join(folder, "backup.db"), key: key(), clock });
  const subscriptions = await openSqliteBilling({ file: join(folder, "billing.db"), key: key(), clock });
  const keys = passingKeys();
  const defence = { file: join(folder, "defence.db"), key: key(), clock };
  const memory = await openSqliteDefenceMemory({ ...defence, keyOf: (account) => keys.get(account) });
  const openMail = (name: string, own: AccountKeys): ReturnType<typeof openSqliteMailStore> => {
    mkdirSync(join(folder, name), { recursive: true });
    const parts = { folder: join(folder, name), keys: own, bus: silentBus, bootId: "home" };
    return openSqliteMailStore({ ...parts, clock, log: () => {}, ledger: true });
  };
  const mail = openMail("accounts", keys);
  const told: string[] = [];
  const events: string[] = [];
  const options: BackupsOptions = {
    target,
    escrow,
    recipient,
    hours: 240,
    book,
    archive: mail.archive,
    directory,
    directoryArchive,
    memory,
    subscriptions,
    sealing: { seal, unseal },
    clock,
    log: (name) => void events.push(name),
    mail,
    notices: {
      tell: async (account, notice) => void told.push(`${account} ${notice.kind}`),
      tellOperator: async ({ kind }) => void told.push(kind),
    },
    isServing: false,
    async temporaryHome() {
      const temporary = openMail(`drill-${randomBytes(4).toString("hex")}`, passingKeys());
      return { archive: temporary.archive, [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose]() };
    },
    ...more,
  };
  const backups = createBackups(options);
  return {
    options,
    backups,
    mail,
    memory,
    told,
    events,
    async add(name) {
      const id = accountId(randomBytes(16).toString("hex"));
      const primary = `${name}@example.org`;
      const account: Account = {
        id,
        primary,
        state: "active",
        quotaBytes: 1e9,
        createdAt: 1,
        passwordHash: "$argon2id$",
        language: "en",
      };
      await directory.add([account]);
      await mail.create(id, { quotaBytes: 1e9 });
      return id;
    },
    async deliver(account, text, octets = 0) {
      const inbox = await mail.read(account).mailbox("INBOX");
      if (inbox === undefined) throw new Error("no INBOX");
      const body = randomBytes(Math.ceil(octets / 2)).toString("hex");
      const bytes = new TextEncoder().encode(`Subject: ${text}\r\n\r\n${body}\r\n`);
      const one = { ...sampleMail({ octets: bytes, keywords: ["$Kept"] }), derived: parseMessage(bytes) };
      const appended = await mail.write(account).append(inbox.id, [one]);
      if (appended.kind !== "appended") throw new Error(appended.kind);
      return appended.uids[0] as Uid;
    },
    async subjects(account, name) {
      const mailbox = await mail.read(account).mailbox(name);
      const uids = mailbox && (await mail.read(account).uids(mailbox.id));
      const found: string[] = [];
      if (mailbox !== undefined && uids !== undefined)
        for await (const rows of mail.read(account).rows(mailbox.id, uids, "search"))
          for (const row of rows) found.push(row.subject);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await backups[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
      await memory[Symbol.asyncDispose]();
      await book[Symbol.asyncDispose]();
      await directoryArchive[Symbol.asyncDispose]();
      await subscriptions[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
