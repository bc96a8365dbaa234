/**
 * What a command tells, on its way from its worker to the supervisor: one batch at a time, the next when that was taken.
 * Lines gather meanwhile; a command that tells faster than its caller reads is held back. Steps of work are thinned out.
 */
import type { Clock } from "../clock.ts";
import { type ControlNews, progressNews, type Telling } from "../control/control-message.ts";

export interface NewsSender extends Telling {
  /** The last batch was taken. */
  taken(): void;
  /** Nobody listens any more: holds nothing back, tells nothing. */
  cancel(): void;
  /** Sends the rest, ahead of the answer. */
  finish(): void;
}

/** Signs of lines that gather before the command waits. */
const MAX_GATHERED = 64 * 1024;
/** A step of work is told so often at most. */
const PROGRESS_MS = 200;

/** Makes the way for one command; `send` passes a batch on. */
export function createNewsSender(clock: Clock, send: (news: readonly ControlNews[]) => void): NewsSender {
  const gone = new AbortController();
  let gathered: ControlNews[] = [];
  let size = 0;
  let isOnTheWay = false;
  let waiting: (() => void)[] = [];
  let last = { step: "", at: 0 };

  const flush = (): void => {
    const batch = gathered;
    const released = waiting;
    gathered = [];
    waiting = [];
    size = 0;
    if (batch.length > 0 && !gone.signal.aborted) {
      isOnTheWay = true;
      send(batch);
    }
    for (const release of released) release();
  };
  const add = (news: ControlNews): void => {
    gathered.push(news);
    if (!isOnTheWay) flush();
  };

  return {
    async line(text) {
      if (gone.signal.aborted) return;
      size += text.length;
      add({ kind: "line", text });
      if (size > MAX_GATHERED) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    progress(step, done, total) {
      const isSoon = step === last.step && clock.steady() - last.at < PROGRESS_MS;
      if (gone.signal.aborted || (isSoon && done !== total)) return;
      last = { step, at: clock.steady() };
      add(progressNews(step, done, total));
    },
    signal: gone.signal,
    taken() {
      isOnTheWay = false;
      flush();
    },
    cancel() {
      gone.abort();
      flush();
    },
    finish: flush,
  };
}
