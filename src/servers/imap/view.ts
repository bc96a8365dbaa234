/**
 * The selected mailbox as this client knows it: RFC 9051 section 5.2 and section 7.4.
 *
 * The view changes only in `report`, which tells the client what it changes: a message number means the same message
 * on both sides at all times. It is loaded lazily: SELECT takes the counters, the UIDs come at first need, as they were
 * then, and go forward with the store's log of changes. Sessions of one mailbox share one copy.
 */
import type { MailboxId, ModSeq, Uid } from "../../store/ids.ts";
import type { Changes, MailboxChange, MailboxState, Stored } from "../../store/mail-store.ts";
import {
  difference,
  EMPTY,
  has,
  intersection,
  max,
  min,
  type NumberSet,
  numbers,
  range,
  union,
} from "../../syntax/bytes/number-set.ts";
import type { SequenceSet } from "../../syntax/imap/command.ts";
import { isWithin, resolve } from "../../syntax/imap/sequence.ts";
import { UidMap } from "../../syntax/imap/uid-map.ts";
import type { OpenAccount } from "./open-account.ts";
import type { Output } from "./output.ts";

/** Shared by all views: most sessions have nothing in it. */
const NOTHING: readonly never[] = [];

export const NO_SUCH_MESSAGE = "There is no message of this number";

/** The mailbox was deleted while it was selected; the session cannot go on with it. */
export class MailboxGone extends Error {}

export type ReportOptions = {
  /** RFC 9051 section 7.5.1: no EXPUNGE while FETCH, STORE or SEARCH with message numbers is answered. */
  readonly mayExpunge: boolean;
  /** The client knows mod-sequences (RFC 7162 section 3.1). */
  readonly condstore: boolean;
};

export class View {
  readonly mailbox: MailboxId;
  readonly isReadOnly: boolean;
  readonly uidValidity: number;
  readonly #account: OpenAccount;
  #modSeq: ModSeq;
  #uidNext: Uid;
  #exists: number;
  #map: UidMap | undefined;
  /** Members of the view that are gone from the store, and whose EXPUNGE has not been told. */
  #untold: NumberSet = EMPTY;
  /** The newest change that anyone told of; `compare` when it is not known whether there was one. */
  #newest: ModSeq;
  #compare = false;
  /** Flags of this session's own making that the client need not be told again. */
  #answered: readonly { readonly modSeq: ModSeq; readonly uids: NumberSet }[] = NOTHING;

  constructor(account: OpenAccount, state: MailboxState, isReadOnly: boolean) {
    this.#account = account;
    this.mailbox = state.id;
    this.isReadOnly = isReadOnly;
    this.uidValidity = state.uidValidity;
    this.#modSeq = state.highestModSeq;
    this.#newest = state.highestModSeq;
    this.#uidNext = state.uidNext;
    this.#exists = state.messages;
  }

  /** Messages that the client knows of. */
  get exists(): number {
    return this.#exists;
  }

  /** All changes up to here have been told, save for untold EXPUNGEs. */
  get modSeq(): ModSeq {
    return this.#modSeq;
  }

  /** True when `report` may have something to tell. */
  get isBehind(): boolean {
    return this.#compare || this.#newest > this.#modSeq;
  }

