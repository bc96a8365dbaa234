/**
 * What the operator's side of the service works with, above the stores: the gate, backups, statistics, the audit of
 * retention, keys, the log. Opened in one process only: the elected worker, or a command that finds no service running.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { openPlace } from "../clients/object-storage/open-place.ts";
import { silentBus } from "../host/bus.ts";
import type { Clock } from "../host/clock.ts";
import type { PlaceAddress, Settings } from "../host/settings/settings.ts";
import { readSecondKey } from "../service/access/approval.ts";
import { createAccess } from "../service/access/create-access.ts";
import type { Backups } from "../service/backup/backups.ts";
import { createBackups, noBackups } from "../service/backup/create-backups.ts";
import type { TemporaryHome } from "../service/backup/drill.ts";
import type { ObjectPlace } from "../service/backup/place.ts";
import { createKeyCare } from "../service/keys/key-care.ts";
import { createLogReader, type LogReader } from "../service/logs/log-reader.ts";
import type { AuditedPlace } from "../service/retention/audit.ts";
import { createRetention } from "../service/retention/retention.ts";
import { publicKeyOf } from "../service/retention/statement.ts";
import { createStatistics } from "../service/statistics/statistics.ts";
import type { FileKey } from "../store/crypt/account-keys.ts";
import { passingKeys } from "../store/crypt/passing-keys.ts";
import { seal, unseal } from "../store/crypt/seal.ts";
import { openSqliteAccessRecords } from "../store/sqlite/access/records.ts";
import { auditableDatabases } from "../store/sqlite/auditable-home.ts";
import { openSqliteBackupBook } from "../store/sqlite/backup/book.ts";
import { openSqliteDirectoryArchive } from "../store/sqlite/directory/archive.ts";
import { openSqliteFigures } from "../store/sqlite/figures/figures.ts";
import { openSqliteMailStore } from "../store/sqlite/mail/mail-store.ts";
import type { Operator } from "./command.ts";
import type { Outgoing } from "./outgoing.ts";
import { formatRoot } from "../store/crypt/root-text.ts";
import type { Stores, StoresOptions } from "./stores.ts";

export type Office = AsyncDisposable &
  Pick<Operator, "access" | "backups" | "dns" | "isServing" | "keyCare" | "logs" | "retention" | "statistics"> & {
    readonly outgoing: Outgoing;
  };

export type OfficeOptions = Pick<StoresOptions, "settings" | "root" | "clock" | "log"> & {
  readonly stores: Stores;
  /** Stays its opener's. */
  readonly outgoing: Outgoing;
  /** True in a worker of the running service. */
  readonly isServing: boolean;
};

