import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spool } from "../../host/spool/spool.ts";
import { HeldBody } from "./held-body.ts";

const noSpool: Spool = { create: () => Promise.reject(new Error("the spool is not needed")) };
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

async function held(text: string): Promise<HeldBody> {
  const body = new HeldBody(noSpool, 1000);
  for (const piece of text.match(/.{1,3}/gs) ?? []) await body.write(octets(piece));
  return body;
}

test("a body stands behind what goes before it, however long that is, and with nothing of its own", async () => {
  for (const [before, text] of [
    ["head\r\n", "body\r\n"],
    ["head\r\n", ""],
    ["x".repeat(40_000), "body\r\n"],
  ] as const) {
    await using body = await held(text);
    const { bytes, size } = await body.behind(octets(before));
    assert.equal(new TextDecoder().decode(bytes), before + text);
    assert.equal(size, before.length + text.length);
  }
});

test("memory is used again empty, and never where somebody may still read it", async () => {
  const first = await held("first");
  const { bytes: read } = await first.behind(octets("a"));
  await first[Symbol.asyncDispose]();
  assert.deepEqual([...(read ?? [])], [0, 0, 0, 0, 0, 0]);
  const second = await held("second");
  const { bytes: kept } = await second.behind(octets("b"));
  assert.equal(kept?.buffer, read?.buffer);
  second.keep();
  await second[Symbol.asyncDispose]();
  await using third = await held("third");
  await third.behind(octets("c"));
  assert.equal(new TextDecoder().decode(kept), "bsecond");
});