  /** A watcher told of a change. */
  noticed(change: MailboxChange): void {
    if (change.mailbox !== undefined && change.mailbox !== this.mailbox) return;
    if (change.modSeq === undefined) this.#compare = true;
    else if (change.modSeq > this.#newest) this.#newest = change.modSeq;
  }

  /** Makes the next `report` look at the store whether or not anyone told of a change. */
  compare(): void {
    this.#compare = true;
  }

  /** This session stored flags of `uids` and has told the client the new ones, or was asked not to (`isSilent`). */
  answeredFor({ modSeq, isCommit }: Stored, uids: NumberSet, isSilent: boolean): void {
    if (modSeq <= this.#modSeq) return;
    if (isCommit && modSeq === this.#modSeq + 1) {
      // Our commit came right after what the client knows, so nobody else's lies between.
      this.#modSeq = modSeq;
      this.#share();
    } else if (isCommit || !isSilent) {
      this.#answered = [...this.#answered, { modSeq, uids }];
    }
    if (modSeq > this.#newest) this.#newest = modSeq;
  }

  /** Which UIDs the client's message numbers mean. */
  async map(): Promise<UidMap> {
    this.#map ??= await this.#load();
    return this.#map;
  }

  /** The UIDs of the view without those that are known to be gone. */
  async living(): Promise<NumberSet> {
    return difference((await this.map()).uids, this.#untold);
  }

  /** The UIDs that `set` names; undefined when it names a message number that does not exist (RFC 9051 section 9). */
  async resolve(set: SequenceSet, isUid: boolean): Promise<NumberSet | undefined> {
    if (!isUid && !isWithin(set, this.#exists)) return undefined;
    const map = await this.map();
    return isUid ? resolve(set, map.uids) : map.uidsOf(resolve(set, map.seqs));
  }

  async #load(): Promise<UidMap> {
    const shared = this.#account.sharedMap(this.mailbox, this.#modSeq);
    if (shared !== undefined) return shared;
    const { reader } = this.#account;
    const then = await reader.uids(this.mailbox, { modSeq: this.#modSeq, uidNext: this.#uidNext });
    if (then?.size === this.#exists) return this.#account.shareMap(this.mailbox, this.#modSeq, new UidMap(then));
    const now = await reader.uids(this.mailbox);
    if (now === undefined) throw new MailboxGone();
    // The log does not reach back. The client has seen no UID yet, so any numbers below UIDNEXT keep what it was told:
    // those that exist, and as many that do not; these are reported as gone next.
    const below = range(1, this.#uidNext - 1);
    const known = intersection(now, below);
    return new UidMap(union(known, lowest(difference(below, known), this.#exists - known.size)));
  }

  /** Brings the view forward and tells the client. @throws MailboxGone */
  async report(output: Output, { mayExpunge, condstore }: ReportOptions): Promise<void> {
    if (!this.isBehind && (!mayExpunge || this.#untold.size === 0)) return;
    const newest = this.#newest;
    const changes = await this.#changes();
    const uidNext = this.#uidNext;
    const gone = union(this.#untold, await this.#vanishedFrom(changes));
    const added = intersection(changes.changed, range(uidNext, (max(changes.changed) ?? 0) + 1));
    const flagged = difference(difference(changes.changed, added), gone);
    await this.#reportExists(output, mayExpunge ? gone : EMPTY, added);
    this.#untold = mayExpunge ? EMPTY : gone;
    this.#uidNext = changes.state.uidNext;
    if (flagged.size > 0) await this.#reportFlags(output, flagged, condstore);
    const { highestModSeq } = changes.state;
    this.#modSeq = highestModSeq;
    // What was noticed while we asked may be newer than the answer.
    if (this.#newest === newest || this.#newest < highestModSeq) this.#newest = highestModSeq;
    this.#answered = NOTHING;
    this.#share();
  }

  /** Gives up this view's copy of the map for one that another session of the mailbox has. */
  #share(): void {
    if (this.#map !== undefined && this.#untold.size === 0)
      this.#map = this.#account.shareMap(this.mailbox, this.#modSeq, this.#map);
  }

  async #changes(): Promise<Changes> {
    const wasAsked = this.#compare;
    this.#compare = false;
    try {
      const changes = await this.#account.reader.changes(this.mailbox, this.#modSeq);
      if (changes === undefined) throw new MailboxGone();
      return changes;
    } catch (error) {
      this.#compare ||= wasAsked;
      throw error;
    }
  }

  /** Which messages of the view are gone by `changes`. */
  async #vanishedFrom({ vanished }: Changes): Promise<NumberSet> {
    const lowestGone = min(vanished);
    if (lowestGone === undefined || lowestGone >= this.#uidNext) return EMPTY;
    return intersection((await this.map()).uids, vanished);
  }

  async #reportExists(output: Output, gone: NumberSet, added: NumberSet): Promise<void> {
    if (gone.size > 0) {
      const before = await this.map();
      // From the last to the first, so that no number moves before it was told (RFC 9051 section 7.5.1).
      for (const uid of [...numbers(gone)].toReversed()) {
        output.text(`* ${before.seqOf(uid)} EXPUNGE\r\n`);
        if (output.isFull) await output.drain();
      }
      this.#map = new UidMap(difference(before.uids, gone));
      this.#exists -= gone.size;
    }
    if (added.size === 0) return;
    if (this.#map !== undefined) this.#map = new UidMap(union(this.#map.uids, added));
    this.#exists += added.size;
    output.text(`* ${this.#exists} EXISTS\r\n`);
  }

  async #reportFlags(output: Output, uids: NumberSet, condstore: boolean): Promise<void> {
    const { flagTexts, reader } = this.#account;
    const map = await this.map();
    for await (const rows of reader.rows(this.mailbox, intersection(uids, map.uids), "flags")) {
      await flagTexts.loadAll(reader, rows);
      for (const row of rows) {
        if (this.#answered.some(({ modSeq, uids: told }) => row.modSeq === modSeq && has(told, row.uid))) continue;
        const flags = `FLAGS (${flagTexts.of(row.flags)})`;
        const items = condstore ? `UID ${row.uid} ${flags} MODSEQ (${row.modSeq})` : flags;
        output.text(`* ${map.seqOf(row.uid)} FETCH (${items})\r\n`);
      }
      await output.drain();
    }
  }
}

/** The lowest `count` members of a set. */
function lowest(set: NumberSet, count: number): NumberSet {
  let left = set;
  let missing = count;
  let found = EMPTY;
  while (missing > 0 && left.size > 0) {
    const low = left.ends[0] as number;
    const high = Math.min(left.ends[1] as number, low + missing - 1);
    found = union(found, range(low, high));
    left = difference(left, range(low, high));
    missing -= high - low + 1;
  }
  return found;
}
