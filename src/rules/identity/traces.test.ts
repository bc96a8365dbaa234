import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToUnicode } from "node:url";
import { traceOfAddress, traceOfClient } from "./traces.ts";

const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

test("A6: an address is found in any form in which programs write it, and not in what only looks like it", () => {
  const is = traceOfAddress("ann@altmail.test", domainToUnicode);
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
  const is = traceOfAddress("u1@xn--bcher-kva.test", domainToUnicode);
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

test("an address is looked for in time of a field's octets, also in marks that Unicode would sort", () => {
  const is = traceOfAddress("ann@altmail.test", domainToUnicode);
  const marks = `${"\u0345".repeat(32_000)}${"\u0334".repeat(32_000)}`;
  const words = marks.replace(/.{200}/gu, (some) => `=?utf-8?B?${Buffer.from(some).toString("base64")}?= `);
  const start = process.cpuUsage();
  for (const text of [words, octets(marks)]) assert.ok(is(`${text} ann@altmail.test`) && !is(text));
  // Once through all rows took 10 s.
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});

test("A6: a client's name of several labels is found wherever it stands, one that may be a word only as a host's", () => {
  const long = traceOfClient("192.0.2.7", "annas-laptop.lan", []);
  for (const text of ["ANNAS-laptop.lan", "x@annas-laptop.lan", "a.annas-laptop.lan.b", "annas-laptop.lan@x"])
    assert.ok(long(text), text);
  const short = traceOfClient("192.0.2.7", "debian", []);
  for (const text of ["debian", "x@debian", "on Debian.local:", "debian.lan", "(debian)", "debian.", "[192.0.2.7]"])
    assert.ok(short(text), text);
  for (const text of [
    "debian@lists.example.net",
    "list@lists.debian.org",
    "x@debian.org",
    "https://www.debian.org/debian.html",
    "debian.localnet",
    "debian-devel",
    "alpine.DEB.debian",
  ])
    assert.ok(!short(text), text);
});

test("of what a client says in brackets only an address is looked for", () => {
  for (const helo of ["[", "[]", "[x", "[x]", "[IPv6:]", "[IPv6:::1]", "[127.0.0.1]", "[0.0.0.0]", "[::]", "]", ""]) {
    const is = traceOfClient("2001:db8::7", helo, []);
    assert.ok(is("from 2001:DB8:0::7"), helo);
    for (const text of ["", "3 (Normal)", "<https://a.example/>", "x", "::", "a::b", "127.0.0.1"])
      assert.ok(!is(text), helo + text);
  }
  for (const [helo, text] of [
    ["[10.1.2.3]", "x@[10.1.2.3]"],
    ["10.1.2.3", "by 10.1.2.3"],
    ["[IPv6:FE80:0::1]", "fe80::1"],
    ["fe80::0:1", "fe80::1"],
  ] as const)
    assert.ok(traceOfClient("192.0.2.7", helo, [])(text), helo);
});
