/** Makes the gate of its parts: whoever changes a record does so one after another, in the one process that works here. */
import { type KeyObject, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, DAY } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { HostError } from "../../host/host-error.ts";
import { auditChain, CHAIN_START, type ChainLine } from "../../host/record/chain.ts";
import type { AccessRecords } from "../../store/access-records.ts";
import type { Directory } from "../../store/directory.ts";
import { logInName } from "../accounts/log-in-name.ts";
import type { ObjectPlace } from "../backup/place.ts";
import type { Notices } from "../notices/notices.ts";
import type { Access, AccessLine, ChainHead, Done, Opening, Refused } from "./access.ts";
import { checkApproval } from "./approval.ts";
import { auditAccess } from "./audit.ts";
import { type AccessState, detailsOf, lineOf, type Opened, type Says } from "./entry.ts";
import { eraseDue } from "./erasure.ts";
import { createJournal } from "./journal.ts";
import { checkBar, checkOpening } from "./opening.ts";
import { sendHeadOf } from "./sent-head.ts";
import { isBarred, isSettled, type Owed, owedBy, tell } from "./telling.ts";
import { transparencyOf } from "./transparency.ts";
import { checkUse } from "./use.ts";

export type AccessOptions = {
  readonly records: AccessRecords;
  /** HOME/record/access.chain; its folder is made. */
  readonly chainFile: string;
  readonly directory: Directory;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
  /** Where it is given, nothing is opened without its signature (approval.ts, readSecondKey). */
  readonly secondKey?: KeyObject | undefined;
  readonly escrow?: ObjectPlace | undefined;
};

const REMIND_MS: number = 30 * DAY;

