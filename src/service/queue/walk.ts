/**
 * One message over the hosts of its destination, in their order, until one has answered for it (RFC 5321 section 5.1). What
 * the first host that answers puts off is offered to one more, as a fault of one host need not be that of the next. Nothing is
 * taken on that a host has taken: that is to be durable before anything else. Nor where nobody knows whether a host has it,
 * or a host says that we are to come less often, or later.
 */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { type Demand, demandOf } from "../../rules/retry.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { OutboundQueue, RemoteReply, Work } from "../../store/outbound-queue.ts";
import { StoreError } from "../../store/store-error.ts";
import { failureOf } from "../delivery/verdict.ts";
import type { HostGates } from "./host-gates.ts";
import { NOT_YET, OUR_FAULT } from "./outcome.ts";
import { temporarily } from "./reply-words.ts";
import type { RouteHost } from "./route.ts";
import { isSilence, type SilentHosts } from "./silent-hosts.ts";
import type { Deliver, Handover, HandoverOutcome } from "./transport.ts";

export type WalkServices = {
  readonly queue: Pick<OutboundQueue, "content">;
  readonly deliver: Deliver;
  readonly gates: HostGates;
  readonly silent: SilentHosts;
  readonly clock: Clock;
  readonly log: Log;
  /** Called before a host is asked. */
  readonly asks: () => void;
  /** Called as soon as a host has answered: whoever asks next waits anew. */
  readonly answered: () => void;
  readonly signal: AbortSignal;
};

type Answered = Extract<Handover, { readonly kind: "answered" }>;

type Undone =
  /** A fault of ours; nothing is known of the destination. */
  | { readonly kind: "broken" }
  /** Dropped meanwhile: nothing is left to be tried. */
  | { readonly kind: "gone" };

export type Course =
  | Undone
  | { readonly kind: "answered"; readonly handover: Answered }
  /** Its host has enough for now. Nothing was tried. */
  | { readonly kind: "closed"; readonly until: number }
  /** The same, as others of ours have all its places. */
  | { readonly kind: "full"; readonly host: string }
  | { readonly kind: "unreached"; readonly reply: RemoteReply; readonly asksForLess: boolean }
  /** No host can have it, ever. */
  | { readonly kind: "unfit"; readonly reply: RemoteReply };

export type Errand = {
  readonly destination: string;
  readonly work: Work;
  readonly hosts: readonly RouteHost[];
  /** The octets, when they are at hand. */
  readonly taken: ContentSource | undefined;
};

export async function overHosts(services: WalkServices, { destination, work, hosts, taken }: Errand): Promise<Course> {
  const { gates, silent, signal } = services;
  let answer: Answered | undefined;
  let unfit: RemoteReply | undefined;
  /** Why a host that takes other mail cannot have this one. */
  let misfit: RemoteReply | undefined;
  let unreached: RemoteReply | undefined;
  let slowedUntil: number | undefined;
  /** What a host that lives, and takes mail later, means for each recipient: the refusal of one behind it is not final. */
  let waitedFor: Answered | undefined;
  let asksForLess = false;
  for (const host of silent.last(hosts)) {
    // What was heard is to be settled now, and nobody is waited for that will hardly answer.
    if (answer !== undefined && (signal.aborted || silent.has(host.name))) break;
    const gate = host.isHere === true ? OPEN : gates.enter(host.name, destination);
    if (gate.kind === "full") {
      // A place is free soon, and worth waiting for: hosts behind it are for when it cannot be reached.
      if (answer !== undefined) break;
      return misfit === undefined ? { kind: "full", host: host.name } : alonePutOff(work, misfit);
    }
    if (gate.kind === "slowed") {
      slowedUntil = Math.min(slowedUntil ?? gate.until, gate.until);
      waitedFor ??= putOff(work, NOT_YET);
      continue;
    }
    const left = leftBy(work, answer);
    let handover: Handover | Undone;
    try {
      handover = await handOver(services, host, { ...work, recipients: left }, taken);
    } finally {
      if (host.isHere !== true) gates.leave(host.name);
    }
    if (handover.kind === "gone" || (handover.kind === "broken" && answer === undefined)) return handover;
    if (handover.kind === "broken") break;
    const demand = host.isHere === true ? "none" : hear(services, host, handover);
    if (handover.kind === "answered") {
      const isSecond = answer !== undefined;
      const before = answer ?? waitedFor;
      answer = before === undefined ? handover : joined(before, handover);
      if (isSecond || demand !== "none" || !mayGoOn(handover)) break;
    } else if (handover.kind === "unfit") {
      unfit = handover.reply;
      // Without a code it is our own finding on the message; with one, the host's on whoever we are.
      if (unfit.code === undefined) misfit = unfit;
    } else {
      unreached = handover.reply;
      if (unreached.code !== undefined) waitedFor = putOff(work, unreached);
      asksForLess ||= demand === "less";
    }
  }
  if (answer !== undefined) return { kind: "answered", handover: answer };
  // Others are not to rest for it.
  if (misfit !== undefined && (unreached ?? slowedUntil) !== undefined) return alonePutOff(work, misfit);
  if (unreached !== undefined) return { kind: "unreached", reply: unreached, asksForLess };
  if (slowedUntil !== undefined) return { kind: "closed", until: slowedUntil };
  return { kind: "unfit", reply: unfit ?? OUR_FAULT };
}

