import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMail, parseRcpt } from "./path.ts";

const none = { size: undefined, body: "7BIT", smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined };

test("RFC 5321 section 4.1.1.2: MAIL with a path, the null path, and a source route that is dropped", () => {
  const a = { local: "a", domain: "b.c" };
  assert.deepEqual(parseMail("FROM:<a@b.c>"), { kind: "mail", sender: a, parameters: none });
  assert.deepEqual(parseMail("from:<>"), { kind: "mail", sender: undefined, parameters: none });
  assert.deepEqual(parseMail("FROM:<@x.y,@z:a@b.c>"), { kind: "mail", sender: a, parameters: none });
});

test("the parameters of MAIL are read, in any case and order", () => {
  const command = parseMail("FROM:<a@b> size=12 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=QQ+2B AUTH=<>");
  assert.deepEqual(command.kind === "mail" && command.parameters, {
    size: 12,
    body: "8BITMIME",
    smtpUtf8: true,
    requireTls: false,
    ret: "HDRS",
    envid: "QQ+2B",
  });
});

test("RFC 3461 section 4: NOTIFY and ORCPT of RCPT are kept", () => {
  assert.deepEqual(parseRcpt("TO:<a@b> NOTIFY=SUCCESS,delay ORCPT=rfc822;a+2Bc@b"), {
    kind: "rcpt",
    recipient: { local: "a", domain: "b" },
    parameters: { notify: { success: true, failure: false, delay: true }, orcpt: "rfc822;a+2Bc@b" },
  });
  const never = parseRcpt("TO:<a@b> NOTIFY=NEVER");
  assert.deepEqual(never.kind === "rcpt" && never.parameters.notify, { success: false, failure: false, delay: false });
});

test("RFC 5321 section 4.5.1: postmaster needs no domain, nobody else does without", () => {
  const bare = parseRcpt("TO:<PostMaster>");
  assert.ok(bare.kind === "rcpt" && bare.recipient === undefined);
  assert.equal(parseRcpt("TO:<u1>").kind, "wrong");
  assert.equal(parseRcpt("TO:<>").kind, "wrong");
});

test("each way to be wrong has its code", () => {
  const mail: readonly (readonly [string, number, string])[] = [
    ["", 501, "5.5.4"],
    ["FROM: <a@b>", 501, "5.1.7"],
    ["FROM:a@b", 501, "5.1.7"],
    ["FROM:<a@b", 501, "5.1.7"],
    ["FROM:<a@b>SIZE=1", 501, "5.1.7"],
    ["FROM:<>x", 501, "5.1.7"],
    ["FROM:<@:a@b>", 501, "5.1.7"],
    [`FROM:<${"@x.y,".repeat(300)}@z:a@b>`, 501, "5.1.7"],
    ["FROM:<a@b> SIZE=", 501, "5.5.4"],
    ["FROM:<a@b> SIZE=x", 501, "5.5.4"],
    ["FROM:<a@b> SIZE=1 SIZE=1", 501, "5.5.4"],
    ["FROM:<a@b> BODY=9BIT", 501, "5.5.4"],
    ["FROM:<a@b> SMTPUTF8=1", 501, "5.5.4"],
    ["FROM:<a@b> RET=", 501, "5.5.4"],
    ["FROM:<a@b> RET=X", 501, "5.5.4"],
    ["FROM:<a@b> ENVID=+0a", 501, "5.5.4"],
    ["FROM:<a@b> AUTH=+", 501, "5.5.4"],
    ["FROM:<a@b> XYZZY=1", 555, "5.5.4"],
  ];
  for (const [argument, code, enhanced] of mail) {
    const parsed = parseMail(argument);
    assert.ok(parsed.kind === "wrong", argument);
    assert.deepEqual([parsed.code, parsed.enhanced], [code, enhanced], argument);
  }
  for (const [argument, code] of [
    ["TO:<a@b> NOTIFY=NEVER,SUCCESS", 501],
    ["TO:<a@b> NOTIFY=DELAY,DELAY", 501],
    ["TO:<a@b> NOTIFY", 501],
    ["TO:<a@b> ORCPT=x", 501],
    ["TO:<a@b> SIZE=1", 555],
  ] as const) {
    const parsed = parseRcpt(argument);
    assert.ok(parsed.kind === "wrong" && parsed.code === code, argument);
  }
});
