/** Any octets, cut anywhere: the session answers and ends, nothing throws, and no transaction leaks into the next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Peer } from "./peer.fixture.ts";

const numRuns = Math.max(30, Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 500) / 5);

const pieces = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "EHLO a\r\n",
      "HELO b\r\n",
      "MAIL FROM:<>\r\n",
      "MAIL FROM:<a@b> BODY=BINARYMIME\r\n",
      "RCPT TO:<u1@example.test>\r\n",
      "RCPT TO:<u2@example.test>\r\n",
      "DATA\r\n",
      "Subject: x\r\n\r\n",
      ".\r\n",
      "..\r\n",
      "BDAT 5\r\nabcde",
      "BDAT 0 LAST\r\n",
      "BDAT 3 LAST\r\nxyz",
      "BDAT 99\r\n",
      "RSET\r\n",
      "NOOP\r\n",
      "VRFY x\r\n",
      "STARTTLS\r\n",
      "\n.\n",
      "\r",
      "\n",
      "\r\n",
      ".",
      "QUIT\r\n",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

test("a session survives whatever it is sent", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), async (script, size) => {
      await using peer = await Peer.open({ tls: true });
      const wire = script.join("");
      for (let at = 0; at < wire.length; at += size) peer.send(wire.slice(at, at + size));
      peer.end();
      await peer.closed;
      assert.deepEqual(
        peer.events.filter(([name]) => name === "smtp.failed"),
        [],
      );
      for (const mail of [...(await peer.mails("u1")), ...(await peer.mails("u2"))])
        assert.match(mail, /^Return-Path: </);
    }),
    { numRuns },
  );
});
