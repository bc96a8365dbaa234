/** The queue with its runner on memory stores and a clock that is moved, against a made-up world of remote hosts. */
import assert from "node:assert/strict";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { pause, SECOND } from "../../host/clock.ts";
import type { EventName, Log } from "../../host/events/events.ts";
import { ALICE, BOB, outbound, reply } from "../../store/contract/outbound-samples.ts";
import { collect, inMemory } from "../../store/contract/samples.ts";
import type { Directory } from "../../store/directory.ts";
import { failingMailStore } from "../../store/failing/mail-store.ts";
import type { AccountId, DeliveryId } from "../../store/ids.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import type { Outbound, OutboundQueue, OutboundRecipient } from "../../store/outbound-queue.ts";
import { StoreError, type StoreErrorCode } from "../../store/store-error.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import { enqueue } from "./enqueue.ts";
import type { Route } from "./route.ts";
import { type QueueLimits, queueLimits } from "./queue-limits.ts";
import { createQueueRunner, type QueueRunner } from "./runner.ts";
import type { Deliver, Handover, HandoverOutcome } from "./transport.ts";

export const START = "2026-06-01T12:00:00Z";
const findings = { stsPolicy: undefined, leftOut: [], failures: [] };

/** How a remote host behaves; by default it takes everything after 50 ms. */
export type Behaviour = (recipients: readonly string[], attempt: number) => Promise<Handover> | Handover;

export const answer = (
  kind: HandoverOutcome["kind"],
  code: number,
  enhanced = `${Math.floor(code / 100)}.0.0`,
): HandoverOutcome => ({
  kind,
  reply: reply(code, "as told", { enhanced }),
});

/** Calls of the queue that a test has in place of the queue's own. */
export type OwnCalls = (queue: OutboundQueue) => Partial<OutboundQueue>;

/** A call of the queue that fails with `code` as often as `isFailing` says. */
export const failing =
  (method: Exclude<keyof OutboundQueue, symbol>, code: StoreErrorCode, isFailing: () => boolean): OwnCalls =>
  (queue) => ({
    [method]: async (...given: readonly never[]) => {
      if (isFailing()) throw new StoreError(code, "a step");
      return (queue[method] as (...all: readonly never[]) => Promise<unknown>)(...given);
    },
  });

