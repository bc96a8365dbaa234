/**
 * The end of the log in the one process that writes it: takes batches from every process, gathers their lines for a
 * moment, and appends them sealed to the segment of their UTC day (promises L1, L2, D3). The log never stops the
 * service: what cannot be written is counted, said on stderr, and lost.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { EventName, Log } from "../events/events.ts";
import { publicLine } from "./line.ts";
import { dayOf, isLiving } from "./log-day.ts";
import { createLogSender, type LogBatch, type LogSender } from "./sender.ts";
import { MAX_FRAME, Segment } from "./segment.ts";

export type WriterOptions = {
  /** Holds one file a day: YYYY-MM-DD.seg. */
  readonly folder: string;
  /** The key (32 octets) of a UTC day, YYYY-MM-DD. */
  readonly dayKey: (day: string) => Uint8Array;
  readonly clock: Clock;
  /** Days of the calendar (UTC) that are kept, today among them: 10 unless told. Nothing is written for a day that is over. */
  readonly days?: number;
  /** Takes lines that hold nothing personal: the process's stderr. */
  readonly show: (line: string) => void;
  /** Counts what the writer says of itself: that events were lost. */
  readonly observe?: (name: EventName, fields: { readonly count: number }) => void;
  /** Octets that may wait for the disk; beyond it batches are dropped. */
  readonly maxWaitingBytes?: number;
};

export interface LogWriter extends AsyncDisposable {
  /** Takes a batch of another process. */
  take(batch: LogBatch): void;
  /** The log of this process itself. */
  readonly log: Log;
  /** Fulfils when everything taken before is in its file. */
  flush(): Promise<void>;
  /** Closes the segment of a day that has passed, so that its key leaves the memory. Each midnight, before days are ended. */
  turn(): Promise<void>;
}

const GATHER_MS = 100;
const MAX_WAITING = 16 * MAX_FRAME;
/** The most that is promised to account holders. */
const PROMISED_DAYS = 10;

/** Opens the log in `folder`. */
export async function createLogWriter(options: WriterOptions): Promise<LogWriter> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  return new SegmentWriter(options);
}

type Gathered = { readonly day: string; readonly parts: string[]; bytes: number; count: number };

class SegmentWriter implements LogWriter {
  readonly log: Log;
  readonly #options: WriterOptions;
  readonly #own: LogSender;
  #gathered: Gathered | undefined;
  #timer: Disposable | undefined;
  #waitingBytes = 0;
  #work: Promise<void> = Promise.resolve();
  #segment: { readonly day: string; readonly file: Segment } | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#own = createLogSender({
      clock: options.clock,
      send: (batch, sent) => {
        this.take(batch);
        sent();
      },
    });
    this.log = this.#own.log;
  }

  take(batch: LogBatch): void {
    for (const line of batch.shown) this.#options.show(line);
    if (batch.dropped > 0) {
      this.log("log.dropped", { count: batch.dropped });
      this.#options.observe?.("log.dropped", { count: batch.dropped });
    }
    if (batch.count === 0) return;
    const bytes = Buffer.byteLength(batch.lines) + 1;
    if (bytes > MAX_FRAME || this.#waitingBytes + bytes > (this.#options.maxWaitingBytes ?? MAX_WAITING)) {
      this.#say("log.dropped", { count: batch.count });
      return;
    }
    if (this.#gathered !== undefined && (this.#gathered.day !== batch.day || this.#gathered.bytes + bytes > MAX_FRAME))
      this.#seal();
    this.#gathered ??= { day: batch.day, parts: [], bytes: 0, count: 0 };
    this.#gathered.parts.push(batch.lines);
    this.#gathered.bytes += bytes;
    this.#gathered.count += batch.count;
    this.#waitingBytes += bytes;
    this.#timer ??= this.#options.clock.after(GATHER_MS, () => this.#seal());
  }

  async flush(): Promise<void> {
    this.#own.flush();
    this.#seal();
    await this.#work;
  }

  async turn(): Promise<void> {
    this.#own.flush();
    this.#seal();
    this.#work = this.#work.then(() => this.#closePassed());
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    await this.#close();
  }

  async #closePassed(): Promise<void> {
    if (this.#segment?.day === dayOf(this.#options.clock.now())) return;
    try {
      await this.#close();
    } catch (error) {
      this.#say("log.failed", { code: codeOf(error), count: 0 });
    }
  }

  async #close(): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    await segment?.file[Symbol.asyncDispose]();
  }

  #seal(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const gathered = this.#gathered;
    if (gathered === undefined) return;
    this.#gathered = undefined;
    this.#work = this.#work.then(() => this.#write(gathered));
  }

  async #write(gathered: Gathered): Promise<void> {
    const { clock, days = PROMISED_DAYS } = this.#options;
    try {
      if (!isLiving(gathered.day, clock, days)) {
        this.#say("log.dropped", { count: gathered.count });
        return;
      }
      const segment = await this.#segmentOf(gathered.day);
      await segment.append(Buffer.from(gathered.parts.join("\n")));
    } catch (error) {
      this.#say("log.failed", { code: codeOf(error), count: gathered.count });
    } finally {
      this.#waitingBytes -= gathered.bytes;
    }
  }

  /** Says it on the process's own output alone: the segment is what fails. */
  readonly #say: Log = (name, fields) => {
    const line = publicLine(this.#options.clock.now(), name, fields);
    if (line !== undefined) this.#options.show(line);
    if ("count" in fields) this.#options.observe?.(name, { count: Number(fields.count) });
  };

  async #segmentOf(day: string): Promise<Segment> {
    if (this.#segment?.day === day) return this.#segment.file;
    await this.#close();
    const file = await Segment.open(join(this.#options.folder, `${day}.seg`), this.#options.dayKey(day));
    this.#segment = { day, file };
    return file;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
