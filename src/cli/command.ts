/**
 * What a command of `altmail` is: a row of data. Help, parsing of the command line and the service's side of the
 * control socket are made from these rows, so a command is described once.
 */
import type { RetrySchedule } from "../rules/retry.ts";
import type { Access } from "../service/access/access.ts";
import type { Accounts } from "../service/accounts/accounts.ts";
import type { Backups } from "../service/backup/backups.ts";
import type { OperatorDns } from "../service/dns/operator-dns.ts";
import type { KeyCare } from "../service/keys/key-care.ts";
import type { LogReader } from "../service/logs/log-reader.ts";
import type { Retention } from "../service/retention/retention.ts";
import type { Statistics } from "../service/statistics/statistics.ts";
import type { Watch } from "../service/watch/watch.ts";
import type { Directory } from "../store/directory.ts";
import type { Finding, MailStore } from "../store/mail-store.ts";
import type { AccessScope, Notices } from "../service/notices/notices.ts";
import type { DefenceMemory } from "../store/defence-memory.ts";
import type { DkimKeys } from "../store/dkim-keys.ts";
import type { OutboundMail } from "../store/outbound-queue.ts";
import type { ReceivedReports } from "../store/received-reports.ts";
import type { Exit } from "./exit-code.ts";
import type { Outgoing } from "./outgoing.ts";

export type Argument = { readonly name: string; readonly summary: string; readonly optional?: true };

export type Option = {
  readonly name: string;
  /** What follows the option; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
};

/** The command line, parsed: arguments and options by name. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** What a command on the stores works with: in a worker of the running service, else in this process. */
export type Operator = {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly mail: MailStore;
  /** What accounts have learned of their mail. */
  readonly memory: DefenceMemory;
  readonly receivedReports: ReceivedReports;
  readonly notices: Notices;
  /** Compares records, keys and files of accounts (orphans.ts). */
  readonly orphans: () => Promise<readonly Finding[]>;
  readonly access: Access;
  readonly backups: Backups;
  readonly keyCare: KeyCare;
  readonly logs: LogReader;
  readonly outbound: OutboundMail;
  /** When mail to the world is tried again, as the settings say. */
  readonly schedule: RetrySchedule;
  readonly dkimKeys: DkimKeys;
  /** The way to the world, for who walks it. */
  readonly outgoing: Pick<Outgoing, "walk">;
  readonly dns: OperatorDns;
  /** Whether a service runs, which works the queue off. */
  readonly isServing: boolean;
  /** Lets the queue be looked at now. */
  readonly wakeQueue: () => void;
  /** Gives an invitation code; `undefined` where nobody could use it. */
  readonly invite: () => Promise<string | undefined>;
  readonly retention: Retention;
  readonly statistics: Statistics;
  readonly watch: Watch;
};

/** What a command tells while it works; it ends with the caller. */
export type Report = {
  /** One line of the answer ahead of its end, shown on stdout. Fulfils when the next may follow. */
  readonly line: (text: string) => Promise<void>;
  /** How far long work is, of `total` where that is known. */
  readonly progress: (step: string, done: number, total: number | undefined) => void;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
};

export type Outcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "refused"; readonly sentence: string };

type Description = {
  /** The words that call it. */
  readonly name: string;
  /** One line for the list of commands; begins with a verb. */
  readonly summary: string;
  /** More to know, for its own page. */
  readonly description?: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly string[];
};

/** A command that does its work in this process. */
export type LocalCommand = Description & {
  readonly where: "here";
  readonly run: (given: Given) => Promise<Exit>;
};

/** `account`: the argument that names the account by its address; without it, all accounts. */
export type GatedAccess = { readonly scope: AccessScope; readonly account?: string };

/** A command that works where the stores are open. */
export type StoreCommand = Description & {
  readonly where: "stores";
  /**
   * Whether it could lead to what people wrote, or to a log-in as one of them: such commands go through the gate, with the
   * id of an access that was opened before (promise A7). `scope` says what they come near to.
   */
  readonly access: "content-free" | GatedAccess;
  /** Says what is wrong with the command line, in itself; looked at before anything is done. */
  readonly wrong?: (given: Given) => string | undefined;
  /** Reads what must not stand on the command line. */
  readonly ask?: (given: Given) => Promise<Given>;
  readonly work: (operator: Operator, given: Given, report: Report) => Promise<Outcome>;
  /** The value of an outcome as text for people. */
  readonly show: (value: never) => string;
};

export type Command = LocalCommand | StoreCommand;

/** An argument that the parser made sure of. */
export function text(given: Given, name: string): string {
  const value = given[name];
  return typeof value === "string" ? value : "";
}

export const done = (value: unknown): Outcome => ({ kind: "done", value });
