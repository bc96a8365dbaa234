/** Both implementations under the same cases; what only a file has is at the end. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { DkimKey, DkimKeys } from "../../dkim-keys.ts";
import { memoryDkimKeys } from "../../memory/dkim-keys.ts";
import { StoreError } from "../../store-error.ts";
import { openDatabase } from "../database.ts";
import { openSqliteDkimKeys } from "./dkim-keys.ts";
import { dkimMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-dkim-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const secret = new Uint8Array(Buffer.from("a private key in PKCS#8"));
const keyOf = (selector: string, madeAt = 1, domain = "example.test"): Omit<DkimKey, "state" | "since"> => ({
  domain,
  selector,
  algorithm: "ed25519-sha256",
  publicKey: new Uint8Array(32).fill(9),
  madeAt,
});
const plain = (found: Uint8Array | undefined): string | undefined => found && Buffer.from(found).toString();

for (const [kind, open] of [
  ["memory", async () => memoryDkimKeys()],
  ["sqlite", () => openSqliteDkimKeys({ file: newFile(), key })],
] as readonly (readonly [string, () => Promise<DkimKeys>])[])
  test(`${kind}: keys are added once, moved from the state they are in, and sign until they retire`, async () => {
    await using keys = await open();
    assert.equal(await keys.add(keyOf("b", 2), secret), "added");
    assert.equal(await keys.add(keyOf("a", 3), secret), "added");
    assert.equal(await keys.add(keyOf("c", 1, "another.test"), secret), "added");
    assert.equal(await keys.add(keyOf("a", 4), secret), "taken");
    const [first, ...others] = await keys.keys();
    assert.deepEqual(
      { ...first, publicKey: [...(first?.publicKey ?? [])] },
      {
        ...keyOf("c", 1, "another.test"),
        publicKey: Array<number>(32).fill(9),
        state: "made",
        since: 1,
      },
    );
    assert.deepEqual(
      others.map(({ selector }) => selector),
      ["b", "a"],
    );
    assert.deepEqual(
      (await keys.keys("example.test")).map(({ selector }) => selector),
      ["b", "a"],
    );

    assert.equal(await keys.move("example.test", "a", "published", "seen", 5), "not-so");
    assert.equal(await keys.move("example.test", "a", "made", "active", 5), "moved");
    assert.equal(plain(await keys.privateKey("example.test", "a")), "a private key in PKCS#8");
    assert.equal(await keys.move("example.test", "a", "active", "retiring", 6), "moved");
    assert.equal(await keys.privateKey("example.test", "a"), undefined);
    const moved = (await keys.keys("example.test")).find(({ selector }) => selector === "a");
    assert.deepEqual([moved?.state, moved?.since, moved?.madeAt], ["retiring", 6, 3]);

    await keys.remove("example.test", "a");
    assert.deepEqual(
      (await keys.keys("example.test")).map(({ selector }) => selector),
      ["b"],
    );
    assert.equal(await keys.add(keyOf("a", 9), secret), "taken", "a selector never comes again");
    assert.equal(await keys.privateKey("example.test", "none"), undefined);
    await keys[Symbol.asyncDispose]();
    await assert.rejects(keys.keys(), (error) => error instanceof StoreError && error.code === "closed");
  });

test("D3: private keys cannot be read without the key of the file, and are gone from it when they retire", async () => {
  const file = newFile();
  {
    await using keys = await openSqliteDkimKeys({ file, key });
    await using other = await openSqliteDkimKeys({ file, key });
    await keys.add(keyOf("a"), secret);
    assert.equal(plain(await other.privateKey("example.test", "a")), "a private key in PKCS#8");
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of ["private key", "example.test", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
    await keys.move("example.test", "a", "made", "retiring", 2);
    assert.equal(readFileSync(`${file}-wal`).length, 0);
  }
  const db = openDatabase({
    path: file,
    key,
    applicationId: 0x416c7444,
    migrations: dkimMigrations,
    synchronous: "full",
  });
  const pages = db.serialize();
  assert.deepEqual([pages.includes("example.test"), pages.includes("a private key")], [true, false]);
  db.close();
  await assert.rejects(
    openSqliteDkimKeys({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});
