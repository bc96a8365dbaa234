import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "./command.ts";
import { parseCommand } from "./parse.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** The command in a line without tag and CRLF. */
function read(text: string): Command {
  const parsed = parseCommand(octets(`a1 ${text}\r\n`));
  assert.equal(parsed.kind, "command", `${text}: ${parsed.kind === "bad" ? parsed.sentence : ""}`);
  assert.equal(parsed.tag, "a1");
  return parsed.kind === "command" ? parsed.command : assert.fail();
}

/** What is said about a line that is wrong. */
function refused(text: string): string {
  const parsed = parseCommand(octets(`a1 ${text}\r\n`));
  assert.equal(parsed.kind, "bad", text);
  assert.equal(parsed.tag, "a1");
  return parsed.kind === "bad" ? parsed.sentence : assert.fail();
}

test("commands without arguments, in any case and with spaces at the end", () => {
  for (const name of ["CAPABILITY", "NOOP", "LOGOUT", "CHECK", "CLOSE", "UNSELECT", "IDLE", "NAMESPACE"] as const) {
    assert.deepEqual(read(name), { name });
    assert.deepEqual(read(`${name.toLowerCase()}  `), { name });
    refused(`${name} x`);
  }
});

test("the tag is given as far as it could be read", () => {
  const tagOf = (line: string): string => parseCommand(octets(line)).tag;
  assert.equal(tagOf("A.1]- nonsense\r\n"), "A.1]-");
  assert.equal(tagOf("a1\r\n"), "a1");
  for (const line of [
    "\r\n",
    " NOOP\r\n",
    "a+1 NOOP\r\n",
    "* NOOP\r\n",
    "a\x00 NOOP\r\n",
    `${"a".repeat(200)} NOOP\r\n`,
    "",
  ])
    assert.equal(tagOf(line), "*", line);
});

test("a line must end with CRLF and nothing may follow", () => {
  for (const line of ["a NOOP", "a NOOP\n", "a NOOP\r", "a NOOP\r\n\r\n", "a NOOP\r\nb NOOP\r\n"])
    assert.equal(parseCommand(octets(line)).kind, "bad", JSON.stringify(line));
});

test("RFC 9051 section 6.2.3: LOGIN, with quotes, literals and octets above 127", () => {
  assert.deepEqual(read("LOGIN SMITH SESAME"), { name: "LOGIN", user: "SMITH", password: "SESAME" });
  assert.deepEqual(read('login "a@b" "p \\"\\\\ w"'), { name: "LOGIN", user: "a@b", password: 'p "\\ w' });
  assert.deepEqual(read("LOGIN {3}\r\nabc {4+}\r\n\r\n\r\n"), { name: "LOGIN", user: "abc", password: "\r\n\r\n" });
  assert.deepEqual(read('LOGIN a "pässword"'), { name: "LOGIN", user: "a", password: "pässword" });
  const old = parseCommand(Buffer.from('a LOGIN a "p\xe4ss"\r\n', "latin1"));
  assert.equal(old.kind === "command" && old.command.name === "LOGIN" && old.command.password, "päss");
  assert.deepEqual(read('LOGIN "" ""'), { name: "LOGIN", user: "", password: "" });
  for (const text of [
    "LOGIN a",
    "LOGIN a  b",
    'LOGIN a "b',
    'LOGIN a "\\b"',
    "LOGIN a {5}\r\nabc",
    "LOGIN a b c",
    "LOGIN a p%c",
  ])
    refused(text);
});

test("RFC 4959: AUTHENTICATE with and without initial response", () => {
  assert.deepEqual(read("authenticate plain"), { name: "AUTHENTICATE", mechanism: "PLAIN", initial: undefined });
  assert.deepEqual(read("AUTHENTICATE EXTERNAL ="), {
    name: "AUTHENTICATE",
    mechanism: "EXTERNAL",
    initial: new Uint8Array(),
  });
  const plain = read("AUTHENTICATE SCRAM-SHA-256 AHRlc3QAdGVzdA==");
  assert.equal(plain.name === "AUTHENTICATE" && Buffer.from(plain.initial ?? []).toString("latin1"), "\0test\0test");
  for (const text of ["AUTHENTICATE", "AUTHENTICATE PLAIN AAA", "AUTHENTICATE PLAIN a-b_", "AUTHENTICATE PLAIN = ="])
    refused(text);
});

test("RFC 2971: ID", () => {
  assert.deepEqual(read("ID NIL"), { name: "ID", fields: [] });
  assert.deepEqual(read('ID ("name" "sodr" "version" "19.34" "vendor" NIL)'), {
    name: "ID",
    fields: [
      ["name", "sodr"],
      ["version", "19.34"],
      ["vendor", undefined],
    ],
  });
  for (const text of ["ID", "ID x", 'ID ("name")', `ID (${'"a" "b" '.repeat(31)})`]) refused(text);
});

test("RFC 5161: ENABLE", () => {
  assert.deepEqual(read("ENABLE condstore X-GOOD-IDEA"), {
    name: "ENABLE",
    capabilities: ["CONDSTORE", "X-GOOD-IDEA"],
  });
  refused("ENABLE");
});