/** The next host may have it, later. Why this one cannot is what its sender can mend. */
function alonePutOff(work: Work, misfit: RemoteReply): Course {
  return { kind: "answered", handover: putOff(work, temporarily(misfit)) };
}

function putOff({ recipients }: Work, reply: RemoteReply): Answered {
  const outcomes = recipients.map(() => ({ kind: "temporary", reply }) as const);
  return { kind: "answered", outcomes, dsnPassedOn: false };
}

const OPEN = { kind: "open" } as const;

/** Some wait, and all others are refused for good. */
function mayGoOn({ outcomes }: Answered): boolean {
  return outcomes.some(isPutOff) && outcomes.every((one) => isPutOff(one) || one.kind === "permanent");
}

const isPutOff = ({ kind }: HandoverOutcome): boolean => kind === "temporary";

/** The recipients for which the next host is asked. */
function leftBy({ recipients }: Work, answer: Answered | undefined): Work["recipients"] {
  if (answer === undefined) return recipients;
  return recipients.filter((_recipient, n) => answer.outcomes[n]?.kind === "temporary");
}

/**
 * What both hosts said: of whom the second was asked, its word counts, but for a refusal: what the first may take later is not
 * given up because a host behind it, which may know less, does not take it.
 */
function joined(first: Answered, second: Answered): Answered {
  const words = second.outcomes.values();
  const outcomes = first.outcomes.map((one) => {
    const next = isPutOff(one) ? words.next().value : undefined;
    return next === undefined || next.kind === "permanent" ? one : next;
  });
  return { ...second, outcomes };
}

async function handOver(
  { queue, deliver, log, asks, answered }: WalkServices,
  host: RouteHost,
  work: Work,
  taken: ContentSource | undefined,
): Promise<Handover | Undone> {
  asks();
  try {
    const content = taken ?? (await queue.content(work.message.id));
    const handover = await deliver(host, { ...work.message, recipients: work.recipients }, content);
    if (handover.kind === "answered") answered();
    return handover;
  } catch (error) {
    if (error instanceof StoreError && error.code === "gone") return { kind: "gone" };
    log("queue.broken", { step: "deliver", code: failureOf(error) });
    return { kind: "broken" };
  }
}

/** Remembers what it says of the host, and gives what the host demands. */
function hear(services: WalkServices, host: RouteHost, handover: Handover): Demand {
  const { gates, silent } = services;
  const isAnswered = handover.kind === "answered";
  if (isAnswered && handover.outcomes.some(({ kind }) => kind === "accepted")) gates.took(host.name);
  const replies = isAnswered ? handover.outcomes.filter(isPutOff).map(({ reply }) => reply) : [handover.reply];
  if (handover.kind === "unreached" && isSilence(handover.reply)) silent.silent(host.name);
  else silent.answered(host.name);
  const less = replies.find((reply) => demandOf(reply) === "less");
  if (less === undefined) return replies.some((reply) => demandOf(reply) === "later") ? "later" : "none";
  slow(services, host, less);
  return "less";
}

function slow({ gates, clock, log }: WalkServices, host: RouteHost, reply: RemoteReply): void {
  const slowness = gates.slow(host.name);
  if (slowness === undefined) return;
  const { connections, until } = slowness;
  log("queue.slowed", { host: host.name, code: reply.code, connections, forMs: until - clock.now() });
}
