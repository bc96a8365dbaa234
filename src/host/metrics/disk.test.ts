import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { diskGauges } from "./disk.ts";

test("a disk has a size, and not more free than that; a folder that is missing has neither", async () => {
  const { dataFreeBytes, dataSizeBytes } = diskGauges(tmpdir());
  const [free, size] = [Number(await dataFreeBytes()), Number(await dataSizeBytes())];
  assert.ok(size > 1024 * 1024);
  assert.ok(free > 0 && free <= size);
  await assert.rejects(async () => diskGauges("/nowhere/at/all").dataFreeBytes());
});
