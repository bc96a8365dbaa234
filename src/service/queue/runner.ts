/**
 * Works off an outbound queue, alone: each worker has its own. Takes batches as places are free: many for what goes
 * quickly, more for attempts that wait for a host that does not answer, some for destinations that failed last time; so
 * neither slow hosts nor dead ones hold up the others. Besides it gives up what is over, tells senders, renews its claims,
 * and lets go what was held when its account may send again. Memory is bounded by the number of places.
 */
import { randomBytes } from "node:crypto";
import { type Clock, DAY, MINUTE, pause, SECOND } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { type RetrySchedule, retrySchedule } from "../../rules/retry.ts";
import type { Directory } from "../../store/directory.ts";
import { type DeliveryId, deliveryId } from "../../store/ids.ts";
import type { ContentSource, MailStore } from "../../store/mail-store.ts";
import type { Batch, OutboundQueue, PendingReport, Standing, Taker } from "../../store/outbound-queue.ts";
import { maySend } from "../accounts/account-state.ts";
import { failureOf } from "../delivery/verdict.ts";
import { attemptBatch } from "./attempt.ts";
import { Attempts } from "./attempts.ts";
import { type QueueLimits, queueLimits, RELEASED_LIFE_MS } from "./queue-limits.ts";
import { giveUp } from "./give-up.ts";
import { createHostGates } from "./host-gates.ts";
import { leapsFromNow } from "./leap.ts";
import { delayReport } from "./outcome.ts";
import type { Router } from "./route.ts";
import { createSilentHosts } from "./silent-hosts.ts";
import { tellSender } from "./tell-sender.ts";
import type { Deliver } from "./transport.ts";

export type QueueRunnerOptions = {
  readonly queue: OutboundQueue;
  readonly router: Pick<Router, "route">;
  readonly deliver: Deliver;
  readonly mail: MailStore;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  readonly hostName: string;
  readonly contact: string;
  readonly schedule?: RetrySchedule;
  readonly limits?: QueueLimits;
  /** From 0 to below 1. */
  readonly chance?: () => number;
};

export interface QueueRunner {
  /** Works until `signal` aborts; fulfils when the last attempt has ended. */
  run(signal: AbortSignal): Promise<void>;
  /** Something new is in the queue: it is looked at now, not in some seconds. */
  wake(): void;
}

const STANDINGS: readonly Standing[] = ["well", "new", "troubled"];
const SWEEP_MS = 10 * SECOND;
const HELD_MS: number = 5 * MINUTE;
/** One commit; after an outage tens of thousands may be due at once, and mail that goes well is to have most of the time. */
const MOST_SWEPT = 20;
const SWEEP_PAUSE_MS = 50;
const REPORT_AGAIN_MS = MINUTE;
/** Until then most of what was due before we came has had its try: so one letter tells of all recipients who wait on. */
const FIRST_TRIES_MS: number = 5 * MINUTE;