export class QueueWorld implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock(START);
  readonly queue: OutboundQueue;
  readonly mail: ReturnType<typeof failingMailStore> = failingMailStore(memoryMailStore({ clock: this.clock }));
  readonly directory: Directory = memoryDirectory();
  readonly events: [EventName, Readonly<Record<string, unknown>>][] = [];
  readonly behaviours: Map<string, Behaviour> = new Map();
  readonly routes: Map<string, Route> = new Map();
  /** Which recipients hosts took, with the time. */
  readonly taken: { readonly recipient: string; readonly at: number }[] = [];
  readonly attempts: Map<string, number> = new Map();
  runner: QueueRunner;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  readonly #limits: QueueLimits;

  private constructor(calls: OwnCalls, limits: Partial<QueueLimits>) {
    const queue = memoryOutboundQueue(this.clock);
    this.queue = { ...queue, [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](), ...calls(queue) };
    this.#limits = { ...queueLimits, ...limits };
    this.runner = this.#runner();
  }

  static async open({
    calls = () => ({}),
    limits = {},
  }: {
    readonly calls?: OwnCalls;
    readonly limits?: Partial<QueueLimits>;
  } = {}): Promise<QueueWorld> {
    const world = new QueueWorld(calls, limits);
    for (const [id, name, language] of [
      [ALICE, "alice", "en"],
      [BOB, "bob", "sv"],
    ] as const) {
      const rest = { state: "active" as const, createdAt: 0, passwordHash: "", quotaBytes: 1e9 };
      await world.directory.add([{ id, primary: `${name}@example.org`, language, ...rest }]);
      await world.mail.create(id, { quotaBytes: 1e9 });
    }
    return world;
  }

  start(): void {
    this.#stop = new AbortController();
    this.runner = this.#runner();
    this.#ended = this.runner.run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const state = { isOver: false };
    const over = async (): Promise<void> => {
      await this.#ended;
      state.isOver = true;
    };
    const watched = over();
    for (let n = 0; n < 1000 && !state.isOver; n++) await this.clock.advance(SECOND);
    assert.ok(state.isOver, "the runner ends");
    await watched;
  }

  async send(
    to: readonly (string | Omit<OutboundRecipient, "destination">)[],
    more: Partial<Omit<Outbound, "size">> = {},
    text = "Subject: secret\r\nMessage-ID: <m@example.org>\r\n\r\nbody\r\n",
  ): Promise<DeliveryId> {
    const message = outbound({ submittedAt: this.clock.now(), ...more });
    const recipients = to.map((one) =>
      typeof one === "string" ? { address: one, notify: undefined, orcpt: undefined } : one,
    );
    await enqueue(this.queue, message, recipients, inMemory(new TextEncoder().encode(text)));
    this.runner.wake();
    await turns(2);
    return message.id;
  }

  async inbox(account: AccountId = ALICE): Promise<readonly string[]> {
    const reader = this.mail.read(account);
    const box = (await reader.mailbox("INBOX")) ?? assert.fail();
    const texts: string[] = [];
    for await (const rows of reader.rows(box.id, range(1, 2 ** 32 - 1), "facts"))
      for (const { content, size } of rows) {
        const octets = await collect(reader.octets(content, 0, size));
        texts.push(new TextDecoder().decode(octets));
      }
    return texts;
  }

  /** How often a host took mail for this recipient. */
  count(recipient: string): number {
    return this.taken.filter((one) => one.recipient === recipient).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.queue[Symbol.asyncDispose]();
    await this.mail[Symbol.asyncDispose]();
  }

  readonly #log: Log = (name, fields) => void this.events.push([name, fields]);

  #runner(): QueueRunner {
    const { queue, mail, directory, clock } = this;
    const router = {
      route: async (domain: string): Promise<Route> => this.routes.get(domain) ?? routeTo(`mx.${domain}`),
    };
    const place = { hostName: "mail.example.org", contact: "postmaster@example.org", chance: () => 0.5 };
    const rest = { log: this.#log, limits: this.#limits, deliver: this.#deliver, router };
    return createQueueRunner({ queue, mail, directory, clock, ...rest, ...place });
  }

  readonly #deliver: Deliver = async (host, { recipients }, content) => {
    assert.ok((await collect(content.pieces())).length > 0);
    const addresses = recipients.map(({ address }) => address);
    const key = `${host.name} ${addresses.join(" ")}`;
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    const behaviour = this.behaviours.get(host.name) ?? (() => this.takeAfter(addresses, 50));
    const handover = await behaviour(addresses, attempt);
    if (handover.kind === "answered")
      for (const [n, { kind }] of handover.outcomes.entries())
        if (kind === "accepted") this.taken.push({ recipient: addresses[n] ?? "", at: this.clock.now() });
    return handover;
  };

  async takeAfter(recipients: readonly string[], ms: number): Promise<Handover> {
    await pause(this.clock, ms);
    return { kind: "answered", outcomes: recipients.map(() => answer("accepted", 250)), dsnPassedOn: true };
  }

  async silentFor(ms: number): Promise<Handover> {
    await pause(this.clock, ms);
    return { kind: "unreached", reply: reply(0, "no answer", { host: undefined, code: undefined, enhanced: "4.4.1" }) };
  }
}

export const routeTo = (...names: readonly string[]): Route => ({
  kind: "hosts",
  hosts: names.map((name) => ({ name, addresses: ["192.0.2.1"], tls: { kind: "opportunistic" }, nameIsSure: false })),
  findings,
});

export const nowhere = (kind: "permanent" | "temporary", code: number, enhanced: string): Route => ({
  kind,
  code,
  enhanced,
  sentence: "The domain takes no mail",
  findings,
});
