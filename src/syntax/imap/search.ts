/**
 * SEARCH: RFC 9051 section 6.4.4, RECENT, NEW and OLD of RFC 3501, RETURN of RFC 4731, MODSEQ of RFC 7162. Depth and
 * number of keys are bounded, so that neither reading nor evaluating runs away. Strings are UTF-8 whether CHARSET says so
 * or not; after a CHARSET that is not known the keys are not read, and the server answers NO [BADCHARSET].
 */
import type { Command, SearchKey, SearchReturn } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { readDate } from "./date.ts";
import { isDigit } from "./octet.ts";
import { readSequenceSet } from "./sequence.ts";
import { latin1 } from "../bytes/latin1.ts";
import { fromUtf8 } from "./text.ts";

/** Keys within keys. Clients that look for many Message-IDs nest one OR for each. */
const MAX_DEPTH = 100;
/** Keys in all: each is held against each mail. */
const MAX_KEYS = 1000;

/** Character sets of RFC 9051 section 6.4.4 that must be known, and all that are. */
export const SEARCH_CHARSETS: readonly string[] = ["US-ASCII", "UTF-8"];

const RETURNS: ReadonlySet<string> = new Set<SearchReturn>(["MIN", "MAX", "ALL", "COUNT"]);

export function readSearch(cursor: Cursor, uid: boolean): Command {
  cursor.space("after SEARCH");
  let word = peekWord(cursor);
  let returns: readonly SearchReturn[] | undefined;
  if (word === "RETURN") {
    returns = readReturns(cursor);
    word = peekWord(cursor);
  }
  let charset: string | undefined;
  if (word === "CHARSET") {
    charset = readCharset(cursor);
    if (!SEARCH_CHARSETS.includes(charset)) {
      cursor.at = cursor.octets.length - 2;
      return { name: "SEARCH", uid, charset, key: { kind: "all" }, returns };
    }
  }
  const reader = new KeyReader(cursor);
  const keys = [reader.key(1)];
  while (!cursor.seesEnd()) {
    cursor.space("between search keys");
    keys.push(reader.key(1));
  }
  return { name: "SEARCH", uid, charset, key: conjunction(keys), returns };
}

function conjunction(keys: readonly SearchKey[]): SearchKey {
  return keys.length === 1 ? (keys[0] as SearchKey) : { kind: "and", keys };
}

/** The next word in capitals, without moving. */
function peekWord(cursor: Cursor): string {
  const start = cursor.at;
  while (isLetter(cursor.peek())) cursor.at++;
  const word = latin1(cursor.octets.subarray(start, cursor.at)).toUpperCase();
  cursor.at = start;
  return word;
}

function isLetter(octet: number | undefined): boolean {
  return octet !== undefined && (octet | 32) >= 97 && (octet | 32) <= 122;
}

/** `RETURN (...)` and the space after it; `RETURN ()` means ALL (RFC 4731 section 3.1). */
function readReturns(cursor: Cursor): readonly SearchReturn[] {
  cursor.at += "RETURN".length;
  cursor.space('after "RETURN"');
  const returns = cursor.list(
    "the result options",
    () => {
      const option = cursor.keyword("a result option");
      return RETURNS.has(option) ? (option as SearchReturn) : cursor.fail('Expected "MIN", "MAX", "ALL" or "COUNT".');
    },
    true,
  );
  cursor.space("after the result options");
  return returns.length === 0 ? ["ALL"] : [...new Set(returns)];
}

function readCharset(cursor: Cursor): string {
  cursor.at += "CHARSET".length;
  cursor.space('after "CHARSET"');
  const name = latin1(cursor.astring("the name of a character set")).toUpperCase();
  cursor.space("after the name of the character set");
  return name;
}

const FLAGS = new Map<string, SearchKey>(
  ["Answered", "Deleted", "Draft", "Flagged", "Seen"].flatMap((name): [string, SearchKey][] => [
    [name.toUpperCase(), { kind: "flag", flag: `\\${name}`, set: true }],
    [`UN${name.toUpperCase()}`, { kind: "flag", flag: `\\${name}`, set: false }],
  ]),
);

