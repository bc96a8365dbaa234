/**
 * The gate for staff (promise A7): every command that could lead to content or to a log-in goes through it. An access is
 * opened with a reason and a case, for an hour or so; each use is recorded before the command works; the holder is told.
 *
 * Two records are kept: entries in `access.db`, sealed, with all that is to know, until 12 months after the holder was
 * told; and HOME/record/access.chain, plain and for ever, with salted digests of the entries and facts about nobody.
 * Both are on disk before a promise here fulfils: a crash may leave a record without an act, never the contrary.
 * An operator's name is what he says; the control socket knows no users.
 */
import type { AccountId } from "../../store/ids.ts";
import type { Finding } from "../../store/mail-store.ts";
import type { AccessScope } from "../notices/notices.ts";

/** Telling the holder is forbidden by law until then. */
export type Bar = { readonly until: number; readonly basis: string };

/** What an operator asks for. */
export type Opening = {
  /** Any address of the account; `undefined`: all accounts. */
  readonly address: string | undefined;
  readonly scope: AccessScope;
  /** In words; the holder reads them. */
  readonly reason: string;
  readonly case: string;
  readonly forMs: number;
  readonly bar: Bar | undefined;
  readonly operator: string;
};

/** What a command does; `account` is `undefined` when it is on all. */
export type Use = {
  readonly command: string;
  readonly account: AccountId | undefined;
  readonly scope: AccessScope;
  readonly operator: string;
};

export type Refused = { readonly kind: "refused"; readonly sentence: string };
export type Done = { readonly kind: "done" };

export type AccessLine = {
  readonly id: string;
  /** `undefined`: all accounts. */
  readonly account: AccountId | undefined;
  readonly scope: AccessScope;
  readonly reason: string;
  readonly case: string;
  readonly operator: string;
  /** Whether a second operator signed the request. */
  readonly approved: boolean;
  readonly openedAt: number;
  /** When it ends or ended. */
  readonly until: number;
  readonly isOpen: boolean;
  /** While it runs. */
  readonly bar: Bar | undefined;
  readonly uses: number;
  /** When a holder was told last, or it was found that nobody is to be told; `undefined` while somebody still is. */
  readonly toldAt: number | undefined;
};

export type AccessDetails = AccessLine & {
  readonly entries: readonly {
    readonly what: string;
    readonly at: number;
    /** All fields of the entry. */
    readonly says: Readonly<Record<string, unknown>>;
    /** Line of the chain. */
    readonly line: number | undefined;
  }[];
};

/** How many accesses of a scope were opened in a year (UTC), and what became of them; for a public report. */
export type TransparencyRow = {
  readonly year: number;
  readonly scope: string;
  readonly opened: number;
  /** Of these, on all accounts. */
  readonly onAll: number;
  /** Of these, opened with a legal bar. */
  readonly barred: number;
  readonly uses: number;
  /** Of these, accesses whose holder, or of those on all at least one, was told. */
  readonly told: number;
};

export type ChainHead = { readonly entries: number; readonly head: string };

export interface Access extends AsyncDisposable {
  /** `approval`: signed by the second operator, where the settings name one. */
  open(
    opening: Opening,
    approval?: string,
  ): Promise<{ readonly kind: "opened"; readonly access: AccessLine } | Refused>;
  /** Fulfils with "done" when the use is recorded durably: only then may the command work, and until then. */
  use(id: string, use: Use): Promise<{ readonly kind: "done"; readonly until: number } | Refused>;
  close(id: string, operator: string): Promise<Done | Refused>;
  /** Sets or renews a bar on an access that nobody was told of yet; one that ends now is lifted. */
  bar(id: string, bar: Bar | "lifted", operator: string): Promise<Done | Refused>;
  /** Newest first. */
  list(): Promise<readonly AccessLine[]>;
  show(id: string): Promise<{ readonly kind: "access"; readonly access: AccessDetails } | Refused>;
  /** From the chain alone, so also of records long erased. @param from,to epoch milliseconds; `to` is outside. */
  transparency(from: number, to: number): readonly TransparencyRow[];
  /** Whether the chain is whole, goes on from the head that left last, and agrees with every record. */
  audit(): Promise<readonly Finding[]>;

  /** Tells holders who were not told yet and may be: bars that ended, deliveries that failed. */
  tellDue(): Promise<void>;
  /** Reminds the operator by mail of bars that run, each 30 days. */
  remind(): Promise<void>;
  /** Erases records whose holders were told 12 months ago. */
  erase(): Promise<void>;
  /** @throws HostError when the chain was altered. */
  head(): ChainHead;
  /** Sends the head out of the machine: to the escrow place, if there is one, and by mail to the operator; once a day. */
  sendHead(): Promise<void>;
  /** Epoch milliseconds. */
  headSentAt(): Promise<number | undefined>;
}
