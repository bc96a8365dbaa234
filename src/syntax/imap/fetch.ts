/**
 * FETCH: RFC 9051 section 6.4.5, the items of RFC 3501 section 6.4.5 that IMAP4rev2 dropped, and CHANGEDSINCE and MODSEQ
 * of RFC 7162 section 3.1.4. What is asked for twice is answered once.
 */
import type { BodySection, Command, FetchItem } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { isDigit } from "./octet.ts";
import { readSequenceSet } from "./sequence.ts";
import { latin1 } from "../bytes/latin1.ts";

/** Items of one FETCH. Clients ask for a handful, or for each part of a mail; each costs us a read of the mail. */
const MAX_ITEMS = 256;

const FAST: readonly FetchItem[] = [{ kind: "FLAGS" }, { kind: "INTERNALDATE" }, { kind: "RFC822.SIZE" }];
const ALL: readonly FetchItem[] = [...FAST, { kind: "ENVELOPE" }];
const MACROS = new Map<string, readonly FetchItem[]>([
  ["FAST", FAST],
  ["ALL", ALL],
  ["FULL", [...ALL, { kind: "BODY" }]],
]);

const WORDS = new Map<string, FetchItem>(
  (
    [
      "UID",
      "FLAGS",
      "INTERNALDATE",
      "RFC822.SIZE",
      "ENVELOPE",
      "BODYSTRUCTURE",
      "MODSEQ",
      "RFC822",
      "RFC822.HEADER",
      "RFC822.TEXT",
    ] as const
  ).map((kind) => [kind, { kind }]),
);

export function readFetch(cursor: Cursor, uid: boolean): Command {
  cursor.space("before the messages");
  const set = readSequenceSet(cursor);
  cursor.space("before the items");
  const items = readItems(cursor);
  return { name: "FETCH", uid, set, items, changedSince: readModifiers(cursor) };
}

function readItems(cursor: Cursor): readonly FetchItem[] {
  if (cursor.sees("("))
    return distinct(
      cursor,
      cursor.list("the list of items", () => readItem(cursor)),
    );
  const start = cursor.at;
  const macro = MACROS.get(readWord(cursor));
  if (macro !== undefined) return macro;
  cursor.at = start;
  return [readItem(cursor)];
}

function distinct(cursor: Cursor, items: readonly FetchItem[]): readonly FetchItem[] {
  const found = new Map(items.map((item) => [JSON.stringify(item), item]));
  return found.size <= MAX_ITEMS ? [...found.values()] : cursor.fail(`Expected at most ${MAX_ITEMS} items.`);
}

/** An item's name: atoms contain `[`, which ends it here. */
function readWord(cursor: Cursor): string {
  const start = cursor.at;
  for (let octet = cursor.peek(); isWord(octet); octet = cursor.peek()) cursor.at++;
  if (cursor.at === start) cursor.fail("Expected an item to fetch.");
  return latin1(cursor.octets.subarray(start, cursor.at)).toUpperCase();
}

function isWord(octet: number | undefined): boolean {
  if (octet === undefined) return false;
  const lower = octet | 32;
  return (lower >= 97 && lower <= 122) || isDigit(octet) || octet === 46;
}

function readItem(cursor: Cursor): FetchItem {
  const word = readWord(cursor);
  if (word === "BODY.PEEK" || (word === "BODY" && cursor.sees("["))) return readSection(cursor, word === "BODY.PEEK");
  if (word === "BODY") return { kind: "BODY" };
  return WORDS.get(word) ?? cursor.fail("Expected an item to fetch that this server knows.");
}

function readSection(cursor: Cursor, peek: boolean): BodySection {
  cursor.expect("[", 'after "BODY.PEEK"');
  const part: number[] = [];
  while (isDigit(cursor.peek())) {
    part.push(readPartNumber(cursor));
    if (!cursor.takes(".")) break;
    if (cursor.sees("]")) cursor.fail("Expected a part number or a section name after the dot.");
  }
  const { text, fields } = cursor.sees("]") ? { text: "" as const, fields: [] } : readSectionText(cursor, part);
  cursor.expect("]", "after the section");
  return { kind: "BODY[]", peek, part, text, fields, partial: readPartial(cursor) };
}

function readPartNumber(cursor: Cursor): number {
  const number = cursor.number("a part number", 4294967295);
  return number === 0 ? cursor.fail("Expected a part number above 0.") : number;
}

function readSectionText(cursor: Cursor, part: readonly number[]): Pick<BodySection, "text" | "fields"> {
  const isAfterDot = cursor.octets[cursor.at - 1] === 46;
  if (part.length > 0 && !isAfterDot) cursor.fail("Expected a dot after the part number.");
  const text = readWord(cursor);
  if (text === "HEADER" || text === "TEXT") return { text, fields: [] };
  if (text === "MIME" && part.length > 0) return { text, fields: [] };
  if (text !== "HEADER.FIELDS" && text !== "HEADER.FIELDS.NOT") return cursor.fail("Expected a section name.");
  cursor.space("before the names of header fields");
  return {
    text,
    fields: cursor.list("the names of header fields", () => latin1(cursor.astring("the name of a header field"))),
  };
}

function readPartial(cursor: Cursor): BodySection["partial"] {
  if (!cursor.takes("<")) return undefined;
  const offset = cursor.number("the offset of a partial fetch");
  cursor.expect(".", "after the offset of a partial fetch");
  const length = cursor.number("the length of a partial fetch");
  if (length === 0) cursor.fail("Expected the length of a partial fetch to be above 0.");
  cursor.expect(">", "after the length of a partial fetch");
  return { offset, length };
}

/** RFC 4466 section 2.4: modifiers in parentheses after the items. */
function readModifiers(cursor: Cursor): number | undefined {
  if (cursor.seesEnd()) return undefined;
  cursor.space("after the items");
  let changedSince: number | undefined;
  cursor.list("the modifiers", () => {
    if (cursor.keyword("a modifier") !== "CHANGEDSINCE")
      cursor.fail('Expected "CHANGEDSINCE", the only modifier known here.');
    cursor.space('after "CHANGEDSINCE"');
    changedSince = cursor.number("a mod-sequence");
  });
  return changedSince;
}
