import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { silentTelling, type Telling } from "../control/control-message.ts";
import { Crew } from "./crew.ts";

type Answer = {
  readonly pid: number;
  readonly slot: number;
  readonly elected: boolean;
  readonly lost: number;
  readonly heard: unknown[];
  readonly told: unknown;
  readonly cancelled: number;
};

/** A crew of fixture workers; `changed(count)` fulfils when so many are ready. */
function crewOf(t: TestContext, size: number, start: object) {
  const deaths: number[] = [];
  let wake = (): void => {};
  const crew = new Crew({
    main: fileURLToPath(new URL("./crew.fixture.ts", import.meta.url)),
    size,
    start: (slot) => ({ ...start, slot }),
    log: () => {},
    clock: { ...systemClock, after: (ms, call) => keptAlive(ms, call) },
    onLoss: (pid) => deaths.push(pid),
    onChange: () => wake(),
  });
  t.after(() => crew.stop(AbortSignal.timeout(5000)));
  const ready = async (holds: (pids: readonly number[]) => boolean): Promise<void> => {
    while (!holds(crew.pids)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  };
  const ask = async (command: string, given = {}): Promise<Answer> => {
    const answer = await crew.ask({ command, arguments: given });
    assert.ok(answer?.kind === "done");
    return answer.value as Answer;
  };
  const askAll = async (): Promise<readonly Answer[]> =>
    (await crew.askAll({ command: "tell", arguments: {} })).map(({ answer }) => {
      assert.ok(answer.kind === "done");
      return answer.value as Answer;
    });
  return { crew, deaths, ready, ask, askAll };
}

/** The service's control socket keeps its process alive; here the timer must. */
function keptAlive(ms: number, call: () => void): Disposable {
  const timer = setTimeout(call, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

test("workers share a port, one is elected, and the death of the elected one is made good", {
  timeout: 30_000,
}, async (t) => {
  const { crew, deaths, ready, ask, askAll } = crewOf(t, 2, { port: 0 });
  await crew.begin();
  assert.equal(crew.pids.length, 2);
  assert.deepEqual((await askAll()).filter(({ elected }) => elected).length, 1);
  const { pid } = await ask("tell");
  const slots = async (): Promise<readonly number[]> =>
    (await askAll()).map(({ slot }) => slot).toSorted((a, b) => a - b);
  assert.deepEqual(await slots(), [0, 1]);
  assert.deepEqual(await crew.ask({ command: "die", arguments: {} }), {
    kind: "refused",
    sentence: "the worker died at this command: see whether it was done, and repeat it if not",
  });
  await ready((pids) => pids.length === 2 && !pids.includes(pid));
  assert.deepEqual(deaths, [pid]);
  assert.deepEqual(await slots(), [0, 1], "who comes takes the place of who went");
  const now = await askAll();
  assert.equal(now.filter(({ elected }) => elected).length, 1);
  assert.equal(
    now.reduce((sum, { lost }) => sum + lost, 0),
    1,
  );
});

test("a notice of one worker reaches the other, and news reach all", { timeout: 30_000 }, async (t) => {
  const { crew, ask, askAll } = crewOf(t, 2, {});
  await crew.begin();
  const { pid } = await ask("publish", { n: 1 });
  crew.tell("certificates", 7);
  const all = await askAll();
  for (const { told } of all) assert.deepEqual(told, { what: "certificates", news: 7 });
  for (const answer of all) assert.deepEqual(answer.heard, answer.pid === pid ? [] : [{ n: 1 }]);
});

/** Keeps the lines that it is told. */
function hearing(more: Partial<Telling> = {}): Telling & { readonly lines: string[] } {
  const lines: string[] = [];
  return { ...silentTelling, lines, line: async (text) => void lines.push(text), ...more };
}

test("a command tells in order while it works, and waits for whoever listens", { timeout: 30_000 }, async (t) => {
  const { crew } = crewOf(t, 1, {});
  await crew.begin();
  const lines: string[] = [];
  const telling = hearing({
    async line(text) {
      await new Promise(setImmediate);
      lines.push(text);
    },
  });
  const answer = await crew.ask({ command: "count", arguments: { lines: 3000 } }, telling);
  assert.equal(answer?.kind, "done");
  assert.deepEqual(
    lines,
    Array.from({ length: 3000 }, (_, n) => `${n}`),
  );
});

test("a command whose caller goes is told so, also when it was gone before", { timeout: 30_000 }, async (t) => {
  const { crew, ask } = crewOf(t, 1, {});
  await crew.begin();
  const leaving = new AbortController();
  const telling = hearing({ signal: leaving.signal, progress: () => leaving.abort() });
  await crew.ask({ command: "wait", arguments: {} }, telling);
  assert.equal((await ask("look")).cancelled, 1);
  await crew.ask({ command: "wait", arguments: {} }, hearing({ signal: AbortSignal.abort() }));
  assert.equal((await ask("look")).elected, true, "the worker still lives");
});

test("a worker that dies amid what it tells: lines first, then the sentence", { timeout: 30_000 }, async (t) => {
  const { crew } = crewOf(t, 1, {});
  await crew.begin();
  const telling = hearing();
  const answer = await crew.ask({ command: "tell and die", arguments: {} }, telling);
  assert.match(answer?.kind === "refused" ? answer.sentence : "", /^the worker died at this command/);
  assert.ok(telling.lines.length <= 1);
});

test("a command that a stop breaks off is answered with a sentence, not as done", { timeout: 30_000 }, async (t) => {
  const { crew } = crewOf(t, 1, {});
  await crew.begin();
  const { promise: waits, resolve } = Promise.withResolvers<void>();
  const answer = crew.ask({ command: "wait", arguments: {} }, hearing({ progress: () => resolve() }));
  await waits;
  await crew.stop(AbortSignal.timeout(5000));
  const last = await answer;
  assert.match(last?.kind === "refused" ? last.sentence : "", /stopped at this command|died at this command/);
});

test("a start that cannot succeed ends with the worker's sentence", { timeout: 30_000 }, async (t) => {
  const { crew } = crewOf(t, 2, { fail: "the certificate is missing" });
  await assert.rejects(crew.begin(), { name: "HostError", message: "the certificate is missing" });
});

test("after a stop no worker is left and its port is closed", { timeout: 30_000 }, async (t) => {
  const port = 47_000 + (process.pid % 1000);
  const { crew } = crewOf(t, 2, { port });
  await crew.begin();
  const socket = createConnection(port, "127.0.0.1");
  const [line] = (await once(socket, "data")) as [Buffer];
  assert.ok(crew.pids.includes(Number(line.toString())));
  await crew.stop(AbortSignal.timeout(5000));
  assert.deepEqual(crew.pids, []);
  const [error] = (await once(createConnection(port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
});
