/**
 * The list of log-ins that a holder is shown (promise D2: ten days), and the letter at a log-in from a new kind of client.
 * Servers note a log-in in memory, at no cost; once a minute what came together is written in one commit, so a machine that
 * goes down takes the last minute of the list with it, and nothing else. An account that was made within a day learns its
 * first clients quietly. Who was told and then stopped is not told twice: a notice has its day and kind as occasion.
 */
import { type Clock, DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { plainAddress } from "../../host/listener-peers.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { ClientKind, LogInProtocol, LogInRecord, LogInStore, WebAccessExpiry } from "../../store/web-access.ts";
import { clientKind } from "./client-kind.ts";
import { networkOf } from "./network-of.ts";
import type { Log } from "../../host/events/events.ts";

/** What a holder is told; the list has the address, and a letter would keep it for longer. */
export type NewClientNotice = { readonly kind: "new-client"; readonly at: number; readonly client: string };

export type LogIn = {
  readonly account: AccountId;
  readonly protocol: LogInProtocol;
  /** What the client calls itself, as far as it has by now. */
  readonly named: string | undefined;
  readonly address: string | undefined;
};

export interface LogInRecords extends AsyncDisposable {
  /** Notes one that counted. What it gives takes the name of a client that tells it only afterwards (RFC 2971). */
  note(logIn: LogIn): (named: string) => void;
  /** Latest first; what this process has noted is among them. @throws StoreError */
  list(account: AccountId): Promise<readonly LogInRecord[]>;
  /** Writes what was noted. Never fails: what cannot be written is tried again a minute later. */
  flush(): Promise<void>;
}

export type LogInRecordsOptions = {
  readonly store: LogInStore;
  readonly directory: Pick<Directory, "byId">;
  /** Puts the notice into the account's INBOX. @throws StoreError */
  readonly tell: (account: AccountId, notice: NewClientNotice, occasion: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Rows that wait to be written; what is beyond is not listed. Half a KiB each. */
  readonly mostWaiting?: number;
};

/** An hour below ten days (promise D2): the pass that erases comes each hour. */
const LOG_IN_LIFE_MS: number = 239 * HOUR;
/** Whole days unused; with the day of the last use 90 at most. */
const KNOWN_CLIENT_DAYS = 89;
const FLUSH_EVERY_MS: number = MINUTE;
/** Clients tell their names at once or not at all. */
const NAMING_MS: number = 10 * SECOND;
/** Characters of an address; more is none. */
const MAX_ADDRESS = 64;

/** What the pass over `web.db` erases, in the elected worker each hour. */
export function expiryAt(now: number): WebAccessExpiry {
  return { now, logIns: now - LOG_IN_LIFE_MS, kindsDay: Math.floor(now / DAY) - KNOWN_CLIENT_DAYS };
}

export function createLogInRecords(options: LogInRecordsOptions): LogInRecords {
  const { store, directory, tell, clock, log, mostWaiting = 5000 } = options;
  const waiting = new Map<string, Waiting>();
  let timer: Disposable | undefined;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  const add = (entry: Waiting): void => {
    const key = keyOf(entry.record);
    const present = waiting.get(key);
    if (present === undefined && waiting.size >= mostWaiting) return;
    waiting.set(key, present === undefined ? entry : merged(present, entry));
    flushLater();
  };

  const flushLater = (): void => {
    if (isClosed || waiting.size === 0) return;
    timer ??= clock.after(FLUSH_EVERY_MS, () => {
      timer = undefined;
      void flush(clock.now());
    });
  };

  const welcome = async ({ account, client }: ClientKind, at: number): Promise<void> => {
    const holder = await directory.byId(account);
    if (holder === undefined) return;
    const day = Math.floor(at / DAY);
    if (at - holder.createdAt >= DAY) await tell(account, { kind: "new-client", at, client }, `${client} ${day}`);
    await store.learnClient({ account, client }, day);
  };

  /** What forgets an account that is being deleted comes by once: nothing of it may be written after that. */
  const goneOf = async (entries: readonly Waiting[]): Promise<ReadonlySet<AccountId>> => {
    const gone = new Set<AccountId>();
    for (const account of new Set(entries.map(({ record }) => record.account))) {
      const holder = await directory.byId(account);
      if (holder === undefined || holder.state === "closing") gone.add(account);
    }
    return gone;
  };

  const write = async (now: number): Promise<void> => {
    let entries = [...waiting.values()].filter(({ settledAt }) => settledAt <= now);
    for (const { record } of entries) waiting.delete(keyOf(record));
    try {
      const gone = await goneOf(entries);
      entries = entries.filter(({ record }) => !gone.has(record.account));
      if (entries.length > 0) {
        const fresh = await store.noteLogIns(entries.map(({ record }) => record));
        entries = [];
        for (const kind of fresh) await welcome(kind, clock.now());
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      for (const entry of entries) add(entry);
      log("login.unrecorded", { code: error.code, waiting: waiting.size });
    }
    flushLater();
  };

  /** One after the other. */
  const flush = (now: number): Promise<void> => {
    running = running.then(() => write(now));
    return running;
  };

  return {
    note({ account, protocol, named, address = "" }) {
      const at = clock.now();
      const plain = plainAddress(address);
      const network = networkOf(plain);
      const record = (text: string | undefined): LogInRecord => ({
        account,
        day: Math.floor(at / DAY),
        protocol,
        client: clientKind(protocol, text),
        address: network === "" ? "" : plain.slice(0, MAX_ADDRESS),
        network,
        firstAt: at,
        lastAt: at,
        count: 1,
      });
      const first = record(named);
      let mayBeNamed = protocol === "imap" && named === undefined;
      add({ record: first, settledAt: mayBeNamed ? at + NAMING_MS : at });
      return (late) => {
        if (!mayBeNamed) return;
        mayBeNamed = false;
        const present = waiting.get(keyOf(first));
        // Written already: it stays listed as what it was.
        if (present === undefined) return;
        const { count } = present.record;
        if (count === 1) waiting.delete(keyOf(first));
        else waiting.set(keyOf(first), { ...present, record: { ...present.record, count: count - 1 } });
        add({ record: record(late), settledAt: at });
      };
    },
    async list(account) {
      await flush(clock.now());
      return store.logIns(account);
    },
    flush: () => flush(clock.now()),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      timer?.[Symbol.dispose]();
      await flush(Infinity);
    },
  };
}

/** `settledAt`: from then on its client is called what it is called now. */
type Waiting = { readonly record: LogInRecord; readonly settledAt: number };

const keyOf = ({ account, day, protocol, client, address }: LogInRecord): string =>
  [account, day, protocol, client, address].join("\n");

const merged = (one: Waiting, other: Waiting): Waiting => ({
  record: {
    ...one.record,
    firstAt: Math.min(one.record.firstAt, other.record.firstAt),
    lastAt: Math.max(one.record.lastAt, other.record.lastAt),
    count: one.record.count + other.record.count,
  },
  settledAt: Math.min(one.settledAt, other.settledAt),
});
