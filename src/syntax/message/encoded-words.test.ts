import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeWords } from "./encoded-words.ts";

test("RFC 2047 section 8: the examples", () => {
  const examples: [string, string][] = [
    ["=?ISO-8859-1?Q?a?=", "a"],
    ["=?ISO-8859-1?Q?a?= b", "a b"],
    ["=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"],
    ["=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"],
    ["=?ISO-8859-1?Q?a_b?=", "a b"],
    ["=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"],
    ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"],
    ["=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"],
  ];
  for (const [words, text] of examples) assert.equal(decodeWords(words), text, words);
});

test("what senders get wrong", () => {
  const examples: [string, string][] = [
    ["=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"],
    ["=?utf-8?b?w7?= =?UTF-8?B?w7w=?=", "\ufffdü"],
    ["=?utf-8?q?a b?= c", "a b c"],
    ["=?utf-8?q?x", "=?utf-8?q?x"],
    ["=?x-none?q?=FC?=", "ü"],
    ["=?utf-8*de?q?=C3=BC?=", "ü"],
    ["=?iso-2022-jp?b?GyRCJCIbKEI=?= x", "あ x"],
    ["\xc3\xbc \xe4", "ü \ufffd"],
    ["\xc3\xbc", "ü"],
    ["a=?utf-8?q??=b", "ab"],
  ];
  for (const [words, text] of examples) assert.equal(decodeWords(words), text, words);
});
