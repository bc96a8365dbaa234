import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChunk, parseClientName, parseCommandLine } from "./command-line.ts";

const line = (text: string): ReturnType<typeof parseCommandLine> => parseCommandLine(Buffer.from(text, "utf8"));

test("a verb in any case, white space around the argument", () => {
  assert.deepEqual(line("noop"), { verb: "NOOP", argument: "" });
  assert.deepEqual(line("MAIL FROM:<a@b> \t"), { verb: "MAIL", argument: "FROM:<a@b>" });
  assert.deepEqual(line("RCPT  TO:<ü@b>"), { verb: "RCPT", argument: "TO:<ü@b>" });
});

test("what is no command line is 500", () => {
  for (const text of ["", " NOOP", "123", "NO\u0000OP", "NOOP\nQUIT", "NOOP\rQUIT", "X\u0085", "<>"]) {
    const parsed = line(text);
    assert.ok("kind" in parsed && parsed.code === 500, JSON.stringify(text));
  }
  assert.ok("kind" in parseCommandLine(Uint8Array.of(78, 0xff)));
});

test("RFC 3030 section 2: BDAT has a size and may be the last", () => {
  assert.deepEqual(parseChunk("0 LAST"), { kind: "chunk", size: 0, last: true });
  assert.deepEqual(parseChunk("86 last"), { kind: "chunk", size: 86, last: true });
  assert.deepEqual(parseChunk("1000"), { kind: "chunk", size: 1000, last: false });
  for (const text of ["", "LAST", "-1", "1 FIRST", "1LAST", "9".repeat(16)])
    assert.equal(parseChunk(text).kind, "wrong");
});

test("a client's name is one visible word", () => {
  for (const name of ["mx.example.net", "[192.0.2.1]", "my_host", "пример.рф", "a/b:c"])
    assert.equal(parseClientName(name), name);
  for (const name of ["", "a b", "a(b", "<a>", "a\\", "a;b", "a,b", "[a", "x".repeat(256)])
    assert.equal(typeof parseClientName(name), "object");
});
