import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame, FrameLimits } from "./frame.ts";
import { CommandFramer } from "./framer.ts";

const LIMITS: FrameLimits = { maxLineBytes: 60, maxLiteralBytes: 20, maxCommandBytes: 100, maxSkipBytes: 200 };

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const text = (value: Uint8Array): string => Buffer.from(value).toString("latin1");

type Choice = "accept" | "accept the first" | "refuse";

/** A frame in one short line. */
function spell(frame: Frame): string {
  switch (frame.kind) {
    case "command":
      return `command ${text(frame.octets)}`;
    case "literal":
      return `literal ${text(frame.octets)}`;
    case "append":
      return `append ${frame.tag} ${frame.literal.size} ${text(frame.prefix)}`;
    case "append-more":
      return `append-more ${frame.literal.size} ${text(frame.line)}`;
    case "append-end":
      return `append-end ${frame.sentence ?? ""}`;
    case "bad":
      return `bad ${frame.tag}`;
    case "too-long":
      return `too-long ${frame.tag} ${frame.isFatal ? "fatal" : frame.sentence}`;
    case "continue":
      return "continue";
  }
}

function drain(framer: CommandFramer, choice: Choice, found: string[]): void {
  for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
    const last = found.at(-1);
    if (frame.kind === "literal" && last?.startsWith("literal ") === true)
      found[found.length - 1] = last + text(frame.octets);
    else found.push(spell(frame));
    if (frame.kind !== "append" && frame.kind !== "append-more") continue;
    if (choice === "accept" || (choice === "accept the first" && frame.kind === "append")) framer.acceptLiteral();
    else framer.refuseLiteral();
  }
}

/** All frames of what a client sends in these pieces, the pieces of a message joined. */
function framesOf(pieces: readonly string[], choice: Choice = "accept", limits: FrameLimits = LIMITS): string[] {
  const framer = new CommandFramer(limits);
  const found: string[] = [];
  for (const piece of pieces) {
    framer.push(octets(piece));
    drain(framer, choice, found);
  }
  return found;
}

/** Asserts the frames, for the whole, for every cut in two, and octet by octet. */
function assertFrames(sent: string, expected: readonly string[], choice: Choice = "accept"): void {
  assert.deepEqual(framesOf([sent], choice), expected);
  for (let at = 1; at < sent.length; at++)
    assert.deepEqual(framesOf([sent.slice(0, at), sent.slice(at)], choice), expected, `cut at ${at}`);
  assert.deepEqual(framesOf(sent.split(""), choice), expected, "octet by octet");
}

test("commands are cut at CRLF, however many come at once", () => {
  assertFrames("a NOOP\r\nb SELECT x\r\n\r\nc", ["command a NOOP\r\n", "command b SELECT x\r\n", "command \r\n"]);
});

test("literals stay in their command; a synchronizing one is asked for", () => {
  assertFrames("a LOGIN {3}\r\na\nb {2+}\r\n\r\n\r\nb NOOP\r\n", [
    "continue",
    "command a LOGIN {3}\r\na\nb {2+}\r\n\r\n\r\n",
    "command b NOOP\r\n",
  ]);
  assertFrames("a LOGIN {0+}\r\n {0}\r\n\r\n", ["continue", "command a LOGIN {0+}\r\n {0}\r\n\r\n"]);
});

test("what looks like a literal within a line is none", () => {
  for (const line of ['a X "{3}"', "a X {3} ", "a X {}", "a X {x}", "a X {+}", "a X {3++}", "a X 3}"])
    assertFrames(`${line}\r\nb NOOP\r\n`, [`command ${line}\r\n`, "command b NOOP\r\n"]);
});

test("the message of an APPEND is handed through, whatever is in it", () => {
  assertFrames("a append x {12}\r\nb NOOP\r\n{3}\n\r\nc NOOP\r\n", [
    "append a 12 a append x {12}\r\n",
    "literal b NOOP\r\n{3}\n",
    "append-end ",
    "command c NOOP\r\n",
  ]);
  assertFrames("a APPEND x (\\Seen) {0+}\r\n \r\n", ["append a 0 a APPEND x (\\Seen) {0+}\r\n", "append-end "]);
});

test("an APPEND's mailbox may be a literal", () => {
  assertFrames("a APPEND {3+}\r\nb c {4+}\r\nhead\r\nb NOOP\r\n", [
    "append a 4 a APPEND {3+}\r\nb c {4+}\r\n",
    "literal head",
    "append-end ",
    "command b NOOP\r\n",
  ]);
  assertFrames("a APPEND {3}\r\nb c\r\n", ["continue", "command a APPEND {3}\r\nb c\r\n"]);
});

