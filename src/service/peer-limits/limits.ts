/**
 * How much one stranger may take of port 25: each bound with its unit and reason. Passed in, so that a test can make it
 * three. A stranger is counted twice: as a host (an IPv4 address, or the first 64 bits of an IPv6 address) and with
 * its network (the first 24 or 48 bits, as they are given out), for who rents a network changes hosts at will, while
 * neighbours of one bad host are many.
 */
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";

/** At most so many within a sliding window. */
export type Rate = { readonly most: number; readonly windowMs: number };

export type NetworkLimits = {
  /** Connections at one time. */
  readonly open: number;
  readonly connections: Rate;
  /** Messages that came to their end, taken or not. */
  readonly messages: Rate;
  /** Octets of these, in KiB. */
  readonly kibibytes: Rate;
  /** Recipients that do not exist here. Who brings mail that is taken may err once more for each, up to ten times as often. */
  readonly unknown: Rate;
  /** Commands that were not understood or came out of order. */
  readonly badCommands: Rate;
};

export type Tarpit = {
  /** From this part of a bound on, each further step is answered later. */
  readonly from: number;
  /** More for each step. */
  readonly stepMs: number;
  /** Far below the five minutes that a peer waits (RFC 5321 section 4.5.3.2.2 and later). */
  readonly mostMs: number;
};

export type PeerLimits = {
  readonly host: NetworkLimits;
  readonly network: NetworkLimits;
  /** Messages to one recipient: a mailbox that is bombed stays usable, and what is too much comes again later. */
  readonly recipient: Rate;
  /** Of these, from one network: no single one shuts a mailbox to the others. */
  readonly recipientFromNetwork: number;
  readonly tarpit: Tarpit;
  /** Hosts and networks that are remembered; 86 octets each. */
  readonly strangers: number;
  /** Recipients, alone and with networks, that are remembered; 26 octets each. */
  readonly recipients: number;
};

/** Above what the largest senders do to a provider of some ten thousand accounts, below what hurts. */
export const peerLimits: PeerLimits = Object.freeze({
  host: Object.freeze({
    open: 20,
    connections: { most: 120, windowMs: MINUTE },
    messages: { most: 6000, windowMs: HOUR },
    kibibytes: { most: 2 * 1024 * 1024, windowMs: HOUR },
    unknown: { most: 30, windowMs: HOUR },
    badCommands: { most: 100, windowMs: HOUR },
  }),
  network: Object.freeze({
    open: 100,
    connections: { most: 480, windowMs: MINUTE },
    messages: { most: 20_000, windowMs: HOUR },
    kibibytes: { most: 8 * 1024 * 1024, windowMs: HOUR },
    unknown: { most: 100, windowMs: HOUR },
    badCommands: { most: 400, windowMs: HOUR },
  }),
  recipient: { most: 600, windowMs: HOUR },
  recipientFromNetwork: 150,
  tarpit: Object.freeze({ from: 0.25, stepMs: 500, mostMs: 10 * SECOND }),
  strangers: 65_536,
  recipients: 65_536,
});

/** What one of several workers may let through. The kernel spreads connections over them, but not evenly. */
const SLACK = 2;

/**
 * The limits of one of `workers`. Each counts alone: the day's key never leaves its process, a flood is not multiplied
 * by notices, and nothing must be made good when a worker dies. All together let through at most twice a bound.
 */
export function shareOf(limits: PeerLimits, workers: number): PeerLimits {
  const part = Math.min(1, SLACK / Math.max(1, workers));
  const rate = ({ most, windowMs }: Rate): Rate => ({ most: Math.max(1, Math.ceil(most * part)), windowMs });
  const network = (all: NetworkLimits): NetworkLimits => ({
    open: Math.max(1, Math.ceil(all.open * part)),
    connections: rate(all.connections),
    messages: rate(all.messages),
    kibibytes: rate(all.kibibytes),
    unknown: rate(all.unknown),
    badCommands: rate(all.badCommands),
  });
  return {
    ...limits,
    host: network(limits.host),
    network: network(limits.network),
    recipient: rate(limits.recipient),
    recipientFromNetwork: Math.max(1, Math.ceil(limits.recipientFromNetwork * part)),
  };
}
