import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeReply } from "./reply.ts";

test("RFC 5321 section 4.2.1: every line carries the code, the last one a space after it", () => {
  assert.equal(encodeReply(250, undefined, ["mx", "SIZE 1", "DSN"]), "250-mx\r\n250-SIZE 1\r\n250 DSN\r\n");
  assert.equal(encodeReply(550, "5.1.1", ["No.", "Sorry."]), "550-5.1.1 No.\r\n550 5.1.1 Sorry.\r\n");
});

test("no text can make a line of its own", () => {
  assert.equal(encodeReply(250, "2.0.0", ["a\r\n250 b\u00fc"]), "250 2.0.0 a??250 b?\r\n");
});