test("RFC 7888 section 4: a refused message is not waited for when the client waits, and dropped when it does not", () => {
  assertFrames("a APPEND x {12}\r\nb NOOP\r\n", ["append a 12 a APPEND x {12}\r\n", "command b NOOP\r\n"], "refuse");
  assertFrames(
    "a APPEND x {12+}\r\nb NOOP\r\n{3}\n {3+}\r\n...\r\nc NOOP\r\n",
    ["append a 12 a APPEND x {12+}\r\n", "command c NOOP\r\n"],
    "refuse",
  );
  assertFrames(
    `z ${"z".repeat(60)}\r\na APPEND x {500+}\r\nb NOOP\r\n`,
    ["too-long z The line is longer than 60 octets.", "append a 500 a APPEND x {500+}\r\n", "too-long * fatal"],
    "refuse",
  );
  assertFrames("a APPEND x {500+}\r\nb NOOP\r\n", ["append a 500 a APPEND x {500+}\r\n", "too-long * fatal"], "refuse");
});

test("what follows a message must be the end of the line", () => {
  const rest = "append-end Expected the end of the command after the message.";
  assertFrames("a APPEND x {1+}\r\n. x\r\nb NOOP\r\n", [
    "append a 1 a APPEND x {1+}\r\n",
    "literal .",
    rest,
    "command b NOOP\r\n",
  ]);
  assertFrames("a APPEND x {1+}\r\n.\nb NOOP\r\n", [
    "append a 1 a APPEND x {1+}\r\n",
    "literal .",
    "append-end Expected CRLF at the end of the line, not LF alone.",
    "command b NOOP\r\n",
  ]);
  assertFrames(`a APPEND x {1+}\r\n.${" ".repeat(70)}\r\nb NOOP\r\n`, [
    "append a 1 a APPEND x {1+}\r\n",
    "literal .",
    "append-end The line is longer than 60 octets.",
    "command b NOOP\r\n",
  ]);
});

test("RFC 3502: after a message comes another, or the end of the line", () => {
  assertFrames("a APPEND x {1+}\r\n. (\\Seen) {3+}\r\n{1}\nb NOOP\r\n", [
    "append a 1 a APPEND x {1+}\r\n",
    "literal .",
    "append-more 3  (\\Seen) {3+}\r\n",
    "literal {1}",
    "append-end Expected CRLF at the end of the line, not LF alone.",
    "command b NOOP\r\n",
  ]);
  assertFrames("a APPEND x {1}\r\n. {2}\r\n.. {0+}\r\n {3}\r\n...\r\nb NOOP\r\n", [
    "append a 1 a APPEND x {1}\r\n",
    "literal .",
    "append-more 2  {2}\r\n",
    "literal ..",
    "append-more 0  {0+}\r\n",
    "append-more 3  {3}\r\n",
    "literal ...",
    "append-end ",
    "command b NOOP\r\n",
  ]);
});

test("RFC 3502: a refused message takes those behind it with it", () => {
  const start = ["append a 1 a APPEND x {1}\r\n", "literal ."];
  // A client that waits does not send it: what comes next is a command.
  assertFrames(
    "a APPEND x {1}\r\n. {2}\r\nb NOOP\r\n",
    [...start, "append-more 2  {2}\r\n", "command b NOOP\r\n"],
    "accept the first",
  );
  for (const more of ["..\r\n", ".. {3+}\r\n...\r\n", ".. {3+}\r\n... {9}\r\n"])
    assertFrames(
      `a APPEND x {1}\r\n. {2+}\r\n${more}b NOOP\r\n`,
      [...start, "append-more 2  {2+}\r\n", "command b NOOP\r\n"],
      "accept the first",
    );
  assertFrames(
    "a APPEND x {1}\r\n. {0+}\r\n\r\nb NOOP\r\n",
    [...start, "append-more 0  {0+}\r\n", "command b NOOP\r\n"],
    "accept the first",
  );
  assertFrames(
    "a APPEND x {1}\r\n. {500+}\r\nb",
    [...start, "append-more 500  {500+}\r\n", "too-long * fatal"],
    "accept the first",
  );
});

test("a bare LF ends a line that is BAD; a bare CR ends nothing", () => {
  assertFrames("a NOOP\nb NOOP\r\n\nc \r NOOP\r\n", ["bad a", "command b NOOP\r\n", "bad *", "command c \r NOOP\r\n"]);
  assertFrames("a LOGIN {3+}\r\nx\r\n\nb NOOP\r\n", ["bad a", "command b NOOP\r\n"]);
  assertFrames("a LOGIN {3+}\nb NOOP\r\n", ["bad a", "command b NOOP\r\n"]);
});

test("a line that is too long is refused at once and dropped to its end", () => {
  const long = "too-long a The line is longer than 60 octets.";
  assertFrames(`a X${"x".repeat(100)}\r\nb NOOP\r\n`, [long, "command b NOOP\r\n"]);
  assertFrames(`a X${"x".repeat(56)}\r\nb NOOP\r\n`, [
    `too-long a The line is longer than 60 octets.`,
    "command b NOOP\r\n",
  ]);
  assertFrames(`a X${"x".repeat(55)}\r\nb NOOP\r\n`, [`command a X${"x".repeat(55)}\r\n`, "command b NOOP\r\n"]);
  assertFrames(`${"a".repeat(80)}\r\nb NOOP\r\n`, [
    "too-long * The line is longer than 60 octets.",
    "command b NOOP\r\n",
  ]);
  assertFrames(`a X${"x".repeat(300)}\r\nb NOOP\r\n`, [long, "too-long a fatal"]);
  assertFrames(`a X${"x".repeat(300)}`, [long, "too-long a fatal"]);
});

