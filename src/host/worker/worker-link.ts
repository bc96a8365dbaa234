/**
 * A worker's end of the channel to its supervisor. A worker never outlives its supervisor: when the channel breaks it
 * ends at once, as by a crash, which nothing accepted minds.
 */
import type { ControlAnswer, ControlRequest, Telling } from "../control/control-message.ts";
import type { LogBatch } from "../log/sender.ts";
import { systemClock } from "../clock.ts";
import { BusMember } from "../process-bus/bus-member.ts";
import { createNewsSender, type NewsSender } from "./news-sender.ts";
import type { ToSupervisor, ToWorker } from "./worker-message.ts";

/** What a worker does; made by its composition root. */
export interface WorkerDuties {
  elected(): void;
  told(what: string, value: unknown): void;
  /** Carries a command out; what it tells meanwhile reaches the operator ahead of the answer. */
  answer(request: ControlRequest, telling: Telling): Promise<ControlAnswer>;
  /** Closes the ports, lets sessions end, closes the stores. */
  stop(): Promise<void>;
}

export type WorkerTools = {
  readonly bus: BusMember;
  /** Passes lines of the log on; calls `sent` when they are on their way. */
  readonly sendLog: (batch: LogBatch, sent: () => void) => void;
};

/** The exit code of a worker that told its supervisor why it cannot start. */
const CANNOT_START = 1;
/** What it told meanwhile did not reach its caller whole. */
const STOPPED: ControlAnswer = {
  kind: "refused",
  sentence: "the service stopped at this command: see whether it was done, and repeat it if not",
};

/**
 * Serves the supervisor that forked this process; `begin` opens everything and fulfils when the ports are open.
 * `sentenceOf` says what the operator may read of an error that prevents the start.
 */
export function serveSupervisor(
  begin: (start: unknown, tools: WorkerTools) => Promise<WorkerDuties>,
  sentenceOf: (error: unknown) => string,
): void {
  const send = (message: ToSupervisor, sent?: () => void): void => {
    if (process.connected && process.send !== undefined) process.send(message, undefined, {}, () => sent?.());
    else sent?.();
  };
  const bus = new BusMember(send, systemClock);
  let duties: Promise<WorkerDuties> | undefined;
  /** Commands under way. */
  const senders = new Map<number, NewsSender>();
  let isStopping = false;
  const start = async (value: unknown): Promise<WorkerDuties> => {
    const begun = await begin(value, { bus, sendLog: (batch, sent) => send({ kind: "log", batch }, sent) });
    send({ kind: "ready" });
    return begun;
  };
  const answer = async (id: number, request: ControlRequest): Promise<void> => {
    const sender = createNewsSender(systemClock, (news) => send({ kind: "news", id, news }));
    senders.set(id, sender);
    const worker = await duties;
    if (worker === undefined) return;
    const answered = await worker.answer(request, sender);
    senders.delete(id);
    sender.finish();
    send({ kind: "answer", id, answer: isStopping && sender.signal.aborted ? STOPPED : answered });
  };
  const cannotStart = (error: unknown): void => {
    send({ kind: "failed", sentence: sentenceOf(error) }, () => process.exit(CANNOT_START));
  };

  process.on("disconnect", () => process.exit(0));
  // The terminal sends Ctrl-C to the whole group; when to end is the supervisor's to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  process.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "bus-notice":
      case "bus-interest":
      case "bus-lost":
        bus.receive(message);
        break;
      case "start":
        duties = start(message.start);
        duties.catch(cannotStart);
        break;
      case "elected":
        void duties?.then((worker) => worker.elected());
        break;
      case "told":
        void duties?.then((worker) => worker.told(message.what, message.value));
        break;
      case "ask":
        void answer(message.id, message.request);
        break;
      case "taken":
        senders.get(message.id)?.taken();
        break;
      case "cancel":
        senders.get(message.id)?.cancel();
        break;
      case "stop":
        isStopping = true;
        for (const sender of senders.values()) sender.cancel();
        void (duties ?? Promise.reject(new Error("never started")))
          .then((worker) => worker.stop())
          .finally(() => process.disconnect?.());
        break;
    }
  });
}
