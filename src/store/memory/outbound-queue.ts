/** Mail on its way to the world, in memory, for tests: the same order and the same ends, found by looking at everything. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../host/clock.ts";
import type { AccountId, DeliveryId } from "../ids.ts";
import {
  type Batch,
  type RecipientEnd,
  type OutboundQueue,
  type RemoteReply,
  RECIPIENTS_AN_ITEM,
  type Selection,
  type Work,
} from "../outbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { contentOf, gather } from "./gather.ts";
import {
  corrected,
  type Destination,
  isLate,
  isSelected,
  isTaken,
  isTakenEnd,
  type Item,
  type Kept,
  listedOf,
  matched,
  type Message,
  newItem,
  recordOf,
  sumsOf,
  UNHEARD,
  unknown,
  workIn,
} from "./outbound-item.ts";
import { memoryReports } from "./outbound-reports.ts";

export function memoryOutboundQueue(clock: Clock): OutboundQueue {
  const messages = new Map<DeliveryId, Message>();
  const items = new Map<number, Item>();
  const destinations = new Map<string, Destination>();
  const senders = new Map<string, number>();
  const reports = memoryReports();
  let records: Kept[] = [];
  let served = 0;
  let numbers = 0;
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "the queue is closed");
  };

  const senderOf = (item: Item): string => item.message.outbound.account ?? "";
  const destinationOf = (name: string): Destination => {
    const known =
      destinations.get(name) ?? unknown(records.some((one) => one.destination === name && isTakenEnd(one.end)));
    destinations.set(name, known);
    return known;
  };
  const makeReady = (item: Item): void => {
    item.claim = "";
    item.state = item.hold === undefined ? "ready" : "held";
    if (item.hold !== undefined) return;
    item.tag = Math.max(served, senders.get(senderOf(item)) ?? 0) + 1;
    senders.set(senderOf(item), item.tag);
  };
  const tidy = (name: string): void => {
    if (![...items.values()].some((item) => item.destination === name)) destinations.delete(name);
  };
  const wake = (now: number): void => {
    const due = [...items.values()].filter(
      ({ state, at }) => (state === "waiting" || state === "claimed") && at <= now,
    );
    for (const item of due.toSorted((a, b) => a.at - b.at || a.id - b.id)) makeReady(item);
    for (const destination of destinations.values())
      if (destination.restsUntil !== undefined && destination.restsUntil <= now) destination.restsUntil = undefined;
  };
  const workOf = (item: Item): Work => workIn(item, destinations.get(item.destination)?.reply);
  const claim = (item: Item, until: number): Work => {
    item.state = "claimed";
    item.at = until;
    item.claim = randomBytes(16).toString("hex");
    return workOf(item);
  };
  const claimed = ({ item, claim: token }: Work): Item | undefined => {
    const known = items.get(item);
    return known?.state === "claimed" && known.claim === token ? known : undefined;
  };
  const record = (
    { message, destination }: Item,
    recipient: string,
    end: RecipientEnd,
    reply: RemoteReply,
    at: number,
  ): void => {
    const { id, account, sender, submittedAt, messageId, envid } = message.outbound;
    const sent = { message: id, account, sender, submittedAt, messageId, envid };
    records.push({ ...sent, recipient, destination, at, end, reply, feedback: undefined });
  };
  const endMessage = (message: Message): void => {
    const { id } = message.outbound;
    if ([...items.values()].some((item) => item.message === message)) return;
    if (reports.isAnyOf(id)) return;
    message.octets.fill(0);
    messages.delete(id);
  };
  const chosen = (selection: Selection | undefined): Item[] =>
    [...items.values()].filter((item) => isSelected(item, selection));
  const drop = (selection: Selection, now: number): number => {
    const gone = chosen(selection);
    for (const item of gone) {
      for (const { address } of item.recipients) record(item, address, "dropped", UNHEARD, now);
      items.delete(item.id);
      tidy(item.destination);
      endMessage(item.message);
    }
    return gone.length;
  };

  return {
    async add(message, recipients, { dueAt, deadline, delayAt }, content) {
      open();
      const octets = await gather(content);
      if (messages.has(message.id) || records.some((known) => known.message === message.id)) return "known";
      const kept: Message = { outbound: { ...message, size: octets.length }, deadline, octets };
      messages.set(message.id, kept);
      for (const [destination, all] of Map.groupBy(recipients, (recipient) => recipient.destination)) {
        destinationOf(destination);
        for (let at = 0; at < all.length; at += RECIPIENTS_AN_ITEM) {
          const own = all
            .slice(at, at + RECIPIENTS_AN_ITEM)
            .map((one) => ({ ...one, id: ++numbers, reply: undefined }));
          const item = newItem(++numbers, kept, destination, own, { dueAt, deadline, delayAt });
          items.set(item.id, item);
          if (dueAt <= clock.now()) makeReady(item);
        }
      }
      return "added";
    },

    async content(message) {
      open();
      const kept = messages.get(message);
      if (kept === undefined) throw new StoreError("gone", "the message is done with");
      return contentOf(kept.octets);
    },

    async claim({ now, until, standing, except, most }) {
      open();
      wake(now);
      let best: { readonly name: string; readonly turn: number } | undefined;
      const ready = [...items.values()].filter(({ state }) => state === "ready").toSorted((a, b) => a.tag - b.tag);
      for (const [name, all] of Map.groupBy(ready, (item) => item.destination)) {
        const destination = destinationOf(name);
        if (destination.standing !== standing || destination.restsUntil !== undefined || except.has(name)) continue;
        const turn = all[0]?.tag ?? 0;
        if (best === undefined || turn < best.turn) best = { name, turn };
      }
      if (best === undefined) return undefined;
      const { name, turn } = best;
      served = Math.max(served, turn);
      const first = ready.filter((item) => item.destination === name).slice(0, most);
      const batch: Batch = {
        destination: name,
        standing,
        failures: destinationOf(name).failures,
        works: first.map((item) => claim(item, until)),
      };
      return batch;
    },

    async claimExpired(now, until, most) {
      open();
      const over = [...items.values()].filter(({ state, deadline }) => state !== "claimed" && deadline <= now);
      return over
        .toSorted((a, b) => a.deadline - b.deadline)
        .slice(0, most)
        .map((item) => claim(item, until));
    },

    async late(now, dueBefore, most) {
      open();
      const long = [...items.values()].filter((item) =>
        isLate(item, destinations.get(item.destination)?.restsUntil, now, dueBefore),
      );
      return long.slice(0, most).map((item) => ({ ...workOf(item), claim: "" }));
    },

    async noteLate(id, report) {
      open();
      const item = items.get(id);
      if (item?.delayAt === undefined) return;
      item.delayAt = undefined;
      if (report !== undefined) reports.add(item.message, report, clock.now());
    },

    async renew(claims, until) {
      open();
      for (const item of items.values()) if (item.state === "claimed" && claims.includes(item.claim)) item.at = until;
    },

    async settle(work, { now, results, reports: told, retryAt, attempted }) {
      open();
      const item = items.get(work.item);
      if (item === undefined) {
        for (const result of results.filter(isTaken)) records = records.map((known) => corrected(known, work, result));
        return;
      }
      const isOurs = claimed(work) !== undefined;
      for (const result of results) {
        const known = item.recipients.find(({ id }) => id === result.recipient);
        if (known === undefined) continue;
        if (result.kind === "ended" && (isOurs || isTaken(result))) {
          record(item, known.address, result.end, result.reply, now);
          item.recipients = item.recipients.filter((one) => one !== known);
        } else if (isOurs) {
          item.recipients = item.recipients.map((one) => (one === known ? { ...one, reply: result.reply } : one));
        }
      }
      if (isOurs) for (const report of told) reports.add(item.message, report, now);
      if (item.recipients.length === 0) items.delete(item.id);
      else if (isOurs) {
        item.attempts += Number(attempted);
        item.at = retryAt;
        item.state = "waiting";
        item.claim = "";
        if (item.hold !== undefined || retryAt <= now) makeReady(item);
      }
      tidy(item.destination);
      endMessage(item.message);
      const { message } = item;
      if (![...items.values()].some((one) => one.message === message)) reports.hurry(message.outbound.id, now);
    },

    async putBack(works, deadline) {
      open();
      for (const item of works.map(claimed).filter((one) => one !== undefined)) {
        item.deadline = deadline ?? item.deadline;
        item.at = 0;
        makeReady(item);
      }
    },

    async holdClaimed(works, reason, lifeMs) {
      open();
      for (const item of works.map(claimed).filter((one) => one !== undefined)) {
        item.hold ??= reason;
        item.deadline = item.message.outbound.submittedAt + lifeMs;
        makeReady(item);
      }
    },

    async rest(name, until, failed) {
      open();
      const destination = destinations.get(name);
      if (destination === undefined) return;
      const { standing, restsUntil } = destination;
      destination.restsUntil = Math.max(until, restsUntil ?? until);
      if (failed === undefined) return;
      if (standing !== "troubled" || restsUntil === undefined) destination.failures += 1;
      destination.standing = "troubled";
      destination.reply = failed;
    },

    async well(name) {
      open();
      if (destinations.has(name)) destinations.set(name, unknown(true));
    },

    async reports(now, most) {
      open();
      return reports.takeDue(now, most);
    },

    async reported(id) {
      open();
      const report = reports.end(id);
      const message = report && messages.get(report.message.id);
      if (message === undefined) return;
      if (report?.recipients[0]?.action === "delayed")
        for (const item of items.values()) if (item.message === message) item.delayAt = undefined;
      endMessage(message);
    },

    async postponeReport(id, at) {
      open();
      reports.postpone(id, at);
    },

    async endClaims() {
      open();
      for (const item of items.values()) if (item.state === "claimed") item.at = 0;
    },

    async hold(selection, reason, lifeMs) {
      open();
      const free = chosen(selection).filter((item) => item.hold === undefined);
      for (const item of free) {
        item.hold = reason;
        item.deadline = item.message.outbound.submittedAt + lifeMs;
        if (item.state !== "claimed") makeReady(item);
      }
      return free.length;
    },

    async release(selection, reason, { lifeMs, notBefore, mostMs }) {
      open();
      const held = chosen(selection).filter((item) => item.hold === reason);
      for (const item of held) {
        const { submittedAt } = item.message.outbound;
        item.hold = undefined;
        item.deadline = Math.min(submittedAt + mostMs, Math.max(submittedAt + lifeMs, notBefore));
        if (item.state === "held") makeReady(item);
      }
      return held.length;
    },

    async retryNow(selection) {
      open();
      const all = chosen(selection);
      for (const item of all) {
        if (item.state === "waiting") makeReady(item);
        destinationOf(item.destination).restsUntil = undefined;
      }
      return all.length;
    },

    async drop(selection, now) {
      open();
      return drop(selection, now);
    },

    async heldAccounts() {
      open();
      const held = [...items.values()]
        .filter((item) => item.hold === "account")
        .map((item) => item.message.outbound.account);
      return [...new Set(held)].filter((account): account is AccountId => account !== undefined).toSorted();
    },

    async list(selection, after, most) {
      open();
      const some = chosen(selection).filter(({ id }) => id > after);
      return some.slice(0, most).map((item) => listedOf(item, destinationOf(item.destination)));
    },

    async sums() {
      open();
      return sumsOf(messages.size, [...items.values()], [...destinations.values()]);
    },

    async records(account, since) {
      open();
      const own = records.filter((known) => known.account === account && known.at >= since);
      return own
        .toReversed()
        .toSorted((a, b) => b.at - a.at)
        .map(recordOf);
    },

    async submitterOf(message) {
      open();
      return records.find((known) => known.message === message)?.account;
    },

    async noteFeedback(account, about, feedback) {
      open();
      const { verdict, fresh } = matched(records, account, about, feedback);
      if (feedback === undefined) return verdict;
      records = records.map((one) => (fresh.has(one) ? { ...one, feedback } : one));
      return verdict;
    },

    async forget(before) {
      open();
      const count = records.length;
      records = records.filter(({ at }) => at >= before);
      return count - records.length;
    },

    async forgetAccount(account) {
      open();
      drop({ kind: "account", account }, clock.now());
      for (const message of messages.values()) {
        if (message.outbound.account !== account) continue;
        reports.forget(message.outbound.id);
        endMessage(message);
      }
      records = records.filter((known) => known.account !== account);
    },

    erase: async () => open(),
    [Symbol.asyncDispose]: async () => void (closed = true),
  };
}
