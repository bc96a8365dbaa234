/**
 * Greylisting, only where it can help: who writes for the first time and gives two reasons for doubt is asked to come
 * again, which real mail servers do (RFC 5321 section 4.5.4.1) and most programs that send spam do not. Never for mail that passes
 * DMARC, never for who is known, never twice for who has come again, never when something of ours has no room.
 */
import type { Origin } from "./origin.ts";

/** What is remembered of who wrote: since when it is to come again, in epoch milliseconds, and whether it has. */
export type FirstContact = { readonly firstAt: number | undefined; readonly isPassed: boolean };

/** Names under which it is remembered. `first`: who is to come again, with what; `origin`: who has come again. */
export type Contact = { readonly first: string; readonly origin: string };

/** `early`: it came again too soon; `again`: it came again, and is to be remembered as passed. */
export type ContactState = "new" | "early" | "again" | "passed" | "no-room";

export type Doubt = "no-name" | "unverified" | "listed" | "words" | "standing";

export type GreylistRule = {
  /** Programs that do not queue try again at once, if at all; servers after some minutes. */
  readonly leastMs: number;
  /** Who comes again later than this is new: RFC 5321 asks servers to try for four to five days. */
  readonly mostMs: number;
};

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
export const greylistRule: GreylistRule = Object.freeze({ leastMs: 4 * MINUTE, mostMs: 2 * DAY });

const LEAST_DOUBTS = 2;

/** Who is verified may come again from elsewhere; who has come again may write as whom it likes. */
export function contactOf({ spfDomain, network = "" }: Origin, sender: string): Contact {
  const origin = spfDomain ?? network;
  return { first: `${origin} ${sender.toLowerCase()}`, origin };
}

/** What becomes of a first contact with time. @param hasRoom the memory could take another */
export function contactState(
  { firstAt, isPassed }: FirstContact,
  hasRoom: boolean,
  now: number,
  rule: GreylistRule = greylistRule,
): ContactState {
  if (isPassed) return "passed";
  const ageMs = firstAt === undefined ? Infinity : now - firstAt;
  if (ageMs > rule.mostMs) return hasRoom ? "new" : "no-room";
  return ageMs < rule.leastMs ? "early" : "again";
}

/** Whether somebody who is not known gives reason to be asked to come again. */
export function isDoubtful(origin: Origin, doubts: readonly Doubt[]): boolean {
  // What could not be asked speaks against nobody.
  return !origin.isDmarcPass && !origin.isOpen && new Set(doubts).size >= LEAST_DOUBTS;
}

/** The doubts that lie in where a message comes from. */
export function doubtsOf(origin: Origin): readonly Doubt[] {
  return [
    ...(origin.isNamed ? [] : (["no-name"] as const)),
    ...(origin.spfDomain === undefined && origin.signers.length === 0 ? (["unverified"] as const) : []),
  ];
}
