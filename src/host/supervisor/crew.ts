/**
 * The workers: forks them, gives each what it needs, joins them by the bus, keeps one elected for what must run once,
 * and replaces those that die: at once after a normal life, with growing pauses when they die young. A worker that
 * cannot start because of something the operator must change ends a start of the whole service with that sentence.
 */
import cluster, { type Worker } from "node:cluster";
import { type Clock, SECOND } from "../clock.ts";
import {
  type ControlAnswer,
  type ControlNews,
  type ControlRequest,
  silentTelling,
  type Telling,
  tellNews,
} from "../control/control-message.ts";
import { HostError } from "../host-error.ts";
import type { LogBatch } from "../log/sender.ts";
import { BusHub, type HubMember } from "../process-bus/bus-hub.ts";
import type { ToSupervisor, ToWorker } from "../worker/worker-message.ts";
import { memoryBytes, workerFlags } from "./worker-flags.ts";

export type CrewOptions = {
  /** The module that workers run. */
  readonly main: string;
  readonly size: number;
  /** What a worker gets first; asked for each, for it may change. `slot`: the lowest place that no living worker has, from 0. */
  readonly start: (slot: number) => unknown;
  readonly log: (batch: LogBatch) => void;
  readonly clock: Clock;
  /** Told of workers that died though nobody stopped them. */
  readonly onLoss: (pid: number, code: number | undefined, signal: string | undefined) => void;
  /** Told when the set of ready workers changed. */
  readonly onChange: () => void;
};

/** A worker that served for less died young, as did one that never got ready. */
const YOUNG_MS = 2 * SECOND;
const FIRST_PAUSE_MS = SECOND / 10;
/** Mail waits at its senders for hours, but nobody should wait for mail longer than this because of a pause. */
const LONGEST_PAUSE_MS = 5 * SECOND;

/**
 * libuv's threads wait for disks most of the time: syncs of as many accounts should be under way at once. Fewer arenas of
 * malloc keep what those threads allocate from spreading. Its threshold for memory of the kernel's own stays where it is
 * set: else the first check of a password (19 MiB) raises it, and every later one leaves a hole in the heap.
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: "8", MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

/** A command that a worker carries out. */
type Asked = {
  readonly telling: Telling;
  readonly answer: (answer: ControlAnswer) => void;
  /** What was told so far, on its way to the operator. */
  told: Promise<void>;
};

type Member = {
  readonly slot: number;
  readonly worker: Worker;
  readonly hub: HubMember;
  readonly asked: Map<number, Asked>;
  /** Since when it serves, by the steady clock. */
  readySince: number | undefined;
};

