/**
 * One attempt: a batch of claimed items for one destination goes over its hosts in their order. Every claim ends in
 * exactly one of: settled, put back, held. What a host took is settled until it is durable, for nothing may be sent twice
 * because our disk was busy; what throws leads to another attempt, never to a loss.
 */
import { MINUTE, pause, pauseOrAbort, SECOND } from "../../host/clock.ts";
import { pauseAfter, restAfter, type RetrySchedule } from "../../rules/retry.ts";
import type { Directory } from "../../store/directory.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Batch, OutboundQueue, RemoteReply, Work } from "../../store/outbound-queue.ts";
import { StoreError } from "../../store/store-error.ts";
import { maySend } from "../accounts/account-state.ts";
import { failureOf } from "../delivery/verdict.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { allFail, allWait, type NewReportId, OUR_FAULT, type Outcome, outcomeOf, routeReply } from "./outcome.ts";
import { domainOfPlace, hostsFor } from "./optional-tls.ts";
import type { Route, Router } from "./route.ts";
import type { Handover } from "./transport.ts";
import { overHosts, type WalkServices } from "./walk.ts";

export type AttemptServices = WalkServices & {
  readonly queue: OutboundQueue;
  readonly router: Pick<Router, "route">;
  readonly directory: Directory;
  readonly schedule: RetrySchedule;
  /** How long what is held may wait, from its submission. */
  readonly heldLifeMs: number;
  readonly chance: () => number;
  readonly newId: NewReportId;
  /** What attempts know of each other. */
  readonly attempts: Pick<Attempts, "mayWaitFor" | "failed" | "endFailure">;
  /** Called before a message is handed over. */
  readonly turnsTo: Attempt["turnsTo"];
};

/**
 * Never rejects but for a bug in the queue's store; what it leaves claimed comes again when the lease ends.
 * @param taken the octets of a batch of one message, when they are at hand
 */
export async function attemptBatch(
  services: AttemptServices,
  batch: Batch,
  taken: ContentSource | undefined,
): Promise<void> {
  const { queue, router, log } = services;
  // Of what is taken in this moment it was just asked.
  const free = taken === undefined ? await withoutHeld(services, batch.works) : batch.works;
  const works = await withoutImpatient(services, free, batch);
  if (works.length === 0) return;
  let route: Route;
  try {
    route = await router.route(domainOfPlace(batch.destination));
  } catch (error) {
    log("queue.broken", { step: "route", code: failureOf(error) });
    await destinationFailed(services, batch, works, OUR_FAULT);
    return;
  }
  const goes = works.filter(({ message }) => hostsFor(route, message.tlsWish).length > 0);
  if (goes.length > 0) {
    const settling: Promise<void>[] = [];
    try {
      await inTurn({ ...services, settling }, batch, goes, route, taken);
    } finally {
      await allEnded(settling);
    }
  }
  const stays = works.filter((work) => !goes.includes(work));
  if (route.kind === "hosts" || stays.length === 0) return;
  const reply = routeReply(route);
  if (route.kind === "temporary") await destinationFailed(services, batch, stays, reply);
  else {
    for (const work of stays) await settleSurely(services, work, allFail(work, reply, services.newId));
    await queue.well(batch.destination);
  }
}

/** Promise A8: what an account that may not send has queued waits. One that is closing has its last try. */
async function withoutHeld(
  { queue, directory, heldLifeMs, log }: AttemptServices,
  works: readonly Work[],
): Promise<Work[]> {
  const free: Work[] = [];
  for (const work of works) {
    const { account, id } = work.message;
    const known = account === undefined ? undefined : await directory.byId(account);
    if (account === undefined || known === undefined || known.state === "closing" || maySend(known)) free.push(work);
    else {
      await queue.holdClaimed([work], "account", heldLifeMs);
      log("queue.held", { delivery: id, account });
    }
  }
  return free;
}

/**
 * What is of a sender for whom many hosts are waited for already comes after others' mail; no attempt is counted. The last
 * try of an account that is closing is now or never.
 */
async function withoutImpatient(
  { queue, clock, chance, directory, attempts }: AttemptServices,
  works: readonly Work[],
  { destination, standing }: Batch,
): Promise<readonly Work[]> {
  const late: Work[] = [];
  for (const work of works) {
    const { account } = work.message;
    if (attempts.mayWaitFor(account, standing)) continue;
    const known = account === undefined ? undefined : await directory.byId(account);
    if (known?.state !== "closing") late.push(work);
  }
  if (late.length === 0) return works;
  const now = clock.now();
  const retryAt = now + Math.round(MINUTE * (1 + 4 * chance()));
  if (standing === "troubled") {
    // There may be thousands for it, each of which would be looked at and put off.
    await queue.rest(destination, retryAt, undefined);
    await queue.putBack(late);
  } else {
    const later = { now, results: [], reports: [], retryAt, attempted: false };
    await Promise.all(late.map((work) => queue.settle(work, later)));
  }
  return works.filter((work) => !late.includes(work));
}

/** Waits for all of them, and throws the first failure. */
async function allEnded(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}

/** What is behind a message for which the host takes longer goes over its other places. */
const MOST_BEHIND_MS: number = 10 * SECOND;

/** What a host answered is settled while it gets the next message. */
type Underway = AttemptServices & { readonly settling: Promise<void>[] };

