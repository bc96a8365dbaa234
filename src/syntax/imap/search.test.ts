import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command, SearchKey } from "./command.ts";
import { parseCommand } from "./parse.ts";

type Search = Extract<Command, { name: "SEARCH" }>;

function search(text: string): Search {
  const parsed = parseCommand(Buffer.from(`a ${text}\r\n`, "utf8"));
  assert.ok(parsed.kind === "command" && parsed.command.name === "SEARCH", `${text} ${JSON.stringify(parsed)}`);
  return parsed.command;
}

const key = (text: string): SearchKey => search(`SEARCH ${text}`).key;
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

function refused(text: string): string {
  const parsed = parseCommand(Buffer.from(`a SEARCH ${text}\r\n`, "utf8"));
  return parsed.kind === "bad" ? parsed.sentence : assert.fail(text);
}

test("RFC 9051 section 6.4.4: the examples", () => {
  assert.deepEqual(key('FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"'), {
    kind: "and",
    keys: [
      { kind: "flag", flag: "\\Flagged", set: true },
      { kind: "date", of: "internal", when: "since", day: day("1994-02-01") },
      { kind: "not", key: { kind: "address", field: "from", text: "Smith" } },
    ],
  });
  assert.deepEqual(key('TEXT "string not in mailbox"'), { kind: "text", text: "string not in mailbox" });
  const charset = search("SEARCH CHARSET UTF-8 TEXT {12}\r\nпривет");
  assert.equal(charset.charset, "UTF-8");
  assert.deepEqual(charset.key, { kind: "text", text: "привет" });
});

test("every key", () => {
  const flag = (name: string, set: boolean): SearchKey => ({ kind: "flag", flag: name, set });
  const expected: [string, SearchKey][] = [
    ["ALL", { kind: "all" }],
    ["answered", flag("\\Answered", true)],
    ["UNANSWERED", flag("\\Answered", false)],
    ["DELETED", flag("\\Deleted", true)],
    ["UNDELETED", flag("\\Deleted", false)],
    ["DRAFT", flag("\\Draft", true)],
    ["UNDRAFT", flag("\\Draft", false)],
    ["UNFLAGGED", flag("\\Flagged", false)],
    ["SEEN", flag("\\Seen", true)],
    ["UNSEEN", flag("\\Seen", false)],
    ["KEYWORD $Junk", flag("$Junk", true)],
    ["UNKEYWORD $Junk", flag("$Junk", false)],
    ["RECENT", { kind: "recent", set: true }],
    ["OLD", { kind: "recent", set: false }],
    ["NEW", { kind: "and", keys: [{ kind: "recent", set: true }, flag("\\Seen", false)] }],
    [
      "2:4,7",
      {
        kind: "sequence",
        set: [
          [2, 4],
          [7, 7],
        ],
      },
    ],
    ["*", { kind: "sequence", set: [[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]] }],
    ["UID 9", { kind: "uid", set: [[9, 9]] }],
    ["TO x", { kind: "address", field: "to", text: "x" }],
    ["CC x", { kind: "address", field: "cc", text: "x" }],
    ["BCC x", { kind: "address", field: "bcc", text: "x" }],
    ["SUBJECT ÄÖ".replace("ÄÖ", '"ÄÖ"'), { kind: "subject", text: "ÄÖ" }],
    ["BODY x", { kind: "body", text: "x" }],
    ['HEADER Message-ID ""', { kind: "header", field: "Message-ID", text: "" }],
    ["BEFORE 1-Jan-1970", { kind: "date", of: "internal", when: "before", day: 0 }],
    ['SENTON "2-Jan-1970"', { kind: "date", of: "sent", when: "on", day: 1 }],
    ["SENTSINCE 2-Jan-1970", { kind: "date", of: "sent", when: "since", day: 1 }],
    ["LARGER 100", { kind: "size", when: "larger", octets: 100 }],
    ["SMALLER 0", { kind: "size", when: "smaller", octets: 0 }],
    ["MODSEQ 620162338", { kind: "modseq", value: 620162338 }],
    ['MODSEQ "/flags/\\\\draft" all 5', { kind: "modseq", value: 5 }],
    ["(SEEN)", flag("\\Seen", true)],
    [
      "OR SEEN (DRAFT 1)",
      {
        kind: "or",
        left: flag("\\Seen", true),
        right: { kind: "and", keys: [flag("\\Draft", true), { kind: "sequence", set: [[1, 1]] }] },
      },
    ],
  ];
  for (const [text, value] of expected) assert.deepEqual(key(text), value, text);
});

test("RFC 4731: RETURN", () => {
  assert.deepEqual(search("UID SEARCH RETURN (MIN count MIN) ALL").returns, ["MIN", "COUNT"]);
  assert.deepEqual(search("SEARCH RETURN () CHARSET US-ASCII ALL").returns, ["ALL"]);
  assert.equal(search("SEARCH ALL").returns, undefined);
  refused("RETURN (SAVE) ALL");
});

test("a character set that is not known is left to the server", () => {
  const command = search('SEARCH CHARSET KOI8-R TEXT "\u0000(("');
  assert.equal(command.charset, "KOI8-R");
  assert.deepEqual(command.key, { kind: "all" });
});

test("what is wrong is said", () => {
  for (const text of [
    "",
    "NONSENSE",
    "FROM",
    "OR SEEN",
    "NOT",
    "(",
    "()",
    "SEEN)",
    "1:",
    "UID",
    "KEYWORD \\Seen",
    "SENT",
    "LARGER x",
    "CHARSET",
    "CHARSET UTF-8",
    "BEFORE x",
    "$",
    "ALL  ALL",
  ])
    refused(text);
  const latin1 = parseCommand(Buffer.from('a SEARCH SUBJECT "\xe4"\r\n', "latin1"));
  assert.equal(latin1.kind === "bad" && latin1.sentence, "Expected a text to search for in UTF-8.");
});

test("depth and number of keys are bounded", () => {
  assert.match(refused(`${"NOT ".repeat(100_000)}SEEN`), /nested/);
  assert.match(refused("(".repeat(100_000)), /nested/);
  assert.match(refused(`${"OR SEEN ".repeat(500)}SEEN`), /nested/);
  assert.match(refused("SEEN ".repeat(1001).trim()), /at most 1000/);
  key(`${"OR SEEN ".repeat(98)}SEEN`);
});
