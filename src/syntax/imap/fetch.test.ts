import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { BodySection, Command, FetchItem } from "./command.ts";
import { parseCommand } from "./parse.ts";
import { encodeSectionName } from "./section-name.ts";

type Fetch = Extract<Command, { name: "FETCH" }>;

function fetch(text: string): Fetch {
  const parsed = parseCommand(Buffer.from(`a ${text}\r\n`, "latin1"));
  assert.ok(parsed.kind === "command" && parsed.command.name === "FETCH", `${text} ${JSON.stringify(parsed)}`);
  return parsed.command;
}

const items = (text: string): readonly FetchItem[] => fetch(`FETCH 1 ${text}`).items;
const kinds = (text: string): string[] => items(text).map((item) => item.kind);

const section = (changes: Partial<BodySection>): BodySection => ({
  kind: "BODY[]",
  peek: false,
  part: [],
  text: "",
  fields: [],
  partial: undefined,
  ...changes,
});

test("RFC 9051 section 6.4.5: the example", () => {
  const command = fetch("FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])");
  assert.deepEqual(command.set, [[2, 4]]);
  assert.equal(command.uid, false);
  assert.equal(command.changedSince, undefined);
  assert.deepEqual(command.items, [{ kind: "FLAGS" }, section({ text: "HEADER.FIELDS", fields: ["DATE", "FROM"] })]);
});

test("macros and single items need no parentheses", () => {
  assert.deepEqual(kinds("fast"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]);
  assert.deepEqual(kinds("ALL"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]);
  assert.deepEqual(kinds("Full"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]);
  assert.deepEqual(kinds("flags"), ["FLAGS"]);
  assert.deepEqual(items("body[]"), [section({})]);
});

test("all items of both revisions", () => {
  const words = [
    "UID",
    "FLAGS",
    "INTERNALDATE",
    "RFC822.SIZE",
    "ENVELOPE",
    "BODYSTRUCTURE",
    "MODSEQ",
    "BODY",
    "RFC822",
  ];
  assert.deepEqual(kinds(`(${words.join(" ")} RFC822.HEADER RFC822.TEXT)`), [...words, "RFC822.HEADER", "RFC822.TEXT"]);
});

test("what is asked for twice is answered once", () => {
  assert.deepEqual(kinds("(UID FLAGS uid BODY.PEEK[1] BODY.PEEK[1] BODY[1])"), ["UID", "FLAGS", "BODY[]", "BODY[]"]);
});

test("RFC 9051 section 6.4.5.1: sections", () => {
  assert.deepEqual(items("BODY.PEEK[4.2.MIME]"), [section({ peek: true, part: [4, 2], text: "MIME" })]);
  assert.deepEqual(items("BODY[1.header]<0.2048>"), [
    section({ part: [1], text: "HEADER", partial: { offset: 0, length: 2048 } }),
  ]);
  assert.deepEqual(items("BODY[3.TEXT]"), [section({ part: [3], text: "TEXT" })]);
  assert.deepEqual(items('BODY[HEADER.FIELDS.NOT ("a b" {3}\r\nc\rd e)]'), [
    section({ text: "HEADER.FIELDS.NOT", fields: ["a b", "c\rd", "e"] }),
  ]);
  for (const text of [
    "BODY[0]",
    "BODY[1.]",
    "BODY[.1]",
    "BODY[1 ]",
    "BODY[MIME]",
    "BODY[1HEADER]",
    "BODY[HEADER.FIELDS]",
    "BODY[HEADER.FIELDS ()]",
    "BODY[HEADER.1]",
    "BODY[]<0>",
    "BODY[]<0.0>",
    "BODY[]<0.1",
    "BODY.PEEK",
    "BODY[1",
    "BINARY[1]",
    "RFC822.PEEK",
    "()",
    "(FLAGS",
    "(ALL)",
    "FLAGS UID",
    "(FLAGS)(UID)",
    "",
  ])
    assert.equal(parseCommand(Buffer.from(`a FETCH 1 ${text}\r\n`)).kind, "bad", text);
});

test("RFC 7162 section 3.1.4.1: CHANGEDSINCE", () => {
  const command = fetch("UID FETCH 1:* (FLAGS UID) (changedsince 12345)");
  assert.equal(command.uid, true);
  assert.equal(command.changedSince, 12345);
  assert.equal(parseCommand(Buffer.from("a FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)\r\n")).kind, "bad");
});

test("very many items are refused", () => {
  const many = Array.from({ length: 300 }, (_, i) => `BODY[${i + 1}]`).join(" ");
  assert.equal(parseCommand(Buffer.from(`a FETCH 1 (${many})\r\n`)).kind, "bad");
});

test("the answer's name is what was asked for, read back the same", () => {
  const [asked] = items('BODY.PEEK[1.2.HEADER.FIELDS ("From" "x y")]<7.9>') as [BodySection];
  assert.equal(encodeSectionName(asked), 'BODY[1.2.HEADER.FIELDS (From "x y")]<7>');
  assert.equal(encodeSectionName(section({})), "BODY[]");
  const field = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  });
  const any = fc.record({
    part: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }),
    text: fc.constantFrom("HEADER.FIELDS" as const, "HEADER.FIELDS.NOT" as const),
    fields: fc.array(field, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(any, (changes) => {
      assert.deepEqual(items(encodeSectionName(section(changes))), [section(changes)]);
    }),
  );
});
