import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplyReader } from "../../syntax/smtp/reply-reader.ts";
import { remoteReply } from "./remote-reply.ts";

const speaker = { name: "mx.example.net", tls: undefined, maxWords: 40 };

test("the status may follow from the code; what was said stays what it was", () => {
  for (const [wire, enhanced, words, said] of [
    ["550 5.1.1 no such user", "5.1.1", "no such user", undefined],
    ["550 bare words", "5.0.0", "bare words", "bare words"],
    ["550 2.0.0 x", "5.0.0", "2.0.0 x", "2.0.0 x"],
    ["550-5.1.1 one\r\n550-5.1.1\r\n550 5.1.1 two", "5.1.1", "one two", "5.1.1 one\n5.1.1\n5.1.1 two"],
    ["550-5.7.1 one\r\n550 two", "5.7.1", "one two", "5.7.1 one\ntwo"],
    ["450-one\r\n450 two", "4.0.0", "one two", "one\ntwo"],
    [`550 ${"x".repeat(50)}`, "5.0.0", `${"x".repeat(37)}...`, `${"x".repeat(37)}...`],
    ["250", "2.0.0", "", ""],
  ] as const) {
    const [reply] = new ReplyReader().write(Buffer.from(`${wire}\r\n`));
    assert.ok(reply);
    const told = remoteReply(speaker, reply);
    assert.deepEqual([told.enhanced, told.words, told.said], [enhanced, words, said], wire);
  }
});
