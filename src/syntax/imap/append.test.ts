import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAppend, parseNextMessage } from "./append.ts";
import type { AppendCommand } from "./command.ts";
import { parseCommand } from "./parse.ts";

function append(prefix: string): AppendCommand {
  const parsed = parseAppend(Buffer.from(prefix));
  assert.ok(parsed.kind === "command" && parsed.command.name === "APPEND", JSON.stringify(parsed));
  assert.equal(parsed.tag, "A003");
  return parsed.command;
}

test("RFC 9051 section 6.3.12: the example and its shorter forms", () => {
  const literal = { size: 326, synchronizing: true };
  assert.deepEqual(append("A003 APPEND saved-messages (\\seen) {326}\r\n"), {
    name: "APPEND",
    mailbox: "saved-messages",
    flags: ["\\Seen"],
    date: undefined,
    literal,
  });
  assert.deepEqual(append('A003 append {5}\r\na b&- ($Junk \\Flagged) "17-Jul-1996 02:44:25 -0700" {0+}\r\n'), {
    name: "APPEND",
    mailbox: "a b&",
    flags: ["$Junk", "\\Flagged"],
    date: { epochMs: Date.parse("1996-07-17T02:44:25-07:00"), zoneMinutes: -420 },
    literal: { size: 0, synchronizing: false },
  });
  assert.equal(append("A003 APPEND x () {326}\r\n").flags.length, 0);
  assert.equal(append('A003 APPEND x "17-Jul-1996 02:44:25 +0000" {1}\r\n').date?.zoneMinutes, 0);
});

test("RFC 3502: what stands before a further message", () => {
  assert.deepEqual(parseNextMessage(Buffer.from(' (\\Seen) " 7-Feb-1994 22:43:04 -0800" {295}\r\n')), {
    kind: "message",
    message: {
      flags: ["\\Seen"],
      date: { epochMs: Date.parse("1994-02-07T22:43:04-08:00"), zoneMinutes: -480 },
      literal: { size: 295, synchronizing: true },
    },
  });
  assert.deepEqual(parseNextMessage(Buffer.from(" {0+}\r\n")), {
    kind: "message",
    message: { flags: [], date: undefined, literal: { size: 0, synchronizing: false } },
  });
  for (const wrong of [
    "{1}\r\n",
    "  {1}\r\n",
    " x {1}\r\n",
    " (\\Seen {1}\r\n",
    " ~{1}\r\n",
    " {1}",
    " {1}\r\nx",
    "\r\n",
  ])
    assert.equal(parseNextMessage(Buffer.from(wrong)).kind, "bad", wrong);
});

test("what is wrong is refused", () => {
  for (const prefix of [
    "A003 APPEND {5}\r\n",
    "A003 APPEND x ~{5}\r\n",
    "A003 APPEND x UTF8 (~{5}\r\n",
    "A003 APPEND x (\\Seen {5}\r\n",
    "A003 APPEND x  {5}\r\n",
    'A003 APPEND x "17-Jul-1996" {5}\r\n',
    "A003 APPEND x {5}\r\nhello",
    "A003 APPEND x {99999999999999999999}\r\n",
    "A003 APPEND x {5}",
    "A003 NOOP\r\n",
  ]) {
    const parsed = parseAppend(Buffer.from(prefix));
    assert.equal(parsed.kind, "bad", prefix);
    assert.equal(parsed.tag, "A003");
  }
  assert.equal(parseCommand(Buffer.from("a APPEND x\r\n")).kind, "bad");
});
