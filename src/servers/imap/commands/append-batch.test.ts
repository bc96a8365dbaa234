import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spool } from "../../../host/spool/spool.ts";
import { createCapture } from "../../../service/delivery/capture.ts";
import type { NewMail } from "../../../store/mail-store.ts";
import { flagNames } from "../flag-names.ts";
import { type ImapLimits, imapLimits } from "../limits.ts";
import { AppendBatch } from "./append-batch.ts";

/** Counts files that are open; what is written to them is forgotten. */
class CountingSpool implements Spool {
  open = 0;

  async create(): ReturnType<Spool["create"]> {
    this.open++;
    let size = 0;
    return {
      write: async (octets) => {
        size += octets.length;
      },
      finish: async () => ({ size, async *pieces() {} }),
      [Symbol.asyncDispose]: async () => {
        this.open--;
      },
    };
  }
}

const KEPT: Pick<NewMail, "flags" | "internalDate" | "zoneMinutes"> = {
  flags: flagNames([]),
  internalDate: 0,
  zoneMinutes: 0,
};
const usage = { octets: 0, quotaBytes: 1_000_000 };

function batchOf(spool: Spool, limits: Partial<ImapLimits>): AppendBatch {
  return new AppendBatch(createCapture({ spool, memoryBytes: 1000 }), { ...imapLimits, ...limits }, usage);
}

async function add(batch: AppendBatch, text: string): Promise<void> {
  const intake = batch.intake();
  await intake.write(new TextEncoder().encode(text));
  await batch.add(intake, KEPT);
}

test("memory of many small messages is what they hold, and bounded", async () => {
  const message = `x: y\r\n\r\n${"a".repeat(92)}`;
  await using batch = batchOf(new CountingSpool(), { maxAppendMemoryBytes: 700 });
  for (let n = 0; n < 4; n++) {
    assert.equal(batch.refusal(100), undefined, `after ${n}`);
    await add(batch, message);
  }
  assert.equal(batch.refusal(1)?.code, "LIMIT", "4 times 100 octets and 92 of text");
  const rooms = batch.mails.slice(1).map(({ content }) => content.bytes?.buffer.byteLength);
  assert.deepEqual(rooms, [100, 100, 100]);
  for (const { content } of batch.mails) {
    const pieces = await Array.fromAsync(content.pieces());
    assert.equal(Buffer.concat(pieces).toString(), message);
  }
});

test("a large message rests on the spool, of which nothing is left in the end", async () => {
  const spool = new CountingSpool();
  {
    await using batch = batchOf(spool, { maxAppendMemoryBytes: 5000 });
    await add(batch, `x: y\r\n\r\n${"a".repeat(2000)}`);
    await add(batch, `x: y\r\n\r\n${"a".repeat(2000)}`);
    assert.equal(spool.open, 2);
    assert.equal(batch.refusal(1), undefined, "only the text for the search is held");
    assert.equal(batch.mails.length, 2);
  }
  assert.equal(spool.open, 0);
});

test("the quota holds for the sum", async () => {
  await using batch = batchOf(new CountingSpool(), {});
  assert.equal(batch.refusal(1_000_000), undefined);
  assert.equal(batch.refusal(1_000_001)?.code, "OVERQUOTA");
  await add(batch, "x: y");
  assert.equal(batch.refusal(999_996), undefined);
  assert.equal(batch.refusal(999_997)?.code, "OVERQUOTA");
});
