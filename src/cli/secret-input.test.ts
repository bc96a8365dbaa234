import assert from "node:assert/strict";
import test from "node:test";
import { firstLine } from "./secret-input.ts";

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("a secret is the first line of stdin, wherever it is cut", async () => {
  assert.equal(await firstLine(pieces("correct ho", "rse\r", "\nmore\n")), "correct horse");
  assert.equal(await firstLine(pieces("no line end")), "no line end");
});

test("an empty stdin is refused with a sentence", async () => {
  for (const text of ["", "\n", "\r\nsecond"])
    await assert.rejects(firstLine(pieces(text)), { name: "HostError", message: /stdin/ });
});