test("SELECT and EXAMINE, RFC 7162 section 3.1.8", () => {
  assert.deepEqual(read("select inbox"), { name: "SELECT", mailbox: "INBOX", condstore: false });
  assert.deepEqual(read('EXAMINE "Entw&APw-rfe" (CONDSTORE)'), {
    name: "EXAMINE",
    mailbox: "Entwürfe",
    condstore: true,
  });
  assert.deepEqual(read('SELECT "Entwürfe"'), { name: "SELECT", mailbox: "Entwürfe", condstore: false });
  assert.deepEqual(read("SELECT {5}\r\na&-b "), { name: "SELECT", mailbox: "a&b ", condstore: false });
  for (const text of [
    "SELECT",
    "SELECT a b",
    "SELECT a (QRESYNC (1 2))",
    "SELECT a&b",
    "SELECT a ()",
    'SELECT "a\\u0001"',
  ])
    refused(text);
});

test("RFC 6154 section 3: CREATE with uses; the other commands on mailboxes", () => {
  assert.deepEqual(read("CREATE MyDrafts (USE (\\Drafts))"), {
    name: "CREATE",
    mailbox: "MyDrafts",
    specialUse: ["\\Drafts"],
  });
  assert.deepEqual(read("CREATE owatagusiam/"), { name: "CREATE", mailbox: "owatagusiam/", specialUse: [] });
  refused("CREATE a (SIZE 5)");
  for (const name of ["DELETE", "SUBSCRIBE", "UNSUBSCRIBE"] as const)
    assert.deepEqual(read(`${name} blurdybloop`), { name, mailbox: "blurdybloop" });
  assert.deepEqual(read("RENAME blurdybloop {8}\r\nsarasoop"), { name: "RENAME", from: "blurdybloop", to: "sarasoop" });
  refused("RENAME a");
});

test("STATUS", () => {
  assert.deepEqual(read("STATUS blurdybloop (UIDNEXT MESSAGES messages )"), {
    name: "STATUS",
    mailbox: "blurdybloop",
    items: ["UIDNEXT", "MESSAGES"],
  });
  for (const text of ["STATUS a", "STATUS a ()", "STATUS a (NONSENSE)", "STATUS a MESSAGES"]) refused(text);
});

test("STORE, COPY, MOVE, EXPUNGE and their forms with UIDs", () => {
  const all = { name: "STORE", uid: false, silent: false, unchangedSince: undefined } as const;
  assert.deepEqual(read("STORE 2:4 +FLAGS (\\deleted)"), { ...all, set: [[2, 4]], kind: "add", flags: ["\\Deleted"] });
  assert.deepEqual(read("UID STORE 4:2 -FLAGS.SILENT \\Seen $Junk "), {
    ...all,
    uid: true,
    set: [[2, 4]],
    kind: "remove",
    silent: true,
    flags: ["\\Seen", "$Junk"],
  });
  assert.deepEqual(read("STORE 1 FLAGS ()"), { ...all, set: [[1, 1]], kind: "replace", flags: [] });
  assert.deepEqual(read("STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)"), {
    ...all,
    set: [
      [7, 7],
      [5, 5],
      [9, 9],
    ],
    kind: "add",
    silent: true,
    flags: ["\\Deleted"],
    unchangedSince: 320162338,
  });
  assert.deepEqual(read("copy 2:4 meeting"), { name: "COPY", uid: false, set: [[2, 4]], mailbox: "meeting" });
  assert.deepEqual(read("UID MOVE 42:69 foo"), { name: "MOVE", uid: true, set: [[42, 69]], mailbox: "foo" });
  assert.deepEqual(read("EXPUNGE"), { name: "EXPUNGE", uids: undefined });
  assert.deepEqual(read("UID EXPUNGE 3000:3002"), { name: "EXPUNGE", uids: [[3000, 3002]] });
  for (const text of [
    "STORE 1 FLAGS",
    "STORE 1 *FLAGS ()",
    "STORE x FLAGS ()",
    "STORE 1 +FLAGS (\\*)",
    "EXPUNGE 1",
    "UID EXPUNGE",
    "UID NOOP",
    "UID",
  ])
    refused(text);
});

test("sequence sets", () => {
  const set = (text: string): unknown => {
    const command = read(`COPY ${text} x`);
    return command.name === "COPY" ? command.set : undefined;
  };
  const inf = Number.POSITIVE_INFINITY;
  assert.deepEqual(set("*"), [[inf, inf]]);
  assert.deepEqual(set("2,4:7,9,12:*"), [
    [2, 2],
    [4, 7],
    [9, 9],
    [12, inf],
  ]);
  assert.deepEqual(set("*:4,5:7"), [
    [4, inf],
    [5, 7],
  ]);
  assert.deepEqual(set("4294967295"), [[4294967295, 4294967295]]);
  for (const text of ["0", "1:0", "4294967296", "1,", ",1", "1:", "1:2:3", "-1", "$", "1;2"]) refused(`COPY ${text} x`);
});

test("no sentence repeats what was sent", () => {
  for (const text of [
    "SECRET",
    "LOGIN SECRET",
    "FETCH 1 SECRET",
    "SEARCH SECRET",
    "STATUS SECRET SECRET",
    "LIST (SECRET) a b",
    "ID SECRET",
  ])
    assert.doesNotMatch(refused(text), /SECRET/);
});
