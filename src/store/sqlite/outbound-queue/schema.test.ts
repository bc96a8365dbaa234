import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ALICE, newId, outbound, recipient } from "../../contract/outbound-samples.ts";
import { octets, TIMES } from "../../contract/outbound-world.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";
import { outboundMigrations } from "./schema.ts";

test("what waits in a file of the first step waits on in one of the newest", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-outbound-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "outbound.db");
  const key = randomBytes(32) as Uint8Array as FileKey;
  const application = { path, key, applicationId: APPLICATION.outbound, synchronous: "full" } as const;
  const id = newId();
  const old = openDatabase({ ...application, migrations: outboundMigrations.slice(0, 1), create: {} });
  old.exec(`
    INSERT INTO content VALUES (5, x'00', 1);
    INSERT INTO message VALUES (7, '${id}', 5, '${ALICE}', 'alice@example.org', NULL, 0, '7BIT', 0, 0, NULL, NULL, 1, 9000000000000);
    INSERT INTO item VALUES (9, 7, 'a.example', '${ALICE}', 0, 1, 0, 2, 9000000000000, NULL, NULL, NULL);
    INSERT INTO recipient VALUES (3, 9, 'one@a.example', NULL, NULL, NULL);
    INSERT INTO destination VALUES ('a.example', 1, 0, 0, 0, NULL, NULL);
  `);
  old.close();
  await using queue = await openSqliteOutboundQueue({ file: path, key });
  const [waiting] = await queue.list({ kind: "message", id }, 0, 10);
  assert.deepEqual(
    [waiting?.message.id, waiting?.attempts, waiting?.recipients.map(({ address }) => address)],
    [id, 2, ["one@a.example"]],
  );
  assert.equal(await queue.add(outbound({ id }), [recipient("one@a.example")], TIMES, octets()), "known");
  assert.equal(await queue.add(outbound(), [recipient("two@a.example")], TIMES, octets()), "added");
});
