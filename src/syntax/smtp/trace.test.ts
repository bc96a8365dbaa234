import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeTrace, formatDate, traceEnd } from "./trace.ts";

const trace = {
  sender: "a@b.c",
  helo: "mail.b.c",
  peerAddress: "192.0.2.1",
  host: "mx.example.test",
  protocol: "ESMTPS",
  tls: "TLSv1.3 TLS_AES_256_GCM_SHA384",
  id: "0123",
  recipient: "u1@example.test",
  time: Date.parse("2026-03-04T05:06:07Z"),
};

test("RFC 5321 section 4.4: Return-Path and Received say where a message came from", () => {
  const text = Buffer.from(encodeTrace(trace)).toString();
  assert.equal(
    text,
    "Return-Path: <a@b.c>\r\nReceived: from mail.b.c ([192.0.2.1])\r\n" +
      "\tby mx.example.test with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384) id 0123 for <u1@example.test>;\r\n" +
      "\tWed, 4 Mar 2026 05:06:07 +0000\r\n",
  );
});

test("the message is found again behind its trace, and no value adds a line", () => {
  const made = encodeTrace({
    ...trace,
    sender: "",
    helo: "x\r\nBcc: y",
    tls: undefined,
    recipient: undefined,
    peerAddress: "2001:db8::1",
  });
  const text = Buffer.from(made).toString();
  assert.match(text, /^Return-Path: <>\r\nReceived: from x\?\?Bcc: y \(\[IPv6:2001:db8::1\]\)\r\n/);
  assert.equal(traceEnd(Buffer.concat([made, Buffer.from("Subject: x\r\n\r\n")])), made.length);
});

test("dates are those of RFC 5322 section 3.3", () => {
  assert.equal(formatDate(0), "Thu, 1 Jan 1970 00:00:00 +0000");
});
