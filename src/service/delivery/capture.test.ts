import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpoolFile } from "../../host/spool/spool.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import { createCapture } from "./capture.ts";

const message = Buffer.from(`Subject: x\r\nContent-Type: text/plain\r\n\r\n${"line of text\r\n".repeat(500)}`);
const none = { create: () => Promise.reject(new Error("the spool must not be used")) };

async function gather(content: ContentSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A spool in memory that counts its living files. */
function countingSpool(): { files: number; create(): Promise<SpoolFile> } {
  const spool = {
    files: 0,
    async create(): Promise<SpoolFile> {
      spool.files++;
      const written: Uint8Array[] = [];
      return {
        write: async (octets) => void written.push(octets.slice()),
        finish: async () => ({
          size: Buffer.concat(written).length,
          async *pieces() {
            yield* written;
          },
        }),
        [Symbol.asyncDispose]: async () => void spool.files--,
      };
    },
  };
  return spool;
}

test("a small message stays in memory, whatever becomes of the octets that were given", async () => {
  const intake = createCapture({ spool: none })();
  const chunk = new Uint8Array(700);
  for (let at = 0; at < message.length; at += chunk.length) {
    const part = message.subarray(at, at + chunk.length);
    chunk.set(part);
    assert.equal(intake.write(chunk.subarray(0, part.length)), undefined);
    chunk.fill(0);
  }
  const { content, derived } = await intake.finish();
  assert.deepEqual(Buffer.from(content.bytes ?? []), message);
  assert.deepEqual(await gather(content), message);
  assert.deepEqual(derived, parseMessage(message));
  await intake[Symbol.asyncDispose]();
});

test("D3: a message above the bound goes to the sealed spool, wherever the bound falls, and comes back exact", async () => {
  for (const memoryBytes of [0, 1, 699, 700, 701, message.length - 1]) {
    const spool = countingSpool();
    const intake = createCapture({ spool, memoryBytes })();
    for (let at = 0; at < message.length; at += 700) await intake.write(message.subarray(at, at + 700));
    const { content, derived } = await intake.finish();
    assert.equal(content.bytes, undefined);
    assert.equal(content.size, message.length);
    assert.deepEqual(await gather(content), message);
    assert.deepEqual(await gather(content), message);
    assert.deepEqual(derived, parseMessage(message));
    assert.equal(spool.files, 1);
    await intake[Symbol.asyncDispose]();
    await intake[Symbol.asyncDispose]();
    assert.equal(spool.files, 0);
  }
});

test("an empty message is a message", async () => {
  await using intake = createCapture({ spool: none })();
  const { content, derived } = await intake.finish();
  assert.equal(content.size, 0);
  assert.equal(derived.size, 0);
});
