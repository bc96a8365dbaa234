import assert from "node:assert/strict";
import { test } from "node:test";
import * as verdict from "../delivery/verdict.ts";
import { found, foundHere, wordsIn } from "./findings.ts";

test("a finding is kept in English and read in the holder's language, with what it is about", () => {
  const { words, finding } = found("too-large", 1000);
  assert.equal(words, "The message is larger than the 1000 octets that the host takes");
  assert.deepEqual(finding, { name: "too-large", about: "1000" });
  assert.equal(wordsIn("en", found("too-large", 1000)), words);
  assert.equal(wordsIn("sv", found("too-large", 1000)), "Brevet är större än de 1000 byte som servern tar emot");
});

test("what a mailbox of ours answers is read in the holder's language, whichever it is", () => {
  for (const reply of Object.values(verdict)) {
    if (typeof reply === "function" || reply === verdict.relayDenied) continue;
    const told = foundHere(reply);
    assert.equal(wordsIn("en", told), reply.text);
    assert.notEqual(wordsIn("sv", told), reply.text);
  }
});

test("what was said by others, kept without a name, or under an unknown one is shown as it is", () => {
  for (const finding of [
    undefined,
    { name: "of-another-version" },
    { name: "toString" },
    { name: "here", about: "5.9.9" },
    { name: "here", about: "constructor" },
  ])
    assert.equal(wordsIn("sv", { words: "As it was", ...(finding && { finding }) }), "As it was");
});
