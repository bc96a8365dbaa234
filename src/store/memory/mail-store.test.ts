import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { range } from "../../syntax/bytes/number-set.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import { SEEN } from "../flags.ts";
import { accountId } from "../ids.ts";
import { contentOf } from "./gather.ts";
import { memoryMailStore } from "./mail-store.ts";

test("smoke", async () => {
  await using store = memoryMailStore();
  const id = accountId(randomBytes(16).toString("hex"));
  await store.create(id, { quotaBytes: 1e9 });
  const inbox = await store.read(id).mailbox("INBOX");
  assert.ok(inbox);
  const octets = new TextEncoder().encode("Subject: x\r\n\r\nhello\r\n");
  const derived: Derived = {
    size: octets.length,
    headerSize: 14,
    envelope: "()",
    structure: "()",
    tree: "{}",
    from: "",
    to: "",
    cc: "",
    bcc: "",
    subject: "x",
    sentDate: undefined,
    text: "hello",
  };
  const r = await store.write(id).append(inbox.id, [
    {
      content: contentOf(octets),
      derived,
      flags: { system: SEEN, keywords: ["A"] },
      internalDate: 0,
      zoneMinutes: 0,
    },
  ]);
  assert.equal(r.kind, "appended");
  assert.equal((await store.read(id).search(inbox.id, range(1, 10), "text", "subject: x")).size, 1);
  assert.deepEqual(await store.check(id), []);
});
