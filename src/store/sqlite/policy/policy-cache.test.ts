import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { policyCacheContract } from "../../contract/policy-contract.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { openSqlitePolicyCache } from "./policy-cache.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-policies-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const POLICY = { domain: "example.com", id: "1", text: "version: STSv1\n", fetchedAt: 1, expiresAt: 2 };

policyCacheContract("sqlite", () => openSqlitePolicyCache({ file: newFile(), key }));

test("policies are there after a restart; a closed cache says so", async () => {
  const file = newFile();
  const first = await openSqlitePolicyCache({ file, key });
  await first.keep(POLICY);
  await first[Symbol.asyncDispose]();
  await assert.rejects(first.find("example.com"), (error) => error instanceof StoreError && error.code === "closed");
  await using again = await openSqlitePolicyCache({ file, key });
  assert.deepEqual(await again.find("example.com"), POLICY);
});

test("D3: nobody reads from the disk whom mail goes to", async () => {
  const file = newFile();
  await using cache = await openSqlitePolicyCache({ file, key });
  await cache.keep(POLICY);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of ["example.com", "STSv1", "CREATE TABLE"]) assert.equal(bytes.includes(text), false);
});
