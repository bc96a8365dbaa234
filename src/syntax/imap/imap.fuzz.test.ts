import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseAppend, parseNextMessage } from "./append.ts";
import type { Frame } from "./frame.ts";
import { CommandFramer } from "./framer.ts";
import { listMatcher } from "./list-match.ts";
import { parseCommand } from "./parse.ts";

/** How many cases each property gets; a night's run sets more. */
const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 1000);

/** Words of the grammar, so that random input gets past the first of them. */
const DICTIONARY = (
  "NOOP|LOGIN|AUTHENTICATE PLAIN|ID|ENABLE|SELECT|EXAMINE|CREATE|DELETE|RENAME|LIST|LSUB|STATUS|APPEND|EXPUNGE|SEARCH|FETCH|STORE|COPY|MOVE|UID|" +
  'IDLE|DONE|INBOX|NIL|(|)| | |[|]|<|>|{0}\r\n|{3+}\r\nabc|{5}\r\n|{9999999999+}\r\n|~{3}\r\n|"|\\|"a b"|"\\\\"|\r\n|\n|\r|\0|\x7f|ä|\xff|*|%|$|=|' +
  "1|0|1:*|*:3|1,2,4294967295|4294967296|99999999999999999999|\\Seen|\\Recent|$Junk|FLAGS|+FLAGS|-FLAGS.SILENT|UNCHANGEDSINCE 7|CHANGEDSINCE|" +
  "BODY[|BODY.PEEK[|HEADER.FIELDS|.NOT|.MIME|.TEXT|1.2|<0.5>|RFC822.SIZE|ENVELOPE|ALL|FAST|OR|NOT|SEEN|FROM|HEADER|SINCE 1-Feb-1994|MODSEQ|" +
  'CHARSET UTF-8|CHARSET X|RETURN (MIN)|RETURN (STATUS (MESSAGES))|(SUBSCRIBED)|(USE (\\Drafts))|(CONDSTORE)|&AOk-|&|&-|"17-Jul-1996 02:44:25 -0700"|AA==|+'
).split("|");

const words = fc.array(fc.constantFrom(...DICTIONARY), { maxLength: 25 }).map((list) => list.join(""));
const spaced = fc.array(fc.constantFrom(...DICTIONARY), { maxLength: 12 }).map((list) => `a ${list.join(" ")}\r\n`);
const octets = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value).toString("latin1"));
const input = fc.oneof(
  spaced,
  words,
  words.map((text) => `a ${text}\r\n`),
  octets,
);

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

test("no octets make the parsers throw", () => {
  fc.assert(
    fc.property(input, (text) => {
      for (const parsed of [parseCommand(bytes(text)), parseAppend(bytes(text)), parseNextMessage(bytes(text))]) {
        if (parsed.kind === "bad") assert.match(parsed.sentence, /^[A-Z][\x20-\x7e]*\.$/);
      }
    }),
    { numRuns },
  );
});

const LIMITS = { maxLineBytes: 80, maxLiteralBytes: 30, maxCommandBytes: 150, maxSkipBytes: 300 };

const spell = (view: ArrayBufferView): string =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("latin1");

function inText(frame: Frame): unknown {
  if (frame.kind === "command") return { ...frame, octets: spell(frame.octets) };
  if (frame.kind === "append-more") return { ...frame, line: spell(frame.line) };
  return frame.kind === "append" ? { ...frame, prefix: spell(frame.prefix) } : frame;
}

/** The frames of these pieces; every second message is refused, the pieces of a message are joined. */
function framesOf(pieces: readonly string[]): unknown[] {
  const framer = new CommandFramer(LIMITS);
  const found: unknown[] = [];
  let message: string | undefined;
  let isAccepted = false;
  const take = (frame: Frame): void => {
    if (frame.kind === "literal") message = (message ?? "") + spell(frame.octets);
    else found.push(message, inText(frame));
    if (frame.kind !== "literal") message = undefined;
    if (frame.kind === "append") assert.notEqual(parseAppend(frame.prefix), undefined);
    else if (frame.kind === "append-more") assert.notEqual(parseNextMessage(frame.line), undefined);
    else return;
    isAccepted = !isAccepted;
    if (isAccepted) framer.acceptLiteral();
    else framer.refuseLiteral();
  };
  for (const piece of pieces) {
    framer.push(bytes(piece));
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) take(frame);
  }
  return [...found, message];
}

test("frames do not depend on how the octets were cut", () => {
  const stream = fc.array(
    fc.oneof(
      input,
      fc.constantFrom(
        "a APPEND x {7+}\r\n1\r\n2\n3\r\r\n",
        "b APPEND {1+}\r\nx {2}\r\n..\r\n",
        "c APPEND x {1}\r\n. (\\Seen) {2+}\r\n.. {3}\r\n...\r\n",
      ),
    ),
    { maxLength: 6 },
  );
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 });
  fc.assert(
    fc.property(stream, cuts, (parts, places) => {
      const text = parts.join("");
      const sorted = [0, ...places.filter((at) => at < text.length).toSorted((a, b) => a - b), text.length];
      const pieces = sorted.slice(1).map((end, i) => text.slice(sorted[i], end));
      const whole = framesOf([text]);
      assert.deepEqual(framesOf(pieces), whole);
      assert.deepEqual(framesOf(text.split("")), whole);
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  );
});

test("no pattern and no name make the matching throw", () => {
  const sign = fc
    .array(fc.constantFrom("*", "%", "/", "a", "ä", "INBOX", "i"), { maxLength: 20 })
    .map((list) => list.join(""));
  fc.assert(
    fc.property(sign, sign, (pattern, name) => typeof listMatcher(pattern, "/")(name) === "boolean"),
    { numRuns },
  );
});

test("parsing takes linear time whatever is repeated", () => {
  for (const word of [...DICTIONARY, "{0+}\r\n", "(", "1,", "(ALL ", "OR ", "NOT ", '"a" ', "BODY[1] ", "&AOk-"]) {
    for (const start of [
      "a ",
      "a FETCH 1 (",
      "a SEARCH ",
      "a STORE 1 FLAGS (",
      'a LIST "" (',
      "a ID (",
      "a COPY ",
      "a SELECT ",
    ]) {
      const text = bytes(`${start}${word.repeat(Math.ceil(60_000 / word.length))}\r\n`);
      const started = performance.now();
      parseCommand(text);
      const took = performance.now() - started;
      assert.ok(took < 500, `${JSON.stringify(start + word)} took ${took} ms`);
    }
  }
});