test("a too long line takes its literal with it, wherever the limit falls", () => {
  for (let n = 40; n < 70; n++) {
    const line = `a X${"x".repeat(n)} {4+}\r\n`;
    const isLong = line.length > 60;
    const expected = isLong ? "too-long a The line is longer than 60 octets." : `command ${line}b N\r\r\n`;
    assertFrames(`${line}b N\r\r\nc NOOP\r\n`, [expected, "command c NOOP\r\n"]);
  }
  assertFrames(`a X${"x".repeat(70)} {4}\r\nb NOOP\r\n`, [
    "too-long a The line is longer than 60 octets.",
    "command b NOOP\r\n",
  ]);
});

test("a literal that is too large", () => {
  const large = "too-long a The literal is larger than 20 octets.";
  assertFrames("a LOGIN {21}\r\nb NOOP\r\n", [large, "command b NOOP\r\n"]);
  assertFrames(`a LOGIN {24+}\r\n${"b NOOP\r\n".repeat(3)}\r\nc NOOP\r\n`, [large, "command c NOOP\r\n"]);
  assertFrames(`a LOGIN {22+}\r\n${"x".repeat(22)} {22+}\r\n${"y".repeat(22)}\r\nc NOOP\r\n`, [
    large,
    "command c NOOP\r\n",
  ]);
  assertFrames("a LOGIN {201+}\r\nb NOOP\r\n", ["too-long a fatal"]);
  assertFrames("a LOGIN {99999999999999999999+}\r\nb NOOP\r\n", ["too-long a fatal"]);
  assertFrames("a LOGIN {99999999999999999999}\r\nb NOOP\r\n", [large, "command b NOOP\r\n"]);
  assertFrames(`a LOGIN {21+}\r\n${"x".repeat(21)} {190+}\r\nb NOOP\r\n`, [large, "too-long a fatal"]);
});

test("a command that is too long with its literals", () => {
  const long = "too-long a The command is longer than 100 octets.";
  const pair = `{20+}\r\n${"x".repeat(20)} `;
  assertFrames(`a X ${pair.repeat(3)}{20+}\r\n${"x".repeat(20)}\r\nb NOOP\r\n`, [long, "command b NOOP\r\n"]);
  assertFrames(`a X ${pair.repeat(3)}${"y".repeat(30)}\r\nb NOOP\r\n`, [long, "command b NOOP\r\n"]);
});

test("raw lines for AUTHENTICATE and IDLE", () => {
  const framer = new CommandFramer(LIMITS);
  framer.push(octets("a IDLE\r\nDO"));
  assert.equal(framer.next()?.kind, "command");
  assert.equal(framer.nextLine(), undefined);
  framer.push(octets("NE\r\nx {3}\r\nb NOOP\r\n\n"));
  const line = framer.nextLine();
  assert.equal(line?.kind === "line" && text(line.octets), "DONE");
  const literal = framer.nextLine();
  assert.equal(literal?.kind === "line" && text(literal.octets), "x {3}");
  const command = framer.next();
  assert.equal(command?.kind === "command" && text(command.octets), "b NOOP\r\n");
  assert.equal(framer.nextLine()?.kind, "bad");
  framer.push(octets(`${"x".repeat(90)}\r\nc NOOP\r\n`));
  assert.equal(framer.nextLine()?.kind, "too-long");
  const after = framer.next();
  assert.equal(after?.kind === "command" && text(after.octets), "c NOOP\r\n");
});

test("what was not looked at can be taken out", () => {
  const framer = new CommandFramer(LIMITS);
  assert.equal(framer.isIdle, true);
  framer.push(octets("a STARTTLS\r\nxyz"));
  framer.push(octets("123"));
  assert.equal(framer.isIdle, false);
  framer.next();
  assert.equal(text(framer.takeRest()), "xyz123");
  assert.equal(framer.isIdle, true);
  framer.push(octets("b"));
  framer.next();
  assert.equal(framer.isIdle, false);
});

test("a decision that nobody asked for is a bug", () => {
  assert.throws(() => new CommandFramer(LIMITS).acceptLiteral(), /no message/);
});

test("time is linear in the number of literals and of chunks", () => {
  const limits = { maxLineBytes: 1e6, maxLiteralBytes: 1e6, maxCommandBytes: 4e6, maxSkipBytes: 1e6 };
  const many = "{0+}\r\n".repeat(300_000);
  const framer = new CommandFramer(limits);
  for (let at = 0; at < many.length; at += 100) framer.push(octets(many.slice(at, at + 100)));
  framer.push(octets("\r\n"));
  const started = performance.now();
  assert.equal(framer.next()?.kind, "command");
  assert.ok(performance.now() - started < 5000);
});
