// The limits of this machine: fsync and write rates of the disk under --dir, and AES-256-GCM in Node.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { flags, now, rate, report, round } from "./lib/driver.js";

const f = flags({ dir: ".", seconds: 2 });
const dir = fs.mkdtempSync(path.join(f.dir, "limits-"));
const block = crypto.randomBytes(1 << 20);

function loop(step) {
  const end = now() + f.seconds * 1000;
  const start = now();
  let n = 0;
  while (now() < end) step(n++);
  return rate(n, now() - start);
}

try {
  const file = fs.openSync(path.join(dir, "a"), "w+");
  const appendFdatasync = loop(() => {
    fs.writeSync(file, block, 0, 4096);
    fs.fdatasyncSync(file);
  });
  const size = fs.fstatSync(file).size;
  const overwriteFdatasync = loop((n) => {
    fs.writeSync(file, block, 0, 4096, (n * 4096) % size);
    fs.fdatasyncSync(file);
  });
  fs.closeSync(file);
  const create = loop((n) => {
    const fd = fs.openSync(path.join(dir, `f${n}`), "wx");
    fs.writeSync(fd, block, 0, 20000);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  });
  const big = fs.openSync(path.join(dir, "b"), "w");
  const start = now();
  for (let i = 0; i < 512; i++) fs.writeSync(big, block);
  fs.fsyncSync(big);
  const sequential = round((512 * 1.048576) / ((now() - start) / 1000));
  fs.closeSync(big);
  const key = crypto.randomBytes(32);
  const gcm = (size) =>
    round(
      (loop(() => {
        const c = crypto.createCipheriv("aes-256-gcm", key, block.subarray(0, 12));
        c.update(block.subarray(0, size));
        c.final();
        c.getAuthTag();
      }) *
        size) /
        1e6,
    );
  report("limits", f, {
    appendFdatasyncPerS: appendFdatasync,
    overwriteFdatasyncPerS: overwriteFdatasync,
    createFsyncFilesPerS: create,
    sequentialMBperS: sequential,
    aesGcm16KiBMBperS: gcm(16384),
    aesGcm1MiBMBperS: gcm(1 << 20),
  });
} finally {
  fs.rmSync(dir, { recursive: true });
}
