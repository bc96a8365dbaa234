/** The transcript runner itself: what it reads, what it accepts, and above all what makes it fail. */
import assert from "node:assert/strict";
import { type Duplex, duplexPair } from "node:stream";
import { test } from "node:test";
import { matches } from "./match.ts";
import { parseTranscript } from "./parse.ts";
import { type Cut, pieces, play, type World } from "./play.ts";

/** A server that answers each line with `OK` and the line, and says more when it is told to. */
class Echo implements World {
  audited = false;
  #server: Duplex | undefined;

  async connect(): Promise<Duplex> {
    const [client, server] = duplexPair();
    let rest = "";
    server.write("* hello 7\r\n");
    server.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) server.write(`OK ${line}\r\n`, "latin1");
    });
    this.#server = server;
    return client;
  }
  async happen(event: string): Promise<void> {
    this.#server?.write(`* ${event}\r\n`);
  }
  async audit(): Promise<void> {
    this.audited = true;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.destroy();
  }
}

const run = async (source: string, cut: Cut = { kind: "whole" }): Promise<Echo> => {
  await using world = new Echo();
  await play(parseTranscript(`# RFC 1 section 1: a claim\n${source}`, "x.transcript"), world, cut);
  return world;
};

const conversation = `S: * hello \${n}
C: one \\x41
S: OK one A
C: two
C: \${n}
S*: OK \${n}
S*: OK two
-- it rains
S!: * BAD
S: * it ...
`;

test("a conversation that is as written passes, however it is cut", async () => {
  for (const cut of [{ kind: "whole" }, { kind: "octets" }, { kind: "two", at: 1 }, { kind: "two", at: 5 }] as const)
    assert.ok((await run(conversation, cut)).audited);
});

test("a wrong line, a forbidden one and one too many fail and name the place", async () => {
  const cases: readonly [string, RegExp][] = [
    ["S: * hello 8\n", /expected: \* hello 8\n +got: \* hello 7/],
    ["S!: * hello ...\nS: * ...\n", /must not come/],
    ["S: * hello 7\nC: more\nS: OK more\nC: again\n", /unexpected S: OK again/],
    ["S: * hello ${n}\nC: 9\nS: OK ${n}\n", /expected: OK \$\{n\}/],
  ];
  for (const [source, message] of cases)
    await assert.rejects(
      run(source),
      (error: Error) => message.test(error.message) && /x\.transcript:\d/.test(error.stack ?? ""),
    );
});

test("what is no transcript is refused with its line", () => {
  assert.throws(() => parseTranscript("# t\nX: hm\n", "f"), /f:2: not a line/);
  assert.throws(() => parseTranscript("# t\nfoo: bar\nS: x\n", "f"), /f:2: no header is called foo/);
  assert.throws(() => parseTranscript("S: x\n", "f"), /title/);
  assert.throws(() => parseTranscript("# t\nC: x\n", "f"), /cannot fail/);
});

test("a capture keeps its first value, and only when the whole line fits", () => {
  const captures = new Map<string, string>();
  assert.ok(!matches("* ${n} EXISTS", "* 4 RECENT", captures));
  assert.equal(captures.size, 0);
  assert.ok(matches("* ${n} EXISTS", "* 4 EXISTS", captures));
  assert.ok(!matches("* ${n} EXISTS", "* 5 EXISTS", captures));
  assert.ok(matches("${a} ${a}", "x x", captures));
  assert.ok(!matches("${b} ${b}", "x y", captures));
});

test("cuts keep every octet", () => {
  for (const cut of [{ kind: "whole" }, { kind: "octets" }, { kind: "two", at: 3 }] as const)
    assert.equal(pieces("abcdef\r\ng\r\n", cut).join(""), "abcdef\r\ng\r\n");
});
