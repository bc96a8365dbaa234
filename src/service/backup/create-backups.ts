/** Joins the parts of backups: one set at a time, and no sweep beside it. */
import { HostError } from "../../host/host-error.ts";
import type { MailStore } from "../../store/mail-store.ts";
import type { Notices } from "../notices/notices.ts";
import type { BackupFacts, Backups, FromSet, Working } from "./backups.ts";
import { createSet } from "./create.ts";
import { drill, type TemporaryHome } from "./drill.ts";
import { expire, sweep as sweepUnknown } from "./expire.ts";
import { createLedger } from "./ledger.ts";
import { setEnd } from "./object-names.ts";
import type { BackupParts } from "./parts.ts";
import { type HalfOpener, halfOpener } from "./private-halves.ts";
import { restoreEverything } from "./restore-everything.ts";
import { restoreAccount, restoreFolder } from "./restore-one.ts";
import { keepersOf, openAll, verifySets } from "./verify.ts";

export type BackupsOptions = BackupParts & {
  readonly mail: MailStore;
  readonly notices: Notices;
  /** True in a worker of the running service, where nobody may restore everything. */
  readonly isServing: boolean;
  /** Makes a home for a drill. */
  readonly temporaryHome: () => Promise<TemporaryHome>;
};

/** Disposing waits for what is under way, and closes neither places nor book. */
export function createBackups(options: BackupsOptions): Backups {
  const { book, hours, mail, notices, escrow } = options;
  const parts: BackupParts = options;
  const ledger = createLedger(parts);
  let isSwept = false;
  let busy: Promise<unknown> | undefined;
  let sweeping: Promise<unknown> | undefined;

  /** Waits for a sweep, which comes unasked and is short. @throws HostError when other work is under way. */
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    await sweeping;
    if (busy !== undefined)
      throw new HostError("a set is being made, or restored from: repeat the command when that is done");
    return occupy(work);
  }

  function occupy<T>(work: () => Promise<T>): Promise<T> {
    const running = work().finally(() => {
      busy = undefined;
    });
    busy = running.catch(() => undefined);
    return running;
  }

  async function list(): ReturnType<Backups["list"]> {
    return (await book.sets()).map(({ id, madeAt, doneAt, accounts, sentOctets }) => ({
      id,
      madeAt,
      doneAt,
      endsAt: setEnd(madeAt, hours),
      accounts,
      sentOctets,
    }));
  }

  const restoring = (from: FromSet, { signal }: Working) => {
    const halves: HalfOpener = halfOpener(escrow, from.identity);
    return { parts, mail, notices, halves, signal };
  };

  return {
    ledger,
    async facts(): Promise<BackupFacts> {
      const whole = (await book.sets()).filter(({ doneAt }) => doneAt !== undefined);
      return {
        isConfigured: true,
        sets: whole.length,
        lastSetAt: whole.at(-1)?.madeAt,
        oldestSetAt: whole[0]?.madeAt,
      };
    },
    create: async ({ signal, progress }) =>
      alone(async () => {
        const keepers = await keepersOf(parts);
        if (keepers.length > 0)
          throw new HostError(`no set is made where it could not be deleted: ${keepers.join("; ")}`);
        const swept = isSwept;
        isSwept = false;
        const made = await createSet(parts, signal, progress);
        await ledger.askAll();
        isSwept = swept;
        return made;
      }),
    list,
    async verify({ signal, progress }, open) {
      const sets = await verifySets(parts, progress);
      const keepers = await keepersOf(parts);
      const newest = (await book.sets()).findLast(({ doneAt }) => doneAt !== undefined);
      if (open === undefined || newest === undefined) return { sets, keepers, opened: undefined };
      const halves = halfOpener(escrow, open.identity);
      const { findings, ...opened } = await openAll(parts, halves, newest.id, open.accounts, signal, progress);
      const withFindings = sets.map((set) =>
        set.id === newest.id ? { ...set, findings: [...set.findings, ...findings] } : set,
      );
      return { sets: withFindings, keepers, opened };
    },
    async expire() {
      const expired = await expire(parts);
      if (isSwept || busy !== undefined) return expired;
      const sweep = occupy(() => sweepUnknown(parts));
      sweeping = sweep.then(
        () => void (sweeping = undefined),
        () => void (sweeping = undefined),
      );
      const objects = await sweep;
      isSwept = true;
      return { sets: expired.sets, objects: expired.objects + objects };
    },
    async restoreEverything(from, { signal, progress }) {
      if (options.isServing)
        throw new HostError("the service runs: stop it, and repeat the command with --key-file, before mail comes in");
      const halves = halfOpener(escrow, from.identity);
      return alone(() => restoreEverything(parts, mail, halves, from.set, signal, progress));
    },
    restoreAccount: async (account, from, working) =>
      alone(() => restoreAccount(restoring(from, working), account, from.set)),
    restoreFolder: async (account, from, wanted, working) =>
      restoreFolder(restoring(from, working), account, from.set, wanted, working.progress),
    async drill(from, accounts, { signal, progress }) {
      await using home = await options.temporaryHome();
      return await drill(parts, home, halfOpener(escrow, from.identity), from.set, accounts, signal, progress);
    },
    async [Symbol.asyncDispose]() {
      await busy;
      await ledger[Symbol.asyncDispose]();
    },
  };
}

/** Where the settings name no target. */
export function noBackups(): Backups {
  const refuse = async (): Promise<never> => {
    throw new HostError(
      "no backups are made here: give backup.target, backup.escrow and backup.recipient in the settings",
    );
  };
  return {
    ledger: undefined,
    facts: async () => ({ isConfigured: false, sets: 0, lastSetAt: undefined, oldestSetAt: undefined }),
    create: refuse,
    list: refuse,
    verify: refuse,
    expire: async () => ({ sets: 0, objects: 0 }),
    restoreEverything: refuse,
    restoreAccount: refuse,
    restoreFolder: refuse,
    drill: refuse,
    async [Symbol.asyncDispose]() {},
  };
}