async function inTurn(
  services: Underway,
  batch: Batch,
  works: readonly Work[],
  route: Route,
  taken: ContentSource | undefined,
): Promise<void> {
  const { queue, signal, clock, newId, attempts, gates } = services;
  let isWell = batch.standing === "well";
  const wasWell = async (): Promise<void> => {
    // One connection that was lost says less than those that go on.
    if (attempts.endFailure(batch.destination) || !isWell) await queue.well(batch.destination);
    isWell = true;
  };
  const behind = [...works];
  for (let work = behind.shift(); work !== undefined; work = behind.shift()) {
    if (signal.aborted) {
      await queue.putBack([work, ...behind]);
      return;
    }
    using _patience = clock.after(MOST_BEHIND_MS, () => {
      if (behind.length === 0) return;
      const givenBack = queue.putBack(behind.splice(0));
      givenBack.catch(() => {});
      services.settling.push(givenBack);
    });
    services.turnsTo(work.message.account);
    const hosts = hostsFor(route, work.message.tlsWish);
    const course = await overHosts(services, { destination: batch.destination, work, hosts, taken });
    switch (course.kind) {
      case "answered": {
        const { handover } = course;
        const retryAt = isBrokenOff(handover) ? clock.now() : undefined;
        const settled = settleSurely(services, work, outcomeOf(work, handover, newId), retryAt);
        // Heard at the end of the batch.
        settled.catch(() => {});
        services.settling.push(settled);
        await wasWell();
        break;
      }
      case "unfit":
        await settleSurely(services, work, allFail(work, course.reply, newId));
        await wasWell();
        break;
      case "broken":
        await settleSurely(services, work, allWait(work, OUR_FAULT));
        break;
      case "gone":
        break;
      case "closed":
        await queue.rest(batch.destination, course.until, undefined);
        await queue.putBack([work, ...behind.splice(0)]);
        return;
      case "full":
        // Without a line to wait in, its commits are to be few.
        if (!gates.waitFor(course.host, batch.destination))
          await queue.rest(batch.destination, clock.now() + MINUTE, undefined);
        await queue.putBack([work, ...behind.splice(0)]);
        return;
      case "unreached":
        // We break off what is under way: that says nothing of the destination.
        if (signal.aborted) {
          await settleSurely(services, work, allWait(work, course.reply), clock.now());
          await queue.putBack(behind.splice(0));
        } else if (course.asksForLess) {
          const until = clock.now() + MINUTE;
          await queue.rest(batch.destination, until, undefined);
          await settleSurely(services, work, allWait(work, course.reply), until);
          await queue.putBack(behind.splice(0));
        } else await destinationFailed(services, batch, [work, ...behind.splice(0)], course.reply);
        return;
    }
  }
}

/** Our stop ended it in the midst. */
function isBrokenOff({ outcomes }: Extract<Handover, { readonly kind: "answered" }>): boolean {
  return outcomes.some(({ reply: { finding } }) => finding?.name === "stopped-speaking");
}

/** Everything for it rests; the item that was tried counts an attempt, the others do not. */
async function destinationFailed(
  services: AttemptServices,
  { destination, failures }: Batch,
  works: readonly Work[],
  reply: RemoteReply,
): Promise<void> {
  const { queue, clock, schedule, chance, log, attempts } = services;
  const forMs = restAfter(schedule, failures + 1, chance());
  const [tried, ...others] = works;
  // Ready at once: it is the destination that waits, unless others that are under way there end its rest.
  const retryAt = attempts.failed(destination) ? undefined : clock.now();
  log("queue.resting", { destination, enhanced: reply.enhanced, failures: failures + 1, forMs });
  // Together, in this order, so that they share a commit.
  await Promise.all([
    queue.rest(destination, clock.now() + forMs, reply),
    tried === undefined ? undefined : settleSurely(services, tried, allWait(tried, reply), retryAt),
    others.length === 0 ? undefined : queue.putBack(others),
  ]);
}

/** A part of what a stop of the service may take. */
const AFTER_STOP_MS: number = 4 * SECOND;

/**
 * Settles, and when the store fails tries on until it is durable: what a host took must not be sent again. A stop waits for
 * that some seconds.
 */
export async function settleSurely(
  services: Pick<AttemptServices, "queue" | "clock" | "log" | "schedule" | "chance" | "signal">,
  work: Work,
  { results, reports }: Outcome,
  retryAt: number = services.clock.now() + pauseAfter(services.schedule, work.attempts + 1, services.chance()),
): Promise<void> {
  const { queue, clock, log, signal } = services;
  let endsAt = Number.POSITIVE_INFINITY;
  for (let waitMs: number = SECOND; ; waitMs = Math.min(waitMs * 2, MINUTE)) {
    try {
      await queue.settle(work, { now: clock.now(), results, reports, retryAt, attempted: true });
      break;
    } catch (error) {
      log("queue.broken", { step: "settle", code: failureOf(error) });
      if (signal.aborted) endsAt = Math.min(endsAt, clock.steady() + AFTER_STOP_MS);
      if (clock.steady() >= endsAt || (error instanceof StoreError && error.code === "closed")) throw error;
      await (signal.aborted ? pause(clock, SECOND) : pauseOrAbort(clock, waitMs, signal));
    }
  }
  for (const result of results) logResult(services, work, result);
}

function logResult(
  { clock, log }: Pick<AttemptServices, "clock" | "log">,
  work: Work,
  result: Outcome["results"][number],
): void {
  const { id: delivery, account, submittedAt } = work.message;
  const recipient = work.recipients.find(({ id }) => id === result.recipient)?.address;
  const { host, code, enhanced, tls } = result.reply;
  const attempts = work.attempts + 1;
  if (result.kind === "waits") log("queue.deferred", { delivery, account, recipient, host, code, enhanced, attempts });
  else if (result.end === "delivered" || result.end === "relayed")
    log("queue.delivered", {
      delivery,
      account,
      recipient,
      host,
      code,
      tls,
      attempts,
      waitedMs: clock.now() - submittedAt,
    });
  else log("queue.failed", { delivery, account, recipient, host, code, enhanced, end: result.end });
}
