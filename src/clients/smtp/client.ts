/**
 * Hands messages to mail servers: one call, one message, one host. Connections are kept for a moment and used again for the
 * same host under the same policy. It knows no queue and no DNS; it sends what the envelope and the message hold, our
 * name, and nothing of where the message came from.
 */
import type { Clock } from "../../host/clock.ts";
import { type FindingName, found } from "../../service/queue/findings.ts";
import { createSilentHosts, isSilence, type SilentHosts } from "../../service/queue/silent-hosts.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { connectionKey } from "./connection-key.ts";
import type { Delivered, Envelope, RecipientOutcome, RelayHost, SessionTls, TlsFailure } from "./delivered.ts";
import type { SmtpClientLimits } from "./limits.ts";
import { Relay, type Relayed } from "./relay.ts";
import { needsTls, openSession, sessionContext, type SessionOptions } from "./session.ts";
import type { VerifyDane } from "./tls-check.ts";
import { type Failed, together, type Undone } from "./undone.ts";

export type SmtpClientOptions = {
  /** Our name for EHLO: the one that our address points to. */
  readonly name: string;
  readonly clock: Clock;
  readonly limits: SmtpClientLimits;
  /** `verifyDane` of rules/dane. */
  readonly verifyDane: VerifyDane;
  /** Breaks off what is under way: before its final dot a message is `temporary` then, after it `uncertain`. */
  readonly signal?: AbortSignal;
  /** PEM: authorities whose certificates count; those of Node where it is absent. */
  readonly authorities?: readonly string[];
  /** Our address for a connection to this one, of its family; `undefined`: as the system chooses. */
  readonly localAddress?: (address: string) => string | undefined;
};

export interface SmtpClient extends AsyncDisposable {
  /**
   * Hands one message to one host, over its addresses in their order until one takes part in the dialogue.
   * @throws what the message's source throws; nobody has the message then.
   */
  deliver(host: RelayHost, envelope: Envelope, message: ContentSource): Promise<Delivered>;
}

export function createSmtpClient(options: SmtpClientOptions): SmtpClient {
  return new Client(options);
}

type Idle = { readonly relay: Relay; readonly timer: Disposable };
/** What one call has found out so far. */
type Course = {
  readonly host: RelayHost;
  readonly envelope: Envelope;
  readonly message: ContentSource;
  readonly outcomes: Map<number, RecipientOutcome>;
  left: readonly number[];
  readonly tlsFailures: TlsFailure[];
  tlsSuccesses: number;
  address: string | undefined;
  tls: SessionTls | undefined;
  dsnPassedOn: boolean;
  withoutChunks: boolean;
  /** Of `steady`. */
  readonly endsAt: number;
};

