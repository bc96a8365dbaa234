/** The parser against what other parsers found in public corpora; deviations stand here by name with their reason. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { readAddresses } from "./addresses.ts";
import type { Address } from "./addresses.ts";
import { readDate } from "./date.ts";
import { decodeWords } from "./encoded-words.ts";
import { fold } from "./fold.ts";
import { headerFields } from "./header-fields.ts";
import { octetString } from "./octets.ts";
import { parameterValue, readParameterized } from "./parameters.ts";
import { parseMessage } from "./parse.ts";
import { decodeTree } from "./part.ts";
import type { Part } from "./part.ts";
import { corpusFile, corpusFiles, corpusText, needsCorpora } from "./testdata.test.ts";

type Row = { readonly header: string; readonly expected: unknown };

function table(name: string): Row[] {
  return JSON.parse(corpusText(`mime-stalwart/${name}.json`)) as Row[];
}

function valueOf(header: string): string {
  return headerFields(new TextEncoder().encode(`X:${header}`))[0]?.value ?? "";
}

/** Runs a check over a table; the rows that fail must be exactly those whose header begins with a deviation's. */
function compare(
  rows: readonly Row[],
  deviations: Readonly<Record<string, string>>,
  check: (row: Row) => unknown[],
): void {
  const starts = Object.keys(deviations);
  for (const row of rows) {
    const [got, wanted] = check(row);
    if (!starts.some((start) => row.header.startsWith(start))) assert.deepEqual(got, wanted, row.header);
  }
}

type Message = { parts: MessagePart[] };
type MessagePart = {
  offset_header: number;
  offset_body: number;
  offset_end: number;
  headers: { name: string; value: { ContentType?: { c_type: string; c_subtype?: string } } }[];
  body: { Multipart?: number[]; Message?: Message };
};

/** They decode a message/rfc822 that came in base64, which RFC 2046 section 5.2.1 forbids; IMAP needs raw offsets. */
const DECODED = "rfc/008.eml";

test("the MIME trees of 64 mails, with every offset, as LF and as CRLF", needsCorpora, () => {
  const mails = corpusFiles("mime-stalwart/eml", [".eml"]);
  assert.equal(mails.length, 64);
  for (const name of mails) {
    if (name.endsWith(DECODED)) continue;
    const original = octetString(corpusFile(name));
    const lf = original.replaceAll("\r", "");
    for (const [text, end] of [
      [lf, ".json"],
      [original.includes("\r") ? original : lf.replaceAll("\n", "\r\n"), ".crlf.json"],
    ] as const) {
      const expected = JSON.parse(corpusText(name.replace(/\.eml$/, end))) as Message;
      assert.deepEqual(ours(decodeTree(parseMessage(Buffer.from(text, "latin1")).tree)), theirs(expected, 0), name);
    }
  }
});

type Shape = { at: number[]; type: string; inner: Shape[] };

function ours(part: Part): Shape {
  const inner = part.message === undefined ? part.children : [part.message];
  const at = [part.headerStart, part.bodyStart, part.bodyEnd];
  return { at, type: `${part.type}/${part.subtype}`, inner: inner.map(ours) };
}

function theirs(message: Message, index: number): Shape {
  const part = message.parts[index] as MessagePart;
  const { Multipart: children, Message: inside } = part.body;
  const type = part.headers.find(({ name }) => name === "content_type")?.value.ContentType;
  // They do not say what a default type was; in a digest it is a message.
  const fallback = inside === undefined ? "text/plain" : "message/rfc822";
  return {
    at: [part.offset_header, part.offset_body, part.offset_end],
    type: type === undefined ? fallback : `${type.c_type}/${type.c_subtype}`.toLowerCase(),
    inner: inside === undefined ? (children ?? []).map((child) => theirs(message, child)) : [theirs(inside, 0)],
  };
}

/** They look into a message/rfc822 in base64, which RFC 2046 section 5.2.1 forbids, and leave a multipart without parts empty. */
const ENCODED = new Set(["multi-2gifs-base64", "badbound"]);

test("the structure and the bodies of 48 mails", needsCorpora, () => {
  const mails = corpusFiles("mime-mimetools", [".msg"]);
  assert.equal(mails.length, 48);
  for (const name of mails.filter((path) => !ENCODED.has(basename(path, ".msg")))) {
    const octets = corpusFile(name);
    const xml = octetString(corpusFile(name.replace(/\.msg$/, ".xml")));
    const root = decodeTree(parseMessage(octets).tree);
    assert.deepEqual(["message", ...outline(octetString(octets), root, 1)], xmlOutline(xml), name);
  }
});

/** Containers and bodies, one a line; white space at the ends of bodies does not count, for the XML has lost it. */
function outline(mail: string, part: Part, depth: number): string[] {
  const indent = " ".repeat(depth);
  if (part.message !== undefined) return [`${indent}message`, ...outline(mail, part.message, depth + 1)];
  if (part.children.length === 0) return [`${indent}${normalized(mail.slice(part.bodyStart, part.bodyEnd))}`];
  const children = part.children.flatMap((child) => [`${indent} body-part`, ...outline(mail, child, depth + 2)]);
  return [`${indent}multipart`, ...children];
}

function xmlOutline(xml: string): string[] {
  const out: string[] = [];
  let depth = 0;
  for (const [, slash, name, text] of xml.matchAll(/<(\/?)(message|multipart|body-part|body)>([^<]*)/g)) {
    if (name !== "body") depth += slash === "/" ? -1 : 1;
    if (slash === "/") continue;
    out.push(
      name === "body" ? `${" ".repeat(depth)}${normalized(plain(text ?? ""))}` : `${" ".repeat(depth - 1)}${name}`,
    );
  }
  return out;
}

