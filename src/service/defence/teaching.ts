/**
 * Lets the account's memory, and a scanner that keeps statistics for each person, learn from what holders do with their
 * mail (promise F6). Nobody waits for it: what is heard goes into a queue of bounded length and is worked off one message
 * at a time, with others first; what does not fit, or fails, is not learned. Of a message nothing is kept here. Whom they
 * write to is gathered apart (correspondence.ts).
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import { type Clock, SECOND } from "../../host/clock.ts";
import { contentOf, firstOctets } from "../../store/content-of.ts";
import type { AccountId } from "../../store/ids.ts";
import type { ContentSource, FactsRow, MailReader, MailStore } from "../../store/mail-store.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import type { SpamTeacher } from "../delivery/inbound-scanner.ts";
import { failureOf } from "../delivery/verdict.ts";
import { gatherCorrespondence } from "./correspondence.ts";
import type { Defence } from "./defence.ts";
import type { DefenceLog } from "./defence-log.ts";
import {
  type HolderAct,
  holdsArrivedMail,
  type LessonKind,
  lessonOfFlags,
  lessonOfMove,
  newestOf,
} from "./holder-act.ts";
import { taughtMail } from "./taught-mail.ts";

export type TeachingLimits = {
  /** Acts that wait, of all accounts. */
  readonly waiting: number;
  /** Acts of one account that wait, so that one busy client leaves room for others. */
  readonly waitingOfAccount: number;
  /** Messages of one act that teach; the newest. Who moves thousands tidies up. */
  readonly messages: number;
  /** Octets of a message that are read: more words than count are among them. */
  readonly bytes: number;
  /** For what still waits when the service stops. */
  readonly endMs: number;
};

/** Below 5 MB of waiting acts, whatever clients do. */
export const teachingLimits: TeachingLimits = Object.freeze({
  waiting: 1000,
  waitingOfAccount: 100,
  messages: 200,
  bytes: 256 * 1024,
  endMs: 5 * SECOND,
});

export interface Teaching extends AsyncDisposable {
  /** Hears what a holder did with mail, after its commit. Returns at once. */
  readonly taught: (account: AccountId, act: HolderAct) => void;
  /** Hears to whom a holder has written: canonical addresses. Returns at once. */
  readonly wrote: (account: AccountId, addresses: readonly string[]) => void;
  /** Fulfils when all is learned that was heard so far. */
  settle(): Promise<void>;
}

export type TeachingOptions = {
  readonly mail: Pick<MailStore, "read">;
  /** `undefined`: the service keeps no memory of accounts. */
  readonly defence: Pick<Defence, "learn" | "wrote"> | undefined;
  readonly teacher: SpamTeacher | undefined;
  /** As it stands in our Authentication-Results fields. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly log: DefenceLog;
  readonly limits?: TeachingLimits;
};

type Heard = { readonly account: AccountId; readonly act: HolderAct };

/** Disposing finishes what waits, within `endMs`. */
export function createTeaching(options: TeachingOptions): Teaching {
  const { clock, log, limits = teachingLimits } = options;
  const waiting: Heard[] = [];
  const counts = new Map<AccountId, number>();
  const end = new AbortController();
  let isEnding = false;
  let unheard = 0;
  let working: Promise<void> | undefined;

  const tellUnheard = (): void => {
    if (unheard > 0) log("defence.unheard", { acts: unheard });
    unheard = 0;
  };
  const { defence } = options;
  const correspondence =
    defence &&
    gatherCorrespondence(clock, async (written) => {
      await defence.wrote(written);
      tellUnheard();
    });

  const workOff = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const heard = waiting.shift();
      if (heard === undefined) break;
      const left = (counts.get(heard.account) ?? 1) - 1;
      if (left === 0) counts.delete(heard.account);
      else counts.set(heard.account, left);
      await othersFirst();
      try {
        await work(options, limits, heard, end.signal);
      } catch (error) {
        log("defence.failed", { step: "teach", code: failureOf(error), account: heard.account });
      }
    }
    // What is left when time has run out.
    unheard += waiting.splice(0).length;
    tellUnheard();
    working = undefined;
  };

  const hear = (account: AccountId, act: Heard["act"]): void => {
    const own = counts.get(account) ?? 0;
    if (isEnding) return;
    if (waiting.length >= limits.waiting || own >= limits.waitingOfAccount) {
      unheard++;
      return;
    }
    counts.set(account, own + 1);
    waiting.push({ account, act });
    working ??= workOff();
  };

  return {
    taught(account, act) {
      if (act.uids.size === 0 || (act.kind === "marked" && lessonOfFlags(act.flags) === undefined)) return;
      hear(account, { ...act, uids: newestOf(act.uids, limits.messages) });
    },
    wrote(account, addresses) {
      if (isEnding || addresses.length === 0) return;
      if (correspondence?.add(account, addresses) === false) unheard++;
    },
    async settle() {
      await Promise.all([working, correspondence?.settle()]);
    },
    async [Symbol.asyncDispose]() {
      isEnding = true;
      using _timer = clock.after(limits.endMs, () => end.abort());
      await Promise.all([working, correspondence?.settle()]);
    },
  };
}

async function work(
  options: TeachingOptions,
  limits: TeachingLimits,
  { account, act }: Heard,
  signal: AbortSignal,
): Promise<void> {
  const reader = options.mail.read(account);
  const kind = await lessonOf(reader, act);
  if (kind === undefined) return;
  for await (const rows of reader.rows(act.mailbox, act.uids, "facts")) {
    for (const row of rows) {
      if (signal.aborted) return;
      await othersFirst();
      await teach(options, limits, { account, reader, row, kind });
    }
  }
}

async function lessonOf(reader: MailReader, act: HolderAct): Promise<LessonKind | undefined> {
  const mailbox = await reader.mailboxById(act.mailbox);
  if (mailbox === undefined) return undefined;
  if (act.kind === "marked") return holdsArrivedMail(mailbox.specialUse) ? lessonOfFlags(act.flags) : undefined;
  return lessonOfMove((await reader.mailboxById(act.from))?.specialUse, mailbox.specialUse);
}

type Taught = {
  readonly account: AccountId;
  readonly reader: MailReader;
  readonly row: FactsRow;
  readonly kind: LessonKind;
};

async function teach(
  { defence, teacher, hostName }: TeachingOptions,
  limits: TeachingLimits,
  { account, reader, row, kind }: Taught,
): Promise<void> {
  const { content: id, size } = row;
  const stored: ContentSource = { size, bytes: undefined, pieces: () => reader.octets(id, 0, size) };
  const octets = await firstOctets(stored, limits.bytes);
  if (defence !== undefined) {
    const derived = parseMessage(octets);
    const mail = taughtMail(String(id), octets.subarray(0, derived.headerSize), derived, hostName);
    const learned = await defence.learn(account, mail, kind);
    // Off: then nobody learns from this holder. Unchanged: the scanner was told at the first time. Failed: it may be off.
    if (learned !== "learned" && learned !== "changed") return;
  }
  const content = octets.length === size ? contentOf(octets) : stored;
  await teacher?.learn(content, kind === "unwanted" ? "spam" : "ham", account);
}