/** @throws PlaceError when a folder for backups is missing; HostError when the second operator's key cannot be read. */
export async function openOffice(options: OfficeOptions): Promise<Office> {
  const { settings, root, clock, log, stores, outgoing } = options;
  const { home, logDays, hostName, key } = settings;
  const { keys, directory, mail, notices } = stores;
  const dataFolder = join(home, "data");
  const file = (name: string): { readonly file: string; readonly key: FileKey } => ({
    file: join(dataFolder, `${name}.db`),
    key: keys.systemKey(name),
  });
  await using opening = new AsyncDisposableStack();
  const places = await openPlaces(options, opening);
  const records = await openSqliteAccessRecords({ ...file("access"), clock });
  const { accessSecondKeyFile } = settings;
  const access = opening.use(
    createAccess({
      records,
      chainFile: join(home, "record", "access.chain"),
      directory,
      notices,
      clock,
      log,
      secondKey: accessSecondKeyFile === undefined ? undefined : readSecondKey(accessSecondKeyFile),
      escrow: places?.escrow,
    }),
  );
  const backups = opening.use(places === undefined ? noBackups() : await openBackups(options, places, file, opening));
  const { ledger } = backups;
  if (ledger !== undefined) opening.use(stores.onClosing((account) => ledger.closed(account)));
  const figures = await openSqliteFigures({ ...file("figures"), clock });
  const statistics = opening.use(createStatistics({ figures, clock, log }));
  const logs: LogReader = createLogReader({
    folder: join(dataFolder, "log"),
    dayKey: (day) => keys.dayKey(day),
    clock,
    days: logDays,
  });
  const seed = keys.systemKey("statement");
  const retention = opening.use(
    createRetention({
      home,
      hostName,
      logDays,
      clock,
      log,
      notices,
      databases: () => [keys.auditable, ...auditableDatabases(dataFolder, (name) => keys.systemKey(name))],
      accounts: async () => (await directory.accounts()).map(({ id }) => id),
      accountFiles: (accounts) => mail.auditable(accounts),
      places: places === undefined ? [] : auditedPlaces(settings, places),
      oldestBackupAt: async () => (await backups.facts()).oldestSetAt,
      seed,
    }),
  );
  const keyCare = opening.use(
    createKeyCare({
      directory,
      count: () => keys.census(),
      rotate: () => keys.rotateEpoch(),
      rekey: (account) => mail.rekey(account),
      rootText: () => formatRoot(root),
      source: key.kind,
      statementKey: publicKeyOf(seed),
      log,
    }),
  );
  const opened = opening.move();
  return {
    access,
    backups,
    dns: outgoing.dns,
    isServing: options.isServing,
    keyCare,
    logs,
    outgoing,
    retention,
    statistics,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

type Places = { readonly target: ObjectPlace; readonly escrow: ObjectPlace };

/** `undefined` where the settings name no target. */
async function openPlaces(
  { settings, clock }: OfficeOptions,
  opening: AsyncDisposableStack,
): Promise<Places | undefined> {
  const { home, backupTarget, backupTargetCredentials, backupEscrow, backupEscrowCredentials } = settings;
  if (backupTarget === undefined || backupEscrow === undefined) return undefined;
  const open = async (address: PlaceAddress, credentialsFile: string | undefined): Promise<ObjectPlace> =>
    opening.use(await openPlace({ address, credentialsFile, home, clock }));
  return {
    target: await open(backupTarget, backupTargetCredentials),
    escrow: await open(backupEscrow, backupEscrowCredentials),
  };
}

async function openBackups(
  { settings, stores, clock, log, isServing }: OfficeOptions,
  places: Places,
  file: (name: string) => { readonly file: string; readonly key: FileKey },
  opening: AsyncDisposableStack,
): Promise<Backups> {
  const { backupRecipient, backupHours, home } = settings;
  const { mail, directory, memory, notices } = stores;
  if (backupRecipient === undefined) throw new Error("settings with a target have a recipient");
  return createBackups({
    ...places,
    recipient: backupRecipient,
    hours: backupHours,
    book: opening.use(await openSqliteBackupBook({ ...file("backup"), clock })),
    archive: mail.archive,
    directory,
    directoryArchive: opening.use(await openSqliteDirectoryArchive({ ...file("system"), clock })),
    memory,
    subscriptions: stores.billing,
    sealing: { seal, unseal },
    clock,
    log,
    mail,
    notices,
    isServing,
    temporaryHome: () => makeTemporaryHome(join(home, "data"), clock),
  });
}

/** A home for a drill: sealed under keys that only this process knows, so what a crash leaves is noise. */
async function makeTemporaryHome(dataFolder: string, clock: Clock): Promise<TemporaryHome> {
  const folder = await mkdtemp(join(dataFolder, "drill-"));
  const mail = openSqliteMailStore({
    folder,
    keys: passingKeys(),
    bus: silentBus,
    bootId: "drill",
    clock,
    log: () => {},
  });
  return {
    archive: mail.archive,
    async [Symbol.asyncDispose]() {
      await mail[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function auditedPlaces({ home, backupTarget, backupEscrow }: Settings, places: Places): readonly AuditedPlace[] {
  const below = (address: PlaceAddress | undefined): string | undefined => {
    if (address?.kind !== "folder") return undefined;
    const path = relative(home, address.path);
    return path.startsWith("..") || isAbsolute(path) ? undefined : path;
  };
  return [
    { kind: "target", place: places.target, folder: below(backupTarget) },
    { kind: "escrow", place: places.escrow, folder: below(backupEscrow) },
  ];
}
