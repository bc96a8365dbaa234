/** Audits what rests and how old it is, and states the result signed (promise D2). */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { auditChain, type ChainAudit } from "../../host/record/chain.ts";
import { dateOf } from "../../host/supervisor/night.ts";
import type { Auditable, AuditableAccount } from "../../store/auditable.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Notices } from "../notices/notices.ts";
import { auditRetention, type AuditedPlace, type RetentionAudit } from "./audit.ts";
import { accountFiles } from "./registry/account-files.ts";
import { databases as tables } from "./registry/databases.ts";
import { homeFiles } from "./registry/home.ts";
import { type ChainHead, signStatement, type SignedStatement } from "./statement.ts";

export interface Retention extends AsyncDisposable {
  /** Looks at everything now. Nobody is told. */
  audit(): Promise<RetentionAudit>;
  /** The audit of each night: writes its event, and tells the operator when it is red. Never throws. */
  nightly(): Promise<void>;
  /** Audits, and signs what it found. */
  statement(): Promise<SignedStatement>;
}

export type RetentionOptions = {
  readonly home: string;
  readonly hostName: string;
  readonly logDays: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly notices: Pick<Notices, "tellOperator">;
  /** All but account files, as many as there are at the time. */
  readonly databases: () => readonly Auditable[];
  /** Accounts that have a record, in whatever state. */
  readonly accounts: () => Promise<readonly AccountId[]>;
  readonly accountFiles: (accounts: readonly AccountId[]) => AsyncIterable<AuditableAccount>;
  readonly places: readonly AuditedPlace[];
  /** When the oldest living set was made, epoch milliseconds. */
  readonly oldestBackupAt: () => Promise<number | undefined>;
  /** 32 octets that the key of statements is made of. */
  readonly seed: Uint8Array;
  /** Account files to look into in one audit. */
  readonly accountsAtOnce?: number;
};

/** Some 1.5 ms an account: half a minute of one worker's spare time. */
const ACCOUNTS_AT_ONCE = 20_000;

export function createRetention(options: RetentionOptions): Retention {
  const { home, clock, log, notices } = options;

  async function audit(): Promise<RetentionAudit> {
    const { logDays, databases, accounts, places, accountsAtOnce = ACCOUNTS_AT_ONCE } = options;
    const files = homeFiles({ logDays });
    const accountTables = accountFiles;
    const looked = { files, tables, accountTables, accountFiles: options.accountFiles };
    return auditRetention({ home, ...looked, databases: databases(), accounts, places, accountsAtOnce }, clock.now());
  }

  async function chains(): Promise<{ readonly destruction: ChainAudit; readonly access: ChainAudit }> {
    const file = (name: string): string => join(home, "record", `${name}.chain`);
    return { destruction: auditChain(file("destruction")), access: auditChain(file("access")) };
  }

  async function auditAll(): Promise<RetentionAudit> {
    const found = await audit();
    const findings = Object.entries(await chains()).flatMap(([name, chain]) =>
      chain.kind === "whole" ? [] : [`record: ${name}.chain was altered at line ${chain.line}`],
    );
    return findings.length === 0 ? found : { ...found, findings: [...found.findings, ...findings] };
  }

  return {
    audit: auditAll,
    async nightly() {
      try {
        const { rows, findings, at } = await auditAll();
        if (findings.length === 0) return log("retention.audited", { classes: rows.length });
        log("retention.red", { findings: findings.length });
        await notices.tellOperator({ kind: "retention-red", at, findings }, `retention-red ${dateOf(at)}`);
      } catch (error) {
        log("retention.failed", { reason: error instanceof Error ? error.name : "unknown" });
      }
    },
    async statement() {
      const { findings, at } = await auditAll();
      const { destruction, access } = await chains();
      const oldestBackup = await options.oldestBackupAt();
      return signStatement(
        {
          version: 1,
          service: options.hostName,
          at: iso(at),
          "oldest-log-day": await oldestLogDay(home),
          "oldest-backup": oldestBackup === undefined ? null : iso(oldestBackup),
          "last-log-destruction": lastDestruction(destruction),
          "destruction-chain": headOf(destruction),
          "access-chain": headOf(access),
          "audit-green": findings.length === 0,
        },
        options.seed,
      );
    },
    async [Symbol.asyncDispose]() {},
  };
}

const iso = (at: number): string => new Date(at).toISOString();

/** A chain that was altered has no head that could be stated. */
const headOf = (chain: ChainAudit): ChainHead =>
  chain.kind === "whole" ? { lines: chain.lines.length, head: chain.head } : { lines: 0, head: "altered" };

function lastDestruction(chain: ChainAudit): { readonly day: string; readonly at: string } | null {
  const last = chain.kind === "whole" ? chain.lines.findLast(({ what }) => what === "log-day") : undefined;
  return last === undefined ? null : { day: String(last.says["day"]), at: iso(last.at) };
}

async function oldestLogDay(home: string): Promise<string | null> {
  const names = await readdir(join(home, "data", "log")).catch(() => []);
  const days = names.flatMap((name) => /^(\d{4}-\d\d-\d\d)\.seg$/.exec(name)?.[1] ?? []);
  return days.toSorted()[0] ?? null;
}
