/**
 * Asks validating resolvers, best one on loopback: by datagram, over TCP what does not fit, again where nothing comes.
 * Keeps nothing: the resolver has a cache, and asking it costs a fraction of a millisecond.
 *
 * Whether an answer is verified is believed only of a resolver on loopback, because nobody can stand between (RFC 4035
 * section 4.9.3); with another, mail still goes, and DANE is not used. Such a one has the last word, too: what it finds
 * forged it answers with SERVFAIL, and an answer from elsewhere in its place would undo DNSSEC (RFC 7672 section 2.1.2).
 */
import { randomInt } from "node:crypto";
import { type Clock, SECOND, systemClock } from "../clock.ts";
import { isLoopback, isMixed } from "../loopback.ts";
import type { Answer, RecordType, Resolver } from "./answer.ts";
import { askByDatagram, askByStream, type NameServer } from "./exchange.ts";
import { encodeQuery, type Question, readResponse, type Response } from "./message.ts";

export type ResolverOptions = {
  /** Asked in turn; at least one, and all on loopback or none. */
  readonly servers: readonly NameServer[];
  readonly clock?: Clock;
  /** How long each attempt waits; as many attempts. */
  readonly patienceMs?: readonly number[];
  /** Questions at one time; more wait. Each holds a socket. */
  readonly maxQuestions?: number;
};

/** A resolver with an empty cache may need some seconds; by the second or third attempt it has the answer. */
const PATIENCE_MS: readonly number[] = Object.freeze([2 * SECOND, 3 * SECOND, 5 * SECOND]);
const MAX_QUESTIONS = 200;
const MAX_ALIASES = 8;

export function createResolver(options: ResolverOptions): Resolver {
  const { servers, clock = systemClock, patienceMs = PATIENCE_MS } = options;
  if (servers.length === 0) throw new RangeError("a resolver needs a name server");
  if (isMixed(servers.map(({ address }) => address)))
    throw new RangeError("a name server elsewhere cannot stand in for one on loopback");
  const inTurn = gate(options.maxQuestions ?? MAX_QUESTIONS);

  async function ask<T extends RecordType>(name: string, type: T): Promise<Response<T>> {
    let last: Response<T> = { kind: "timeout" };
    let failures = 0;
    for (const [attempt, timeoutMs] of patienceMs.entries()) {
      const server = servers[attempt % servers.length];
      if (server === undefined) break;
      const answer = await askOnce({ name, type, id: randomInt(0x1_0000) }, server, timeoutMs, clock);
      if (answer === undefined) continue;
      if (answer.kind !== "servfail" || isLoopback(server.address)) return answer;
      last = answer;
      failures++;
      if (failures >= servers.length) break;
    }
    return last;
  }

  return {
    resolve: (name, type) => inTurn(() => followed(ask, name, type)),
  };
}

/** Goes on at the target of an alias where the server did not (RFC 7672 section 2.1.3). */
async function followed<T extends RecordType>(
  ask: (name: string, type: T) => Promise<Response<T>>,
  name: string,
  type: T,
): Promise<Answer<T>> {
  let at = name;
  let secure = true;
  let ttlS = Infinity;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const answer = await ask(at, type);
    switch (answer.kind) {
      case "alias":
        at = answer.target;
        secure &&= answer.secure;
        ttlS = Math.min(ttlS, answer.ttlS);
        break;
      case "records":
        return { ...answer, secure: secure && answer.secure, ttlS: Math.min(ttlS, answer.ttlS) };
      case "nxdomain":
      case "nodata":
        return { kind: answer.kind, secure: secure && answer.secure };
      case "timeout":
        return answer;
      case "servfail":
      case "truncated":
      case "foreign":
        return { kind: "servfail" };
    }
  }
  return { kind: "servfail" };
}

/** One attempt; `undefined` when nothing came. */
async function askOnce<T extends RecordType>(
  question: Question & { readonly type: T },
  server: NameServer,
  timeoutMs: number,
  clock: Clock,
): Promise<Response<T> | undefined> {
  const exchange = { server, query: encodeQuery(question), timeoutMs, clock };
  const read = (octets: Uint8Array): Response<T> | undefined => {
    const response = readResponse(octets, question, isLoopback(server.address));
    return response.kind === "foreign" ? undefined : response;
  };
  const answer = await askByDatagram(exchange, read);
  if (answer?.kind !== "truncated") return answer;
  const octets = await askByStream(exchange);
  return octets === undefined ? undefined : (read(octets) ?? { kind: "servfail" });
}

/** Lets `most` pieces of work run at one time; the others wait in their order. */
function gate(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over this place.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