class Client implements SmtpClient {
  readonly #limits: SmtpClientLimits;
  readonly #sessions: SessionOptions;
  readonly #idle = new Map<string, Idle[]>();
  #idleCount = 0;
  /** A host may live at one address and not at another, as that of the family that its network does not carry. */
  readonly #silent: SilentHosts;
  readonly #parting = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: SmtpClientOptions) {
    this.#limits = options.limits;
    this.#silent = createSilentHosts(options.clock);
    this.#sessions = {
      name: options.name,
      clock: options.clock,
      limits: options.limits,
      signal: options.signal,
      context: sessionContext(options.authorities),
      verifyDane: options.verifyDane,
      localAddress: options.localAddress ?? (() => undefined),
    };
  }

  async deliver(to: RelayHost, envelope: Envelope, message: ContentSource): Promise<Delivered> {
    const host = wished(to, envelope);
    const course: Course = {
      host,
      envelope,
      message,
      outcomes: new Map(),
      left: envelope.recipients.map((_recipient, n) => n),
      tlsFailures: [],
      tlsSuccesses: 0,
      address: undefined,
      tls: undefined,
      dsnPassedOn: true,
      withoutChunks: false,
      endsAt: this.#sessions.clock.steady() + this.#limits.handoverTimeoutMs,
    };
    const undone = await this.#run(course);
    const { address, tls, tlsFailures, tlsSuccesses, dsnPassedOn } = course;
    const facts = { address, tls, tlsFailures, tlsSuccesses };
    if (undone !== undefined && undone.kind !== "later" && course.outcomes.size === 0)
      return { ...facts, kind: undone.kind, reply: undone.reply };
    const rest: RecipientOutcome = {
      kind: undone?.kind === "unfit" ? "permanent" : "temporary",
      reply: undone?.reply ?? noAddress(host),
    };
    const outcomes = envelope.recipients.map((_recipient, n) => course.outcomes.get(n) ?? rest);
    return { ...facts, kind: "answered", outcomes, dsnPassedOn };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    this.#idleCount = 0;
    for (const { relay, timer } of idle) {
      timer[Symbol.dispose]();
      this.#part(relay);
    }
    await Promise.all(this.#parting);
  }

  /** Until every recipient has its outcome; returns why those who have none have none. */
  async #run(course: Course): Promise<Undone | undefined> {
    while (course.left.length > 0) {
      const undone = (await this.#overIdle(course)) ?? (await this.#overNew(course));
      if (undone.kind !== "done") return undone;
    }
    return undefined;
  }

  /** A connection that has lain idle may be closed from over there; that is no word on the message. */
  async #overIdle(course: Course): Promise<Undone | { readonly kind: "done" } | undefined> {
    while (!this.#isOver(course)) {
      const relay = this.#take(course.host);
      if (relay === undefined) break;
      const relayed = await this.#over(relay, course);
      if (relayed.kind === "done" || relayed.kind === "unfit") return relayed;
    }
    return undefined;
  }

  async #overNew(course: Course): Promise<Undone | { readonly kind: "done" }> {
    const failures: Failed[] = [];
    const addresses = this.#silent.last(course.host.addresses.map((name) => ({ name })));
    for (const { name: address } of addresses.slice(0, this.#limits.maxAddresses)) {
      if (this.#isOver(course)) break;
      course.address = address;
      const opening = await openSession(course.host, address, { ...this.#sessions, endsAt: course.endsAt });
      course.tlsFailures.push(...opening.tlsFailures);
      if (opening.kind === "unreached" && isSilence(opening.reply)) this.#silent.silent(address);
      else this.#silent.answered(address);
      if (opening.kind === "open") {
        const { session } = opening;
        if (session.tls !== undefined && opening.tlsFailures.length === 0) course.tlsSuccesses++;
        const relayed = await this.#over(new Relay(session, this.#limits, this.#sessions.clock), course);
        if (relayed.kind === "done") return relayed;
        failures.push(relayed);
      } else failures.push({ kind: opening.kind === "unfit" ? "refused" : "unreached", reply: opening.reply });
    }
    const { host } = course;
    const nothing = (): RemoteReply => (this.#isOver(course) ? ownFinding(host, "4.4.2", "late") : noAddress(host));
    return together(failures) ?? { kind: "unreached", reply: nothing() };
  }

  #isOver({ endsAt }: Course): boolean {
    return this.#sessions.clock.steady() >= endsAt;
  }

  async #over(relay: Relay, course: Course): Promise<Undone | { readonly kind: "done" }> {
    const { session } = relay;
    course.address = session.address;
    course.tls = session.tls;
    let relayed: Relayed;
    try {
      relayed = await relay.deliver(course.envelope, course.left, course.message, course);
    } catch (error) {
      this.#part(relay);
      throw error;
    }
    if (relayed.kind === "unreached" || relayed.kind === "later") this.#part(relay);
    else this.#keep(course.host, relay);
    if (relayed.kind !== "answered") return relayed;
    for (const [n, outcome] of relayed.outcomes) course.outcomes.set(n, outcome);
    course.left = relayed.left;
    course.withoutChunks ||= relayed.refusesChunks;
    course.dsnPassedOn &&= session.extensions.dsn;
    return { kind: "done" };
  }

  /** QUIT and its answer; only who closes the client waits for it. */
  #part(relay: Relay): void {
    const parting = relay.part();
    this.#parting.add(parting);
    void parting.finally(() => this.#parting.delete(parting));
  }

  /** The last one put back, of those to an address that the host still has. */
  #take(host: RelayHost): Relay | undefined {
    const key = connectionKey(host);
    const waiting = this.#idle.get(key) ?? [];
    const place = waiting.findLastIndex(({ relay }) => host.addresses.includes(relay.session.address));
    const [idle] = place < 0 ? [] : waiting.splice(place, 1);
    if (waiting.length === 0) this.#idle.delete(key);
    if (idle === undefined) return undefined;
    this.#idleCount--;
    idle.timer[Symbol.dispose]();
    if (idle.relay.isUsable) return idle.relay;
    this.#part(idle.relay);
    return this.#take(host);
  }

  #keep(host: RelayHost, relay: Relay): void {
    if (!relay.isUsable || this.#isClosed || this.#idleCount >= this.#limits.maxIdle) {
      this.#part(relay);
      return;
    }
    const key = connectionKey(host);
    const idle: Idle = {
      relay,
      timer: this.#sessions.clock.after(this.#limits.idleMs, () => {
        const waiting = (this.#idle.get(key) ?? []).filter((one) => one !== idle);
        if (waiting.length === 0) this.#idle.delete(key);
        else this.#idle.set(key, waiting);
        this.#idleCount--;
        this.#part(relay);
      }),
    };
    this.#idle.set(key, [...(this.#idle.get(key) ?? []), idle]);
    this.#idleCount++;
  }
}

/** The host as this message may use it: one that asks nothing of TLS is the same for all. */
function wished(host: RelayHost, { tlsWish }: Envelope): RelayHost {
  return tlsWish === "optional" && needsTls(host) ? { ...host, isTlsOptional: true } : host;
}

const noAddress = (host: RelayHost): RemoteReply => ownFinding(host, "4.4.1", "no-address");

/** Where nobody was spoken with. */
const ownFinding = (host: RelayHost, enhanced: string, name: FindingName): RemoteReply => ({
  host: host.name,
  code: undefined,
  enhanced,
  ...found(name),
  tls: undefined,
});
