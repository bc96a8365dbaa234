/** The real command, whose stdout leads to a disk that is full. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

test("what a full disk does not take is no success", { skip: !existsSync("/dev/full"), timeout: 60_000 }, () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "help"], { stdio: ["ignore", full, "pipe"] });
  closeSync(full);
  assert.equal(status, 1);
  assert.match(stderr.toString(), /^altmail: stdout did not take all of the answer \(ENOSPC\): its disk is full\n$/);
});

test("a file that takes the beginning alone is noticed too, and one that takes all holds all", {
  timeout: 60_000,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-output-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "out");
  // Blocks of 512 octets; the signal would end it before it could tell.
  const into = (limit: string): ReturnType<typeof spawnSync> =>
    spawnSync("sh", [
      "-c",
      `trap "" XFSZ; ulimit -f ${limit}; exec "$0" "$1" help > "$2"`,
      process.execPath,
      MAIN,
      file,
    ]);
  const cut = into("8");
  assert.equal(cut.status, 1);
  assert.match(String(cut.stderr), /\(EFBIG\)/);
  assert.equal(into("unlimited").status, 0);
  assert.equal(readFileSync(file, "utf8"), execFileSync(process.execPath, [MAIN, "help"], { encoding: "utf8" }));
});
