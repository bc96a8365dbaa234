/**
 * What an operator sees of the outbound queue and does with it: envelope and state, never content. A *part* is a message
 * for one destination, which is what is tried, held and dropped as one. Refusals are values with a sentence.
 */
import type { Clock } from "../../host/clock.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { accountId, type AccountId, type DeliveryId } from "../../store/ids.ts";
import type {
  HoldReason,
  ListedItem,
  OutboundMail,
  QueueSums,
  RemoteReply,
  Selection,
  TlsWish,
} from "../../store/outbound-queue.ts";
import { maySend } from "../accounts/account-state.ts";
import { allListed } from "./listed.ts";
import { domainOfPlace } from "./optional-tls.ts";
import { queueLimits, RELEASED_LIFE_MS } from "./queue-limits.ts";
import { type Counts, tally, type TallyBy } from "./tally.ts";
import {
  createTargets,
  type DeskRefused,
  NOTHING,
  onDestination,
  refused,
  type Selections,
  type Target,
} from "./target.ts";

export type QueuedRecipient = { readonly address: string; readonly reply: RemoteReply | undefined };

export type QueuedPart = {
  readonly message: DeliveryId;
  /** Primary address of who submitted it; `undefined`: the service itself, or an account that is gone. */
  readonly account: string | undefined;
  readonly sender: string;
  readonly size: number;
  readonly tlsWish: TlsWish;
  readonly submittedAt: number;
  readonly destination: string;
  readonly recipients: readonly QueuedRecipient[];
  readonly state: ListedItem["state"];
  readonly hold: HoldReason | undefined;
  /** Its destination is asked by nobody before then. */
  readonly restsUntil: number | undefined;
  /** Whether nobody answered there, or its host has enough for now: it asked for less, or all its places are taken. */
  readonly restsFor: "silence" | "less" | undefined;
  readonly attempts: number;
  /** When it is due, or was. */
  readonly at: number;
  readonly deadline: number;
};

/** How many parts there are in each state. */
export type Census = { readonly parts: number; readonly recipients: number } & Readonly<
  Record<ListedItem["state"], number>
>;

export type Listing = {
  /** Of the whole queue. */
  readonly sums: QueueSums;
  /** Oldest first. */
  readonly parts: readonly QueuedPart[];
  /** There are more than were asked for. */
  readonly isMore: boolean;
};

/** `name`: a destination, or the primary address of an account; `undefined`: the service itself, or an account that is gone. */
export type NamedCounts = Counts & { readonly name: string | undefined };

export type Tally = {
  /** Of the whole queue. */
  readonly sums: QueueSums;
  readonly by: TallyBy;
  readonly groups: readonly NamedCounts[];
  /** Of groups beyond those that are counted singly. */
  readonly beyond: Counts | undefined;
  /** There are more groups than were asked for. */
  readonly isMore: boolean;
};

export type Acted = {
  readonly kind: "done";
  /** What it was done with. */
  readonly parts: number;
  /** What was being handed over at that moment. */
  readonly inHand: number;
  /** What stays held. */
  readonly held: number;
  /** Of `parts`: what is due now and held all the same when its turn comes, because its account may not send. */
  readonly barred: number;
};

export type QueueDesk = {
  readonly sums: () => Promise<QueueSums>;
  /** With account and destination both must fit. */
  readonly list: (filter: Omit<Target, "id">, most: number) => Promise<Listing | DeskRefused>;
  /** What `list` would show, counted: so many groups, those with most parts first. */
  readonly tally: (filter: Omit<Target, "id">, by: TallyBy, most: number) => Promise<Tally | DeskRefused>;
  /** The parts of one message that are still in the queue. */
  readonly show: (id: string) => Promise<readonly QueuedPart[] | DeskRefused>;
  /** What something would be done with. */
  readonly look: (target: Target) => Promise<Census | DeskRefused>;
  /** Due at once, and the rest of destinations ends. What is held stays so, but for what an account that may send again had. */
  readonly retry: (target: Target) => Promise<Acted | DeskRefused>;
  /** Kept until it is released, whatever its account may do; what is submitted later is not held. */
  readonly hold: (target: Target) => Promise<Acted | DeskRefused>;
  /** Lets go what an operator held, and what was held while its account might not send; where it still may not, that waits on. */
  readonly release: (target: Target) => Promise<Acted | DeskRefused>;
  /** Out of the queue, told to nobody; the holder's record says so. */
  readonly drop: (target: Target) => Promise<Acted | DeskRefused>;
};

