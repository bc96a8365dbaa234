import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddresses } from "./addresses.ts";
import type { Address } from "./addresses.ts";

function mailbox(local: string, host: string, name?: string, route?: string): Address {
  return { kind: "mailbox", name, route, local, host };
}

function read(text: string): Address[] {
  return readAddresses(text, 100);
}

test("RFC 5322 appendix A: mailboxes, groups, comments, routes", () => {
  assert.deepEqual(read('"Joe Q. Public" <john.q.public@example.com>'), [
    mailbox("john.q.public", "example.com", "Joe Q. Public"),
  ]);
  assert.deepEqual(read('<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>'), [
    mailbox("boss", "nil.test"),
    mailbox("sysservices", "example.net", 'Giant; "Big" Box'),
  ]);
  assert.deepEqual(read("A Group:Ed Jones <c@a.test>,joe@where.test;"), [
    { kind: "group", name: "A Group" },
    mailbox("c", "a.test", "Ed Jones"),
    mailbox("joe", "where.test"),
    { kind: "group-end" },
  ]);
  assert.deepEqual(read("Undisclosed recipients:;"), [
    { kind: "group", name: "Undisclosed recipients" },
    { kind: "group-end" },
  ]);
  assert.deepEqual(read("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>"), [
    mailbox("pete", "silly.test", "Pete"),
  ]);
  assert.deepEqual(read("Mary Smith <@node.test,@b:mary@example.net>, , jdoe@test  . example"), [
    mailbox("mary", "example.net", "Mary Smith", "@node.test,@b"),
    mailbox("jdoe", "test.example"),
  ]);
});

test("names in comments, bare names, quoted local parts, literals", () => {
  assert.deepEqual(read("bob@example.org (Bob (B.) Smith)"), [mailbox("bob", "example.org", "Bob (B.) Smith")]);
  assert.deepEqual(read("MAILER-DAEMON"), [mailbox("MAILER-DAEMON", "")]);
  assert.deepEqual(read("Bob bob@example.org"), [mailbox("bob", "example.org", "Bob")]);
  assert.deepEqual(read('"a, b@c"@example.org, x@[IPv6:::1]'), [
    mailbox("a, b@c", "example.org"),
    mailbox("x", "[IPv6:::1]"),
  ]);
  assert.deepEqual(read("<>"), [mailbox("", "")]);
  assert.deepEqual(read(""), []);
});

test("what is broken: commas in encoded words, semicolons, brackets and quotes that do not end", () => {
  assert.deepEqual(read("=?utf-8?q?Doe,_John?= <a@b>; c@d"), [
    mailbox("a", "b", "=?utf-8?q?Doe,_John?="),
    mailbox("c", "d"),
  ]);
  assert.deepEqual(read("A <a@b, C <c@d>"), [mailbox("a", "b", "A"), mailbox("c", "d", "C")]);
  assert.deepEqual(read('"A <a@b>'), [mailbox("A <a@b>", "")]);
  assert.deepEqual(read("A (x <a@b>"), [mailbox("A", "", "x <a@b>")]);
  assert.deepEqual(read("g: a@b"), [{ kind: "group", name: "g" }, mailbox("a", "b"), { kind: "group-end" }]);
  assert.equal(readAddresses("a@b,".repeat(9), 3).length, 3);
});

test("signs that belong to nothing are words of their own, side by side", () => {
  assert.deepEqual(read("]) >a)<b@c>]x, d@e [f] g"), [mailbox("b", "c", "]) >a)"), mailbox("d", "e", "[f] g")]);
  assert.deepEqual(read("<]a)>b@c"), [mailbox("]a)", "")]);
  assert.deepEqual(read("a\u00ff@b\u0080"), [mailbox("a\u00ff", "b\u0080")]);
});
