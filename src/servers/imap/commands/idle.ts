/**
 * IDLE, RFC 9051 section 6.3.13: what changes is told at once. The session holds nothing meanwhile but its place in the
 * list of listeners; each minute it looks at the store by itself, since a notice may be lost with a worker.
 */
import { StoreError } from "../../../store/store-error.ts";
import type { LineFrame } from "../../../syntax/imap/frame.ts";
import { latin1 } from "../../../syntax/bytes/latin1.ts";
import { bad, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function idle(session: Session): Promise<Reply> {
  const { client } = session;
  session.output.text("+ Waiting\r\n");
  let timer = schedule(session);
  try {
    await tell(session);
    for (;;) {
      const line = await client.lineOrPoke();
      if (line === undefined) return bad("IDLE ended without DONE");
      if (line !== "poked") return isDone(line) ? ok("IDLE completed") : bad('Expected "DONE"');
      if (timer.isDue) timer = schedule(session);
      await tell(session);
    }
  } finally {
    timer.handle[Symbol.dispose]();
  }
}

type Ticker = { isDue: boolean; handle: Disposable };

function schedule(session: Session): Ticker {
  const { clock, limits } = session.services;
  const ticker: Ticker = {
    isDue: false,
    handle: clock.after(limits.compareIntervalMs, () => {
      ticker.isDue = true;
      if (session.state === "selected") session.view.compare();
      session.client.poke();
    }),
  };
  return ticker;
}

/** While the store does not answer there is nothing to tell; the next minute tries again. */
async function tell(session: Session): Promise<void> {
  try {
    await session.report(true);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function isDone(line: LineFrame): boolean {
  return line.kind === "line" && latin1(line.octets).toUpperCase() === "DONE";
}
