import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { assert as always, property, uint8Array } from "fast-check";
import { StoreError } from "../store-error.ts";
import { readRoot } from "./root.ts";
import { formatRoot, parseRoot } from "./root-text.ts";

test("a root comes back from either form, however it is spaced", () => {
  always(
    property(uint8Array({ minLength: 32, maxLength: 32 }), (root) => {
      assert.deepEqual(parseRoot(formatRoot(root)), root);
      assert.deepEqual(parseRoot(formatRoot(root).toLowerCase().replaceAll(" ", "-")), root);
      assert.deepEqual(parseRoot(`${Buffer.from(root).toString("hex")}\n`), root);
    }),
    { numRuns: 50 },
  );
});

test("a key file holds either form; one that holds none is named, with what it must hold", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-root-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "key");
  const root = Uint8Array.from({ length: 32 }, (_, n) => n);
  for (const text of [root.toHex(), `${root.toHex()}\n`, root.toHex().toUpperCase(), `${formatRoot(root)}\n`]) {
    writeFileSync(file, text, { mode: 0o600 });
    assert.deepEqual(readRoot(file), root);
  }
  const refused = (sentence: RegExp) => (error: unknown) =>
    error instanceof StoreError && sentence.test(error.message) && error.message.includes(file);
  writeFileSync(file, "my key\n");
  assert.throws(() => readRoot(file), refused(/64 hexadecimal digits, or the 52 signs that "altmail init" shows/));
  chmodSync(file, 0o644);
  assert.throws(() => readRoot(file), refused(/set its mode to 0600/));
  rmSync(file);
  assert.throws(() => readRoot(file), refused(/does not exist: --key-file/));
  mkdirSync(file);
  assert.throws(() => readRoot(file), refused(/is a folder/));
});

test("what is not 32 octets is no root", () => {
  for (const text of ["", "abc", "f".repeat(63), "A".repeat(51), `${"A".repeat(51)}B`, "1".repeat(52)])
    assert.equal(parseRoot(text), undefined);
});