/** Keys that are one word. */
const WORDS = new Map<string, SearchKey>([
  ...FLAGS,
  ["ALL", { kind: "all" }],
  ["RECENT", { kind: "recent", set: true }],
  ["OLD", { kind: "recent", set: false }],
  [
    "NEW",
    {
      kind: "and",
      keys: [
        { kind: "recent", set: true },
        { kind: "flag", flag: "\\Seen", set: false },
      ],
    },
  ],
]);

class KeyReader {
  readonly #cursor: Cursor;
  #keys = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** Reads one `search-key` at this depth. */
  key(depth: number): SearchKey {
    const cursor = this.#cursor;
    if (depth > MAX_DEPTH) cursor.fail(`Expected search keys nested at most ${MAX_DEPTH} deep.`);
    if (++this.#keys > MAX_KEYS) cursor.fail(`Expected at most ${MAX_KEYS} search keys.`);
    if (cursor.sees("(")) return conjunction(cursor.list("the search keys", () => this.key(depth + 1)));
    if (isDigit(cursor.peek()) || cursor.sees("*") || cursor.sees("$"))
      return { kind: "sequence", set: readSequenceSet(cursor) };
    const word = cursor.keyword("a search key");
    return WORDS.get(word) ?? this.#withArguments(word, depth);
  }

  #withArguments(word: string, depth: number): SearchKey {
    const cursor = this.#cursor;
    switch (word) {
      case "NOT":
        return { kind: "not", key: this.#nested(depth) };
      case "OR": {
        const left = this.#nested(depth);
        return { kind: "or", left, right: this.#nested(depth) };
      }
      case "KEYWORD":
      case "UNKEYWORD":
        this.#space();
        return { kind: "flag", flag: cursor.atom("a keyword"), set: word === "KEYWORD" };
      case "UID":
        this.#space();
        return { kind: "uid", set: readSequenceSet(cursor) };
      case "FROM":
      case "TO":
      case "CC":
      case "BCC":
        return { kind: "address", field: word.toLowerCase() as "from" | "to" | "cc" | "bcc", text: this.#text() };
      case "SUBJECT":
        return { kind: "subject", text: this.#text() };
      case "BODY":
        return { kind: "body", text: this.#text() };
      case "TEXT":
        return { kind: "text", text: this.#text() };
      case "HEADER": {
        const field = this.#text();
        return { kind: "header", field, text: this.#text() };
      }
      case "LARGER":
      case "SMALLER":
        this.#space();
        return { kind: "size", when: word === "LARGER" ? "larger" : "smaller", octets: cursor.number("a size") };
      case "MODSEQ":
        return this.#modseq();
      default:
        return this.#date(word);
    }
  }

  #nested(depth: number): SearchKey {
    this.#space();
    return this.key(depth + 1);
  }

  #space(): void {
    this.#cursor.space("after the name of a search key");
  }

  #text(): string {
    this.#space();
    const text = fromUtf8(this.#cursor.astring("a text to search for"));
    return text ?? this.#cursor.fail("Expected a text to search for in UTF-8.");
  }

  #date(word: string): SearchKey {
    const isSent = word.startsWith("SENT");
    const when = (isSent ? word.slice(4) : word).toLowerCase();
    if (when !== "before" && when !== "on" && when !== "since")
      return this.#cursor.fail("Expected a search key that this server knows.");
    this.#space();
    return { kind: "date", of: isSent ? "sent" : "internal", when, day: readDate(this.#cursor) };
  }

  /** RFC 7162 section 3.1.5: `MODSEQ ["/flags/\\draft" all] 620162338`. We keep one mod-sequence a mail, whatever the entry. */
  #modseq(): SearchKey {
    const cursor = this.#cursor;
    this.#space();
    if (cursor.sees('"')) {
      cursor.string("the name of an entry");
      cursor.space("after the name of an entry");
      if (!["ALL", "PRIV", "SHARED"].includes(cursor.keyword("the type of an entry")))
        cursor.fail('Expected "all", "priv" or "shared".');
      cursor.space("after the type of an entry");
    }
    return { kind: "modseq", value: cursor.number("a mod-sequence") };
  }
}
