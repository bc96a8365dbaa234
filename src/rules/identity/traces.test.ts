import assert from "node:assert/strict";
import { test } from "node:test";
import { traceOfAddress } from "./traces.ts";

const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

test("A6: an address is found in any form in which programs write it, and not in what only looks like it", () => {
  const is = traceOfAddress("ann@altmail.test");
  for (const form of [
    "<ann@altmail.test>",
    "ann+x@ALTMAIL.test.",
    '"ann"@altmail.test',
    "ann(c)@altmail.test",
    "ann @ altmail . test",
    "mailto:ann%40altmail%2Etest",
    "ann%2540altmail.test",
    "ann%2Btag%40altmail.test",
    "ann=40altmail.test",
    "=?utf-8?q?ann=40altmail=2Etest?=",
    "=?utf-8?b?YW5u?= =?utf-8?b?QGFsdG1haWwudGVzdA==?=",
    "bounce+ann=altmail.test@example.net",
    "list-return-7-ann=altmail.test@example.net",
    "SRS0=hash=tt=altmail.test=ann@example.net",
  ])
    assert.ok(is(form), form);
  for (const form of [
    "joann@altmail.test",
    "x-ann@altmail.test",
    "joe+ann@altmail.test",
    "ann@altmail.testing.example",
    "ann@altmail.test.example",
    "ann@sub.altmail.test",
    "bounce+joann=altmail.test@example.net",
    "SRS0=hash=tt=altmail.test=anna@example.net",
    "ann at large, see altmail.test",
  ])
    assert.ok(!is(form), form);
});

test("A6: an address is found with its domain in A-labels and in letters, folded in case and width", () => {
  const is = traceOfAddress("u1@xn--bcher-kva.test");
  for (const form of [
    "U1@XN--BCHER-kva.test",
    "u1@bücher.test",
    "addr=U1@BÜCHER.test; a=b",
    "u1@bu\u0308cher.test",
    "u1@ｂücher\u3002test",
    "u1%40b%C3%BCcher.test",
    "=?utf-8?q?u1=40b=C3=BCcher.test?=",
    '"u1"@bücher.test',
    "bounce-u1=bücher.test@example.net",
  ])
    assert.ok(is(octets(form)), form);
  for (const form of ["u1@bücherei.test", "u1@bucher.test", "u2@bücher.test"]) assert.ok(!is(octets(form)), form);
});
