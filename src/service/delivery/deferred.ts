/**
 * Empties the queue of accepted mail that could not be stored for some recipients. Runs in one worker. Tries each entry
 * again with growing pauses and never gives up: what got its 250 is neither bounced nor dropped, but for an account
 * that is gone. After an hour it raises an alarm with each attempt. Stores take a delivery id once, so a crash between
 * store and queue doubles nothing.
 */
import { createHash } from "node:crypto";
import { type Clock, HOUR, MINUTE, pause, SECOND } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Deferred, InboundQueue } from "../../store/inbound-queue.ts";
import type { ContentSource, Delivery, MailStore } from "../../store/mail-store.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import { MessageParser } from "../../syntax/message/parse.ts";
import { traceEnd } from "../../syntax/smtp/trace.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { failureOf } from "./verdict.ts";

export type DeferredServices = {
  readonly queue: InboundQueue;
  readonly mail: MailStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the job after the entry at hand. */
  readonly signal: AbortSignal;
};

const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 10 * MINUTE;
/** Other workers add entries; looking costs one query. */
const LOOK_AGAIN_MS = 5 * SECOND;
const ALARM_AFTER_MS = HOUR;
const MOST_AT_ONCE = 20;

/** Works until `signal` aborts. */
export async function runDeferred(services: DeferredServices): Promise<void> {
  const { clock, signal } = services;
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  while (!signal.aborted) {
    const more = await deliverDue(services);
    if (!more && !signal.aborted) await Promise.race([pause(clock, LOOK_AGAIN_MS), stopped]);
  }
}

/** Tries what is due now; true when there may be more. */
export async function deliverDue(services: DeferredServices): Promise<boolean> {
  const { queue, clock, log, signal } = services;
  try {
    const entries = await queue.due(clock.now(), MOST_AT_ONCE);
    for (const entry of entries) {
      if (signal.aborted) return false;
      await attempt(services, entry);
    }
    return entries.length === MOST_AT_ONCE;
  } catch (error) {
    log("delivery.failed", { step: "queue", code: failureOf(error), account: undefined, delivery: undefined });
    return false;
  }
}

async function attempt({ queue, mail, clock, log }: DeferredServices, entry: Deferred): Promise<void> {
  try {
    await mail.write(entry.account).deliver(await deliveryOf(entry, await queue.content(entry)));
  } catch (error) {
    const code = failureOf(error);
    if (code !== "no-account") {
      const waited = clock.now() - entry.acceptedAt;
      log(waited >= ALARM_AFTER_MS ? "delivery.overdue" : "delivery.postponed", {
        delivery: entry.id,
        account: entry.account,
        code,
        attempts: entry.attempts + 1,
        waitedMs: waited,
      });
      await queue.postpone(entry, clock.now() + pauseAfter(entry.attempts));
      return;
    }
  }
  await queue.done(entry);
}

const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20), LONGEST_PAUSE_MS);

async function deliveryOf(entry: Deferred, content: ContentSource): Promise<Delivery> {
  const { derived, digest } = await read(content);
  return {
    id: entry.id,
    // Without one it waits since before mail was examined: then what is stored is what came, behind the trace.
    fingerprint: entry.fingerprint ?? fingerprintOf(entry.sender, entry.account, digest),
    into: entry.into,
    mail: {
      content,
      derived,
      flags: { system: 0, keywords: [] },
      internalDate: entry.acceptedAt - (entry.acceptedAt % 1000),
      zoneMinutes: 0,
    },
  };
}

/** Parses the message again, and hashes it without our trace fields, as at its reception. */
async function read(content: ContentSource): Promise<{ readonly derived: Derived; readonly digest: string }> {
  const parser = new MessageParser();
  const hash = createHash("sha256");
  let isFirst = true;
  for await (const piece of content.pieces()) {
    parser.write(piece);
    // The trace is shorter than any first piece.
    hash.update(isFirst ? piece.subarray(traceEnd(piece)) : piece);
    isFirst = false;
  }
  return { derived: parser.end(), digest: hash.digest("hex") };
}