export function createQueueRunner(options: QueueRunnerOptions): QueueRunner {
  const {
    queue,
    clock,
    log,
    directory,
    schedule = retrySchedule,
    limits = queueLimits,
    chance = Math.random,
  } = options;
  const silent = createSilentHosts(clock);
  const attempts = new Attempts(limits);
  const newId = (): DeliveryId => deliveryId(randomBytes(16).toString("hex"));
  let ring: () => void = () => {};
  let isRung = false;
  /** Where it is worth looking; each look is some statements. */
  const worth = new Set<Standing>(STANDINGS);
  /** The last look left out destinations that had work enough, or found no place: something may wait behind what is under way. */
  let isBehind = false;
  /** Claims may have run out by a leap of the date while they are under way: before others are made these are renewed. */
  let isRenewalDue = leapsFromNow(clock);
  const wake = (standings: readonly Standing[] = STANDINGS): void => {
    for (const standing of standings) worth.add(standing);
    isRung = true;
    ring();
  };

  const gates = createHostGates({ clock, chance, connections: limits.perHost, called: wake });

  const start = (batch: Batch, signal: AbortSignal, taken?: ContentSource): void => {
    const attempt = attempts.begin(batch);
    const { standing } = batch;
    let timer: Disposable | undefined;
    const asks = (): void => {
      timer ??= clock.after(limits.patienceMs, () => {
        attempt.waits(true);
        wake([standing]);
      });
    };
    const answered = (): void => {
      timer?.[Symbol.dispose]();
      timer = undefined;
      attempt.waits(false);
    };
    asks();
    const { heldLifeMs } = limits;
    const patience = { asks, answered, turnsTo: attempt.turnsTo };
    const services = { ...options, ...patience, attempts, schedule, gates, silent, heldLifeMs, chance, newId, signal };
    attemptBatch(services, batch, taken)
      .catch((error: unknown) => log("queue.broken", { step: "attempt", code: failureOf(error) }))
      .finally(() => {
        timer?.[Symbol.dispose]();
        attempt.end();
        // A place is free, and what was claimed has others behind it. Failed destinations rest: time brings them back.
        if (taken === undefined || isBehind) wake(standing === "well" ? ["well"] : ["well", standing]);
        else if (signal.aborted) ring();
      });
  };

  /** Of what this process adds itself. */
  const takerUntil = (signal: AbortSignal): Taker => ({
    leaseUntil: () => clock.now() + limits.leaseMs,
    keepPlace(destination) {
      if (signal.aborted || !attempts.mayBegin("well") || attempts.full.has(destination)) return undefined;
      if (gates.waiting.has(destination)) return undefined;
      const kept = attempts.begin({ destination, standing: "well", failures: 0, works: [] });
      const hasLeapt = leapsFromNow(clock);
      return {
        take(batch, content) {
          kept.end();
          if (hasLeapt()) void safely("claim", () => queue.putBack(batch.works));
          else start(batch, signal, content);
        },
        giveBack() {
          kept.end();
          if (isBehind) wake(["well"]);
        },
      };
    },
  });

  const fill = async (standing: Standing, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && attempts.mayBegin(standing)) {
      while (isRenewalDue()) await renew();
      const hasLeapt = leapsFromNow(clock);
      const now = clock.now();
      // Where it is not known whether somebody answers, one message is the probe.
      const isProbe = standing !== "well";
      const busy = isProbe ? attempts.destinations : attempts.full;
      // Nobody asks a full host in vain.
      const except = gates.waiting.size === 0 ? busy : busy.union(gates.waiting);
      const most = isProbe ? 1 : limits.batch;
      const isAll = attempts.full.size === 0;
      const batch = await queue.claim({ now, until: now + limits.leaseMs, standing, except, most });
      if (batch === undefined) {
        if (standing === "well") isBehind = !isAll || attempts.full.size > 0;
        return;
      }
      // It may have run out as it was made, and then it is another's.
      if (hasLeapt()) await queue.putBack(batch.works);
      else start(batch, signal);
    }
    if (standing === "well") isBehind = true;
  };

  /** Takes what is due in small parts until it is done. */
  const inParts = async <T>(
    signal: AbortSignal,
    take: () => Promise<readonly T[]>,
    work: (one: T) => Promise<void>,
  ): Promise<void> => {
    for (;;) {
      const some = await take();
      await Promise.all(some.map(work));
      if (some.length < MOST_SWEPT || signal.aborted) break;
      await pause(clock, SWEEP_PAUSE_MS);
    }
  };

  const report = async (now: number, pending: PendingReport): Promise<void> => {
    try {
      await tellSender(options, pending);
      await queue.reported(pending.id);
    } catch (error) {
      log("queue.broken", { step: "report", code: failureOf(error) });
      if (now >= pending.message.submittedAt + 10 * DAY) await queue.reported(pending.id);
      else await queue.postponeReport(pending.id, clock.now() + REPORT_AGAIN_MS);
    }
  };

  /** Since when the queue is worked off: a machine that slept begins anew. */
  const beginnings = (): (() => number) => {
    let since = clock.now();
    let hasLeapt = leapsFromNow(clock);
    return () => {
      if (hasLeapt()) {
        since = clock.now();
        hasLeapt = leapsFromNow(clock);
      }
      return since;
    };
  };

  /** Whether those that were due before we began have had their first tries. */
  const firstTries = (): (() => boolean) => {
    const [date, steady] = [clock.now(), clock.steady()];
    // By the one or the other: a date that leaps asks for no second wait.
    return () => Math.max(clock.now() - date, clock.steady() - steady) >= FIRST_TRIES_MS;
  };

  const sweep = async (signal: AbortSignal, since: number, areTried: boolean): Promise<void> => {
    const now = clock.now();
    const { heldLifeMs } = limits;
    const services = { queue, clock, log, schedule, chance, signal, heldLifeMs, newId };
    await inParts(
      signal,
      () => queue.claimExpired(now, clock.now() + limits.leaseMs, MOST_SWEPT),
      (work) => giveUp(services, work, since),
    );
    if (areTried) {
      const { delayAfterMs } = schedule;
      const dueBefore = now - since > delayAfterMs ? now - delayAfterMs : 0;
      await inParts(
        signal,
        () => queue.late(now, dueBefore, MOST_SWEPT),
        (work) => queue.noteLate(work.item, delayReport(work, newId)),
      );
    }
    await inParts(
      signal,
      () => queue.reports(clock.now(), MOST_SWEPT),
      (pending) => report(now, pending),
    );
  };

  const releaseHeld = async (): Promise<void> => {
    for (const account of await queue.heldAccounts()) {
      const known = await directory.byId(account);
      if (known === undefined) await queue.drop({ kind: "account", account }, clock.now());
      else if (maySend(known)) {
        const now = clock.now();
        const times = { now, lifeMs: schedule.lifeMs, notBefore: now + RELEASED_LIFE_MS, mostMs: limits.heldLifeMs };
        await queue.release({ kind: "account", account }, "account", times);
      }
    }
  };

  const renew = async (): Promise<void> => {
    const { claims } = attempts;
    const hasLeapt = leapsFromNow(clock);
    if (claims.length > 0) await queue.renew(claims, clock.now() + limits.leaseMs);
    isRenewalDue = hasLeapt;
  };

  /** Does what is due; a step that fails comes round again. */
  const safely = async (step: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log("queue.broken", { step, code: failureOf(error) });
    }
  };

  /** Says yes at first, and then so long after it last did. */
  const each = (everyMs: number): (() => boolean) => {
    let due = clock.steady();
    return () => {
      if (clock.steady() < due) return false;
      due = clock.steady() + everyMs;
      return true;
    };
  };

  /**
   * Starts what is due beside all else, once at a time: what takes long holds up nothing. Another round follows when it was
   * due again meanwhile. Gives what is under way.
   */
  const round = (step: string, isDue: () => boolean, work: () => Promise<void>): (() => Promise<void>) => {
    let isAsked = false;
    let underWay: Promise<void> | undefined;
    const rounds = async (): Promise<void> => {
      do {
        isAsked = false;
        await safely(step, work);
      } while (isAsked);
      underWay = undefined;
    };
    return () => {
      if (isDue()) {
        if (underWay === undefined) underWay = rounds();
        else isAsked = true;
      }
      return underWay ?? Promise.resolve();
    };
  };

  const looking = (standing: Standing, signal: AbortSignal): (() => Promise<void>) => {
    const isTime = each(limits.lookAgainMs);
    const isDue = (): boolean => {
      const isLate = isTime();
      return worth.delete(standing) || isLate;
    };
    return round("claim", isDue, () => fill(standing, signal));
  };

  return {
    wake,
    async run(signal) {
      signal.addEventListener("abort", () => wake(), { once: true });
      await safely("claims", () => queue.endClaims());
      using _offer = queue.offerTo?.(takerUntil(signal));
      const since = beginnings();
      const areTried = firstTries();
      const rounds = [
        round("renew", each(limits.leaseMs / 3), renew),
        round("release", each(HELD_MS), releaseHeld),
        round("sweep", each(SWEEP_MS), () => sweep(signal, since(), areTried())),
        // Apart, so that those of which most is wrong cannot hold up the others.
        ...STANDINGS.map((standing) => looking(standing, signal)),
      ];
      let besides: readonly Promise<void>[] = [];
      while (!signal.aborted) {
        isRung = false;
        besides = rounds.map((begin) => begin());
        if (!isRung && !signal.aborted) await rest();
      }
      await Promise.all(besides);
      while (attempts.count > 0) {
        isRung = false;
        if (attempts.count > 0) await rest();
      }
    },
  };

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(limits.lookAgainMs, resolve);
      ring = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
  }
}