function plain(xml: string): string {
  return xml.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

function normalized(body: string): string {
  return body.replaceAll(/[\r\n]+/g, "\n").trim();
}

type Listed = { name: string | null; address: string | null };
type Grouped = { name: string | null; addresses: Listed[] };

const COMMENTS = "they join comments to the name; we use a comment only for an address that has no other name";
test("address lists", needsCorpora, () => {
  const deviations = {
    "Pete(A nice": COMMENTS,
    "A Group(Some people)": COMMENTS,
    "(Empty list)(start)": COMMENTS,
    "John Doe <jdoe@machine(comment)": COMMENTS,
    "Nathaniel Borenstein <nsb@thumper.bellcore.com>": COMMENTS,
    "Name (comment)": COMMENTS,
    "Mary Smith <@node.test:": "they leave the route and white space around dots in the address",
    "<http": "the text after an address in brackets is no name",
    "<mailto": "the text after an address in brackets is no name",
    "<ftp": "the text after an address in brackets is no name",
    "(Use this": COMMENTS,
    "<a@b.com> =?utf-8": "the text after an address in brackets is no name",
    '"  James Smythe"': "they leave white space at the start of a quoted name; here the test trims",
  };
  compare(table("address"), deviations, ({ header, expected }) => {
    const { List: list, Group: groups } = expected as { List?: Listed[]; Group?: Grouped[] };
    const flat = (group: Grouped): (Listed | Grouped)[] => (group.name === null ? group.addresses : [group]);
    const wanted = list ?? (groups ?? []).flatMap(flat);
    return [listed(readAddresses(valueOf(header), 1000)), wanted];
  });
});

function listed(addresses: readonly Address[]): (Listed | Grouped)[] {
  const out: (Listed | Grouped)[] = [];
  let group: Grouped | undefined;
  for (const address of addresses) {
    if (address.kind === "group-end") group = undefined;
    else if (address.kind === "group") {
      group = { name: decodeWords(address.name), addresses: [] };
      out.push(group);
    } else {
      const host = address.host === "" ? "" : `@${address.host}`;
      const name = address.name === undefined ? null : decodeWords(address.name).trim();
      const one = { name, address: address.local + host || null };
      if (group === undefined) out.push(one);
      else group.addresses.push(one);
    }
  }
  return out;
}

type Moment = Record<"year" | "month" | "day" | "hour" | "minute" | "second" | "tz_hour" | "tz_minute", number> & {
  tz_before_gmt: boolean;
};

test("dates", needsCorpora, () => {
  const deviations = {
    "20 11 (some": "a month as a number is no RFC 5322 date, and might as well be a day",
    " 4 8 15 16": "numbers only are no date",
    "by 2002:": "a Received field",
  };
  compare(table("date"), deviations, ({ header, expected }) => {
    if (expected === null) return [readDate(valueOf(header))?.epochMs, undefined];
    const d = expected as Moment;
    const offset = (d.tz_before_gmt ? -1 : 1) * (d.tz_hour * 60 + d.tz_minute);
    const utc = Date.UTC(d.year, d.month - 1, d.day, d.hour, d.minute, d.second) - offset * 60_000;
    return [readDate(valueOf(header))?.epochMs, utc];
  });
});

test("encoded words in unstructured fields", needsCorpora, () => {
  const spaced = "they put spaces around encoded words";
  const deviations = { "[SUSPECTED SPAM]=?": spaced };
  compare(table("unstructured"), deviations, ({ header, expected }) => [
    fold(decodeWords(valueOf(header))).trim(),
    fold(expected as string).trim(),
  ]);
});

test("Content-Type", needsCorpora, () => {
  const broken = "no media type: entity.ts gives text/plain";
  const deviations = {
    "application/x-stuff;\n     title*=us": "they list the language apart",
    "application/x-stuff\n   title*0*": "they list the language apart",
    "application/pdf\n   filename*0*": "no semicolon, and a comment inside a quoted string",
    'image/jpeg;\n   name="=?': "they put spaces around encoded words",
    "test/\n": broken,
    "test/encoded": "sections that are not numbered in a row from 0 are dropped (RFC 2231 section 3)",
    "malicious/attempt": "names with stars of no meaning are kept as they are",
    "text/plain; name=  ": "an empty value is a value",
    "inva/lid; name": "white space at the end of a field is trimmed before",
    "á/é": "names and types in lower case are ASCII; here they are octets",
    "/": broken, // and likewise "text/" and "test/", filtered below
    ";": broken,
    " ;": broken,
  };
  const rows = table("content_type").filter(({ header }) => !/^te[sx]t\/\s*(?:;|$)/.test(header));
  compare(rows, deviations, ({ header, expected }) => {
    const read = readParameterized(valueOf(header));
    const bare = read.parameters.map(({ name }) => name.replace("*", ""));
    const values = read.parameters.map((one, at) => decodeWords(parameterValue([one], bare[at] as string) ?? ""));
    const wanted = expected as {
      c_type: string;
      c_subtype: string | null;
      attributes: [string, string][] | null;
    } | null;
    return [
      [read.value, bare.map((name, at) => [name, values[at]])],
      [
        wanted === null ? "" : [wanted.c_type, wanted.c_subtype].filter((word) => word !== null).join("/"),
        wanted?.attributes ?? [],
      ],
    ];
  });
});