export type QueueDeskOptions = {
  readonly queue: Pick<OutboundMail, "drop" | "hold" | "list" | "release" | "retryNow" | "sums">;
  readonly directory: Pick<Directory, "byAddress" | "byId">;
  readonly clock: Clock;
  /** Lets the queue be looked at now. */
  readonly wake: () => void;
  /** How long a message is tried. */
  readonly lifeMs: number;
};

type Survey = {
  readonly count: Census;
  /** Parts that are due or will be, of accounts that may not send. */
  readonly barred: number;
  /** Accounts that may send again, and how many parts are still held because they could not. */
  readonly resumed: readonly AccountId[];
  readonly resumedParts: number;
};

/** They share commits. */
const SELECTIONS_AT_ONCE = 64;

export function createQueueDesk({ queue, directory, clock, wake, lifeMs }: QueueDeskOptions): QueueDesk {
  const { heldLifeMs } = queueLimits;
  const { accountOf, messageOf, selectionsOf } = createTargets({ queue, directory });
  const releaseTimes = (): Parameters<OutboundMail["release"]>[2] => {
    const now = clock.now();
    return { now, lifeMs, notBefore: now + RELEASED_LIFE_MS, mostMs: heldLifeMs };
  };

  /** Adds who submitted it, and why it is held. */
  const describe = async (items: readonly ListedItem[]): Promise<readonly QueuedPart[]> => {
    const primaries = new Map<AccountId, string | undefined>();
    const parts: QueuedPart[] = [];
    for (const { message, recipients, destinationReply, item: _, ...rest } of items) {
      const { id, account, sender, size, tlsWish, submittedAt } = message;
      if (account !== undefined && !primaries.has(account))
        primaries.set(account, (await directory.byId(account))?.primary);
      parts.push({
        message: id,
        account: account && primaries.get(account),
        sender,
        size,
        tlsWish,
        submittedAt,
        ...rest,
        restsFor: rest.restsUntil === undefined ? undefined : destinationReply === undefined ? "less" : "silence",
        destination: domainOfPlace(rest.destination),
        recipients: recipients.map(({ address, reply }) => ({ address, reply: reply ?? destinationReply })),
      });
    }
    return parts;
  };

  const survey = async (selections: Selections): Promise<Survey> => {
    const count = { parts: 0, recipients: 0, waiting: 0, ready: 0, claimed: 0, held: 0 };
    const found = { barred: 0, resumedParts: 0 };
    const states = new Map<AccountId, "may-send" | "barred" | "leaving">();
    const resumed = new Set<AccountId>();
    for (const selection of selections)
      for await (const { state, recipients, hold, message } of allListed(queue, selection)) {
        count.parts += 1;
        count.recipients += recipients.length;
        count[state] += 1;
        const { account } = message;
        if (account === undefined) continue;
        const may = states.get(account) ?? standingOf(await directory.byId(account));
        states.set(account, may);
        if (may === "barred" && (state === "waiting" || state === "ready")) found.barred += 1;
        if (may !== "may-send" || state !== "held" || hold !== "account") continue;
        resumed.add(account);
        found.resumedParts += 1;
      }
    return { count, ...found, resumed: [...resumed] };
  };

  /** What the runner does by itself within minutes; who asks for it does not wait. Gives how many parts of these it was. */
  const releaseResumed = async ({ resumed, resumedParts }: Survey): Promise<number> => {
    for (const account of resumed) await queue.release({ kind: "account", account }, "account", releaseTimes());
    return resumedParts;
  };

  /** What is selected with what is in it; refused when that is nothing. */
  const choose = async (
    target: Target,
  ): Promise<{ readonly selections: Selections; readonly survey: Survey } | DeskRefused> => {
    const selections = await selectionsOf(target);
    if ("kind" in selections) return selections;
    const found = await survey(selections);
    return found.count.parts === 0 ? refused(NOTHING[selections[0].kind]) : { selections, survey: found };
  };

  /** Gives the number of parts concerned. */
  const onEach = async (selections: Selections, act: (one: Selection) => Promise<number>): Promise<number> => {
    let parts = 0;
    for (let at = 0; at < selections.length; at += SELECTIONS_AT_ONCE)
      for (const done of await Promise.all(selections.slice(at, at + SELECTIONS_AT_ONCE).map(act))) parts += done;
    return parts;
  };

  /** What fits, as streams in the order of acceptance: mail for which TLS is optional is one of its own. */
  const filtered = async ({
    account,
    destination,
  }: Omit<Target, "id">): Promise<readonly AsyncGenerator<ListedItem, void>[] | DeskRefused> => {
    const wanted = destination === undefined ? undefined : onDestination(destination);
    if (wanted !== undefined && "kind" in wanted) return wanted;
    const selections = account === undefined ? (wanted ?? [undefined]) : await accountOf(account);
    if ("kind" in selections) return selections;
    const places = wanted?.map((one) => one.destination);
    return selections.map((selection) => only(allListed(queue, selection), places));
  };

  return {
    sums: () => queue.sums(),

    async list(filter, most) {
      const streams = await filtered(filter);
      if ("kind" in streams) return streams;
      const items: ListedItem[] = [];
      for (const stream of streams) {
        let found = 0;
        for await (const item of stream) {
          items.push(item);
          if (++found > most) break;
        }
      }
      items.sort((a, b) => a.item - b.item);
      return { sums: await queue.sums(), parts: await describe(items.slice(0, most)), isMore: items.length > most };
    },

    async tally(filter, by, most) {
      const streams = await filtered(filter);
      if ("kind" in streams) return streams;
      const { groups, beyond } = await tally(inTurn(streams), by);
      const shown: NamedCounts[] = [];
      for (const { key, ...counts } of groups.slice(0, most)) {
        const name =
          by === "destination" ? key : key === "" ? undefined : (await directory.byId(accountId(key)))?.primary;
        shown.push({ name, ...counts });
      }
      return { sums: await queue.sums(), by, groups: shown, beyond, isMore: groups.length > most };
    },

    async show(id) {
      const selections = await messageOf(id);
      if ("kind" in selections) return selections;
      const items = await Array.fromAsync(allListed(queue, selections[0]));
      return items.length === 0 ? refused(NOTHING.message) : describe(items);
    },

    async look(target) {
      const chosen = await choose(target);
      return "kind" in chosen ? chosen : chosen.survey.count;
    },

    async retry(target) {
      const chosen = await choose(target);
      if ("kind" in chosen) return chosen;
      const { claimed, parts } = chosen.survey.count;
      const held = chosen.survey.count.held - (await releaseResumed(chosen.survey));
      if (held === parts)
        return refused("All of this is held. Release it, or resume its account when that may not send.");
      await onEach(chosen.selections, (one) => queue.retryNow(one));
      wake();
      return { kind: "done", parts: parts - held - claimed, inHand: claimed, held, barred: chosen.survey.barred };
    },

    async hold(target) {
      const chosen = await choose(target);
      if ("kind" in chosen) return chosen;
      const { selections } = chosen;
      const before = chosen.survey.count;
      // An operator's word outlives the account's pause. Who claims it in between finds that the account may not send.
      if (before.held > 0) await onEach(selections, (one) => queue.release(one, "account", releaseTimes()));
      const parts = await onEach(selections, (one) => queue.hold(one, "operator", heldLifeMs));
      return { kind: "done", parts, inHand: before.claimed, held: before.parts - parts, barred: 0 };
    },

    async release(target) {
      const chosen = await choose(target);
      if ("kind" in chosen) return chosen;
      const resumed = await releaseResumed(chosen.survey);
      const parts =
        resumed + (await onEach(chosen.selections, (one) => queue.release(one, "operator", releaseTimes())));
      // Before others look at what is due: what they hold again counts among it.
      const { count, barred } = await survey(chosen.selections);
      wake();
      if (parts > 0)
        return { kind: "done", parts, inHand: 0, held: count.held, barred: Math.max(0, barred - chosen.survey.barred) };
      return refused(
        count.held > 0
          ? "This is held because its account may not send. Resume the account, and its mail goes within five minutes."
          : "Nothing of this is held.",
      );
    },

    async drop(target) {
      const chosen = await choose(target);
      if ("kind" in chosen) return chosen;
      const parts = await onEach(chosen.selections, (one) => queue.drop(one, clock.now()));
      return { kind: "done", parts, inHand: chosen.survey.count.claimed, held: 0, barred: 0 };
    },
  };
}

/** As the runner finds it when a part comes due; what is left of an account that goes has its last try. */
function standingOf(account: Account | undefined): "may-send" | "barred" | "leaving" {
  if (account === undefined || account.state === "closing") return "leaving";
  return maySend(account) ? "may-send" : "barred";
}

async function* only(
  items: AsyncIterable<ListedItem>,
  places: readonly string[] | undefined,
): AsyncGenerator<ListedItem, void> {
  for await (const item of items) if (places === undefined || places.includes(item.destination)) yield item;
}

async function* inTurn(streams: readonly AsyncIterable<ListedItem>[]): AsyncGenerator<ListedItem, void> {
  for (const stream of streams) yield* stream;
}