export class Crew {
  readonly #options: CrewOptions;
  readonly #hub: BusHub;
  readonly #members = new Set<Member>();
  readonly #pauses = new Set<Disposable>();
  #elected: Member | undefined;
  #youngDeaths = 0;
  #asks = 0;
  #stopping = false;
  #begun: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#hub = new BusHub(options.clock);
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({
      exec: options.main,
      args: [],
      execArgv: [...process.execArgv, ...workerFlags(memoryBytes())],
    });
  }

  /** Process ids of the workers that are ready. */
  get pids(): readonly number[] {
    return this.#ready().flatMap(({ worker }) => worker.process.pid ?? []);
  }

  /** Fulfils when all workers are ready. @throws HostError when one cannot start. */
  async begin(): Promise<void> {
    const all = new Promise<void>((resolve, reject) => {
      this.#begun = { resolve, reject };
    });
    for (let n = 0; n < this.#options.size; n++) this.#fork();
    try {
      await all;
    } finally {
      this.#begun = undefined;
    }
  }

  tell(what: string, value: unknown): void {
    for (const member of this.#members) post(member, { kind: "told", what, value });
  }

  /** Gives a command to the elected worker; `undefined` when no worker is ready. */
  ask(request: ControlRequest, telling: Telling = silentTelling): Promise<ControlAnswer> | undefined {
    const member = this.#elected;
    return member === undefined ? undefined : this.#ask(member, request, telling);
  }

  /** Gives a command to every worker that is ready. */
  askAll(request: ControlRequest): Promise<readonly { readonly pid: number; readonly answer: ControlAnswer }[]> {
    return Promise.all(
      this.#ready().map(async (member) => ({
        pid: member.worker.process.pid ?? 0,
        answer: await this.#ask(member, request, silentTelling),
      })),
    );
  }

  /** Lets the workers end in order; kills those that have not when `signal` aborts. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping = true;
    for (const pause of this.#pauses) pause[Symbol.dispose]();
    const kill = (): void => {
      for (const { worker } of this.#members) worker.process.kill("SIGKILL");
    };
    const ends = [...this.#members].map(
      ({ worker }) => new Promise<void>((resolve) => void worker.process.once("exit", () => resolve())),
    );
    for (const member of this.#members) post(member, { kind: "stop" });
    if (signal.aborted) kill();
    else signal.addEventListener("abort", kill, { once: true });
    await Promise.all(ends);
    signal.removeEventListener("abort", kill);
  }

  #ready(): readonly Member[] {
    return [...this.#members].filter((member) => member.readySince !== undefined);
  }

  #fork(): void {
    const worker = cluster.fork(ENVIRONMENT);
    const hub = this.#hub.join((message) => post({ worker }, message));
    const slot = this.#freeSlot();
    const member: Member = { slot, worker, hub, asked: new Map(), readySince: undefined };
    this.#members.add(member);
    worker.on("error", () => worker.process.kill("SIGKILL"));
    worker.on("message", (message: ToSupervisor) => this.#receive(member, message));
    worker.process.once("exit", (code, signal) => this.#bury(member, code ?? undefined, signal ?? undefined));
    post(member, { kind: "start", start: this.#options.start(slot) });
  }

  #freeSlot(): number {
    const taken = new Set([...this.#members].map(({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  }

  #receive(member: Member, message: ToSupervisor): void {
    switch (message.kind) {
      case "bus-publish":
      case "bus-subscribe":
      case "bus-unsubscribe":
        member.hub.receive(message);
        break;
      case "log":
        this.#options.log(message.batch);
        break;
      case "news":
        this.#tell(member, message.id, message.news);
        break;
      case "answer":
        settle(member, message.id, message.answer);
        break;
      case "failed":
        this.#begun?.reject(new HostError(message.sentence));
        break;
      case "ready":
        member.readySince = this.#options.clock.steady();
        this.#elect();
        this.#options.onChange();
        if (this.#ready().length === this.#options.size) this.#begun?.resolve();
        break;
    }
  }

  #elect(): void {
    if (this.#elected !== undefined || this.#stopping) return;
    this.#elected = this.#ready()[0];
    if (this.#elected !== undefined) post(this.#elected, { kind: "elected" });
  }

  #bury(member: Member, code: number | undefined, signal: string | undefined): void {
    this.#members.delete(member);
    member.hub.leave();
    for (const id of member.asked.keys())
      settle(member, id, {
        kind: "refused",
        sentence: "the worker died at this command: see whether it was done, and repeat it if not",
      });
    if (this.#elected === member) this.#elected = undefined;
    if (this.#stopping) return;
    this.#elect();
    this.#options.onChange();
    this.#options.onLoss(member.worker.process.pid ?? 0, code, signal);
    const { clock } = this.#options;
    const young = member.readySince === undefined || clock.steady() - member.readySince < YOUNG_MS;
    this.#youngDeaths = young ? this.#youngDeaths + 1 : 0;
    if (this.#begun !== undefined && this.#youngDeaths >= this.#options.size * 3) {
      this.#begun.reject(
        new HostError(`the workers cannot start (they end with ${signal ?? `code ${code}`}): see the log`),
      );
      return;
    }
    this.#replace(young ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#youngDeaths - 1)) : 0);
  }

  #replace(pauseMs: number): void {
    const pause = this.#options.clock.after(pauseMs, () => {
      this.#pauses.delete(pause);
      if (!this.#stopping) this.#fork();
    });
    this.#pauses.add(pause);
  }

  #ask(member: Member, request: ControlRequest, telling: Telling): Promise<ControlAnswer> {
    this.#asks += 1;
    const id = this.#asks;
    const cancel = (): void => post(member, { kind: "cancel", id });
    const { promise, resolve } = Promise.withResolvers<ControlAnswer>();
    const answer = (value: ControlAnswer): void => {
      telling.signal.removeEventListener("abort", cancel);
      resolve(value);
    };
    member.asked.set(id, { telling, answer, told: Promise.resolve() });
    post(member, { kind: "ask", id, request });
    telling.signal.addEventListener("abort", cancel, { once: true });
    if (telling.signal.aborted) cancel();
    return promise;
  }

  /** Passes news on in their order; the worker sends more when these were taken. */
  #tell(member: Member, id: number, news: readonly ControlNews[]): void {
    const asked = member.asked.get(id);
    if (asked === undefined) return;
    const before = asked.told;
    const tell = async (): Promise<void> => {
      await before;
      for (const one of news) await tellNews(asked.telling, one);
      post(member, { kind: "taken", id });
    };
    asked.told = tell();
  }
}

/** Answers after all that was told before. */
function settle(member: Member, id: number, answer: ControlAnswer): void {
  const asked = member.asked.get(id);
  member.asked.delete(id);
  void asked?.told.then(() => asked.answer(answer));
}

/** A worker that is gone needs no message: `exit` tells. */
function post({ worker }: Pick<Member, "worker">, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}
