/**
 * Limits on strangers at port 25: what a host and its network have done lately decides whether they may go on, must wait
 * a little, or are told 421 and when to come again (RFC 5321 section 3.8). Nothing else asks them: reading mail and
 * submitting it are never shut by what happens here.
 *
 * Memory is fixed, whatever comes. What is forgotten for want of room is let through, for the bounds of the single
 * session hold besides. A delay is a value: the session waits, here nothing does.
 */
import type { Clock } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Reply } from "../delivery/inbound.ts";
import { CounterTable, type Print } from "./counter-table.ts";
import { type NetworkLimits, type PeerLimits, peerLimits, type Tarpit } from "./limits.ts";
import { limitReply, type LimitName } from "./limit-replies.ts";
import { DailyPrints, type Stranger } from "./stranger.ts";

export type PeerVerdict =
  | { readonly kind: "go" }
  /** Go on after so long. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Give this reply; where its code is 421, close. */
  | {
      readonly kind: "refuse";
      readonly limit: LimitName;
      readonly scope: "host" | "network" | "recipient";
      readonly waitMs: number;
      readonly reply: Reply;
    };

/** `turned-away`: for another reason than that there is none, such as want of room. */
export type FoundRecipient =
  | { readonly kind: "known"; readonly account: AccountId }
  | { readonly kind: "unknown" }
  | { readonly kind: "turned-away" };

/** One connection of a stranger. */
export interface Visit {
  /** Whether it may stay at all. A visit that is refused ends too. */
  readonly admission: PeerVerdict;
  atMail(): PeerVerdict;
  /** What was found of a recipient, before the peer is told. */
  atRecipient(found: FoundRecipient): PeerVerdict;
  atBadCommand(): PeerVerdict;
  /** A message came to its end, or was broken off. @param takenFor accounts that it was taken for; none when it was not */
  atMessage(bytes: number, takenFor: readonly AccountId[]): void;
  /** Once, when the connection is closed. */
  ended(): void;
}

export interface PeerGate {
  atConnect(address: string): Visit;
}

export type PeerGateOptions = {
  readonly clock: Clock;
  readonly limits?: PeerLimits;
  /** Addresses that are not counted: hosts of the operator's own. */
  readonly isExempt?: (address: string) => boolean;
};

const COLUMNS = ["connections", "messages", "kibibytes", "unknown", "badCommands"] as const;
type Column = (typeof COLUMNS)[number];
/** Messages that were taken, which have no bound. */
const TAKEN: number = COLUMNS.length;
const SCOPES = ["host", "network"] as const;
/** How much more often who brings good mail may err. */
const MOST_TRUST = 9;
const KIB = 1024;
const GO: PeerVerdict = { kind: "go" };

/** Makes the gate of one process; where several serve, `limits` is its share (limits.ts). */
export function createPeerGate({ clock, limits = peerLimits, isExempt = () => false }: PeerGateOptions): PeerGate {
  const counters = new Counters(clock, limits);
  return {
    atConnect: (address) => (isExempt(address) ? freeVisit : new CountedVisit(counters, address)),
  };
}

/** The visit of one that is not counted. */
export const freeVisit: Visit = {
  admission: GO,
  atMail: () => GO,
  atRecipient: () => GO,
  atBadCommand: () => GO,
  atMessage() {},
  ended() {},
};

class Counters {
  readonly limits: PeerLimits;
  readonly #clock: Clock;
  readonly #prints: DailyPrints;
  readonly #strangers: Readonly<Record<"host" | "network", CounterTable>>;
  readonly #recipients: CounterTable;
  #day: number;

  constructor(clock: Clock, limits: PeerLimits) {
    this.limits = limits;
    this.#clock = clock;
    this.#prints = new DailyPrints(clock);
    this.#day = this.#prints.day;
    const table = (of: NetworkLimits): CounterTable =>
      new CounterTable(
        [...COLUMNS.map((column) => of[column]), { most: Infinity, windowMs: of.unknown.windowMs }],
        limits.strangers / SCOPES.length,
      );
    this.#strangers = { host: table(limits.host), network: table(limits.network) };
    this.#recipients = new CounterTable([limits.recipient], limits.recipients);
  }