export function createAccess(options: AccessOptions): Access {
  const { records, chainFile, directory, notices, clock, log, secondKey, escrow } = options;
  mkdirSync(dirname(chainFile), { recursive: true, mode: 0o700 });
  const journal = createJournal(records, chainFile);
  const inTurn = oneAfterAnother();
  const stateOf = (id: string): Promise<AccessState | undefined> => journal.state(id);

  const lines = (): readonly ChainLine[] => {
    const audit = auditChain(chainFile);
    if (audit.kind === "whole") return audit.lines;
    throw new HostError(`${chainFile} was altered at line ${audit.line}: keep the file and find out who did it`);
  };

  /** Tells outside the turn, for a delivery may take long; writes down what is still owed then. */
  const tellOwed = async (id: string): Promise<void> => {
    const state = await inTurn(() => stateOf(id));
    if (state === undefined || isBarred(state, clock.now())) return;
    for (const owed of owedBy(state, clock.now())) {
      const told = await tell({ directory, notices, log }, state, owed);
      if (told === undefined) continue;
      await inTurn(async () => {
        const newest = await stateOf(id);
        const isOwed = newest !== undefined && owedBy(newest, clock.now()).some((each) => isSame(each, owed));
        if (isOwed) await journal.write(id, clock.now(), told);
      });
      log("access.told", { access: id, how: told.how });
    }
  };

  const change = (
    id: string,
    says: (state: AccessState) => Says | string,
  ): Promise<(Done & { readonly until: number }) | Refused> =>
    inTurn(async () => {
      const state = await stateOf(id);
      if (state === undefined) return unknown();
      const entry = says(state);
      if (typeof entry === "string") return refused(entry);
      await journal.write(id, clock.now(), entry);
      return { kind: "done", until: state.endsAt };
    });

  /** The entry that opens; a sentence when it may not be. */
  const openingEntry = async (opening: Opening, approval: string | undefined): Promise<Opened | string> => {
    const now = clock.now();
    const wrong = checkOpening(opening, now);
    if (wrong !== undefined) return wrong;
    const account = opening.address === undefined ? null : (await directory.byAddress(logInName(opening.address)))?.id;
    if (account === undefined) return 'There is no account with this address. "altmail account list" shows all.';
    const { scope, reason, operator, forMs, bar = null } = opening;
    const entry = {
      what: "opened",
      account,
      scope,
      reason,
      case: opening.case,
      operator,
      until: now + forMs,
      bar,
    } as const;
    if (secondKey === undefined)
      return approval === undefined
        ? { ...entry, approval: null }
        : "The settings name no second operator. Open the access without an approval.";
    if (approval === undefined)
      return 'A second operator must approve this. "altmail access request" makes a request that he signs.';
    const request = checkApproval(approval, opening, secondKey, now);
    if (typeof request === "string") return request;
    const { nonce } = request;
    const isUsed = [...(await journal.states()).values()].some(({ opened }) => opened.approval?.nonce === nonce);
    return isUsed
      ? "The approval was used before. Make a new request."
      : { ...entry, approval: { nonce, text: approval } };
  };

  const show = (state: AccessState): AccessLine => lineOf(state, clock.now(), isSettled(state, clock.now()));

  return {
    async open(opening, approval) {
      const id = randomBytes(8).toString("hex");
      const wrong = await inTurn(async () => {
        const entry = await openingEntry(opening, approval);
        if (typeof entry === "string") return entry;
        await journal.write(id, clock.now(), entry);
        const { scope, account, bar } = entry;
        log("access.opened", { access: id, scope, all: account === null, barred: bar !== null });
        return undefined;
      });
      if (wrong !== undefined) return refused(wrong);
      await tellOwed(id);
      const state = await inTurn(() => stateOf(id));
      if (state === undefined) throw new Error("an access that was opened is gone");
      return { kind: "opened", access: show(state) };
    },

    async use(id, use) {
      const result = await change(id, (state) => checkUse(state, use, clock.now()));
      const { command, scope } = use;
      if (result.kind === "refused") {
        log("access.refused", { command, reason: "access" });
        return result;
      }
      log("access.used", { access: id, command, scope });
      await tellOwed(id);
      return result;
    },

    close: (id, operator) =>
      change(id, ({ endsAt }) =>
        clock.now() < endsAt ? { what: "closed", operator } : "This access is over already: nothing was changed.",
      ),

    bar: (id, bar, operator) =>
      change(id, (state) => {
        if (state.told.length > 0) return "Holders were told of this access already: nothing can be barred any more.";
        if (bar === "lifted" && !isBarred(state, clock.now())) return "No bar runs on this access.";
        if (bar === "lifted") return { what: "barred", until: clock.now(), basis: "lifted", operator };
        return checkBar(bar, clock.now()) ?? { what: "barred", until: bar.until, basis: bar.basis, operator };
      }),

    list: () =>
      inTurn(async () => [...(await journal.states()).values()].toSorted((a, b) => b.openedAt - a.openedAt).map(show)),

    async show(id) {
      const state = await inTurn(() => stateOf(id));
      if (state === undefined) return unknown();
      return { kind: "access", access: detailsOf(state, clock.now(), isSettled(state, clock.now())) };
    },

    transparency: (from, to) => transparencyOf(lines(), from, to),

    audit: () =>
      inTurn(async () => {
        const chain = auditChain(chainFile);
        if (chain.kind === "whole") await journal.states();
        return auditAccess(chain, await records.entries(), await records.sentHead());
      }),

    async tellDue() {
      const now = clock.now();
      for (const state of (await inTurn(() => journal.states())).values())
        if (!isBarred(state, now) && owedBy(state, now).length > 0) await tellOwed(state.id);
    },

    async remind() {
      await inTurn(async () => {
        const now = clock.now();
        for (const state of (await journal.states()).values()) {
          const { id, bar, reminders, remindedAt } = state;
          if (bar === undefined || !isBarred(state, now) || now < remindedAt + REMIND_MS) continue;
          await notices.tellOperator(
            { kind: "bar-running", record: id, until: bar.until },
            `bar ${id} ${reminders + 1}`,
          );
          await journal.write(id, now, { what: "reminded" });
        }
      });
    },

    async erase() {
      const count = await inTurn(async () =>
        eraseDue((await journal.states()).values(), records, chainFile, clock.now()),
      );
      if (count > 0) log("access.erased", { count });
    },

    head: () => headOf(lines()),
    sendHead: () => inTurn(() => sendHeadOf(headOf(lines()), records, { escrow, notices }, clock.now())),
    headSentAt: async () => (await records.sentHead())?.at,
    [Symbol.asyncDispose]: () => inTurn(async () => records[Symbol.asyncDispose]()),
  };
}

const refused = (sentence: string): Refused => ({ kind: "refused", sentence });
const unknown = (): Refused => refused('There is no access of this id. "altmail access list" shows all.');

const headOf = (lines: readonly ChainLine[]): ChainHead => ({
  entries: lines.length,
  head: lines.at(-1)?.head ?? CHAIN_START,
});

const isSame = (a: Owed, b: Owed): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Lets one step end before the next begins, in the order of calls. */
function oneAfterAnother(): <T>(step: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const next = last.then(step);
    last = next.catch(() => undefined);
    return next;
  };
}