  /** With another day nobody is known any more. */
  get day(): number {
    const { day } = this.#prints;
    if (day !== this.#day) {
      this.#day = day;
      for (const table of [...SCOPES.map((scope) => this.#strangers[scope]), this.#recipients]) table.clear();
    }
    return day;
  }

  stranger(address: string): Stranger | undefined {
    return this.#prints.stranger(address);
  }

  add(stranger: Stranger, column: Column | "taken", amount: number): void {
    const now = this.#clock.now();
    for (const scope of SCOPES) {
      const table = this.#strangers[scope];
      table.add(table.take(stranger[scope], now), column === "taken" ? TAKEN : COLUMNS.indexOf(column), amount, now);
    }
  }

  /** @returns the connections that are open now, the one that is added among them */
  addOpen(stranger: Stranger, by: number): Readonly<Record<"host" | "network", number>> {
    const [host, network] = SCOPES.map((scope) => {
      const table = this.#strangers[scope];
      const row = table.take(stranger[scope], this.#clock.now());
      table.addOpen(row, by);
      return table.opened(row);
    });
    return { host: host ?? 0, network: network ?? 0 };
  }

  /** The first of these bounds that is reached. */
  reached(stranger: Stranger, columns: readonly Column[]): PeerVerdict | undefined {
    const now = this.#clock.now();
    for (const scope of SCOPES) {
      const table = this.#strangers[scope];
      const row = table.find(stranger[scope]);
      if (row === undefined) continue;
      for (const column of columns) {
        const most = this.#most(table, row, scope, column, now);
        const at = COLUMNS.indexOf(column);
        if (table.used(row, at, now) < most) continue;
        return refusal(column, scope, table.waitMs(row, at, most, now));
      }
    }
    return undefined;
  }

  /** How long to keep a host waiting that comes near to a bound. */
  delay(stranger: Stranger, column: Column): PeerVerdict {
    const now = this.#clock.now();
    const table = this.#strangers.host;
    const row = table.find(stranger.host);
    if (row === undefined) return GO;
    const used = table.used(row, COLUMNS.indexOf(column), now);
    return tarpit(used, this.#most(table, row, "host", column, now), this.limits.tarpit);
  }

  atRecipient({ network }: Stranger, account: AccountId): PeerVerdict | undefined {
    const now = this.#clock.now();
    for (const [print, most] of this.#recipientBounds(network, account)) {
      const row = this.#recipients.find(print);
      if (row === undefined || this.#recipients.used(row, 0, now) < most) continue;
      return refusal("recipient", "recipient", this.#recipients.waitMs(row, 0, most, now));
    }
    return undefined;
  }

  addTaken({ network }: Stranger, account: AccountId): void {
    const now = this.#clock.now();
    for (const [print] of this.#recipientBounds(network, account))
      this.#recipients.add(this.#recipients.take(print, now), 0, 1, now);
  }

  /** From all networks, and from this one: so that no single one shuts a mailbox to the others. */
  #recipientBounds(network: Print, account: AccountId): readonly (readonly [Print, number])[] {
    const all = printOf(account);
    // `>>> 0`: the operators make signed numbers of 32 bits.
    const one = { high: (all.high ^ network.high) >>> 0, low: (all.low ^ network.low) >>> 0 };
    return [
      [one, this.limits.recipientFromNetwork],
      [all, this.limits.recipient.most],
    ];
  }

  #most(table: CounterTable, row: number, scope: "host" | "network", column: Column, now: number): number {
    const { most } = this.limits[scope][column];
    return column === "unknown" ? most + Math.min(MOST_TRUST * most, table.used(row, TAKEN, now)) : most;
  }
}

class CountedVisit implements Visit {
  readonly admission: PeerVerdict;
  readonly #counters: Counters;
  readonly #address: string;
  #day: number;
  #stranger: Stranger | undefined;
  #isOpen: boolean;

  constructor(counters: Counters, address: string) {
    this.#counters = counters;
    this.#address = address;
    this.#day = counters.day;
    this.#stranger = counters.stranger(address);
    this.#isOpen = this.#stranger !== undefined;
    this.admission = this.#stranger === undefined ? GO : this.#admit(this.#stranger);
  }

  atMail(): PeerVerdict {
    const stranger = this.#today();
    return (stranger && this.#counters.reached(stranger, ["messages", "kibibytes"])) ?? GO;
  }

  atRecipient(found: FoundRecipient): PeerVerdict {
    const stranger = this.#today();
    if (stranger === undefined) return GO;
    // Who has guessed too often is not told who exists either.
    const isOver = this.#counters.reached(stranger, ["unknown"]);
    if (isOver !== undefined) return isOver;
    if (found.kind === "known") return this.#counters.atRecipient(stranger, found.account) ?? GO;
    if (found.kind === "turned-away") return GO;
    this.#counters.add(stranger, "unknown", 1);
    return this.#counters.delay(stranger, "unknown");
  }

  atBadCommand(): PeerVerdict {
    const stranger = this.#today();
    if (stranger === undefined) return GO;
    this.#counters.add(stranger, "badCommands", 1);
    return this.#counters.reached(stranger, ["badCommands"]) ?? this.#counters.delay(stranger, "badCommands");
  }

  atMessage(bytes: number, takenFor: readonly AccountId[]): void {
    const stranger = this.#today();
    if (stranger === undefined) return;
    this.#counters.add(stranger, "messages", 1);
    this.#counters.add(stranger, "kibibytes", Math.ceil(bytes / KIB));
    if (takenFor.length > 0) this.#counters.add(stranger, "taken", 1);
    for (const account of takenFor) this.#counters.addTaken(stranger, account);
  }

  ended(): void {
    const stranger = this.#today();
    if (this.#isOpen && stranger !== undefined) this.#counters.addOpen(stranger, -1);
    this.#isOpen = false;
  }

  #admit(stranger: Stranger): PeerVerdict {
    const counters = this.#counters;
    const isOver = counters.reached(stranger, ["connections", "unknown", "badCommands"]);
    const open = counters.addOpen(stranger, 1);
    // One that is refused counts not, or who comes again each second would never be let in.
    if (isOver !== undefined) return isOver;
    counters.add(stranger, "connections", 1);
    for (const scope of SCOPES) if (open[scope] > counters.limits[scope].open) return refusal("open", scope, 0);
    return GO;
  }

  /** With another day it is known by another name, and its connection is counted there. */
  #today(): Stranger | undefined {
    const { day } = this.#counters;
    if (day === this.#day) return this.#stranger;
    this.#day = day;
    this.#stranger = this.#counters.stranger(this.#address);
    if (this.#isOpen && this.#stranger !== undefined) this.#counters.addOpen(this.#stranger, 1);
    return this.#stranger;
  }
}

function refusal(limit: LimitName, scope: "host" | "network" | "recipient", waitMs: number): PeerVerdict {
  return { kind: "refuse", limit, scope, waitMs, reply: limitReply(limit, waitMs) };
}

function tarpit(used: number, most: number, { from, stepMs, mostMs }: Tarpit): PeerVerdict {
  const steps = Math.floor(used - most * from);
  return steps <= 0 ? GO : { kind: "delay", delayMs: Math.min(mostMs, steps * stepMs) };
}

/** An account's id is random and nobody outside knows it: its digits are their own fingerprint. */
function printOf(account: AccountId): Print {
  return { high: Number.parseInt(account.slice(16, 24), 16), low: Number.parseInt(account.slice(24), 16) };
}
