import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeXml } from "./decode.ts";
import { type XmlEvent, xmlEvents, xmlLimits } from "./elements.ts";
import { escapeXml, unescapeXml } from "./escape.ts";

/** `<a`, `a=text` and so on, parted by spaces. */
const short = (document: string, limits = xmlLimits): string =>
  Array.from(xmlEvents(document, limits), (event: XmlEvent) =>
    event.kind === "start" ? `<${event.name}` : event.kind === "end" ? `${event.name}=${event.text}` : "refused",
  ).join(" ");

test("elements and their own text, in order", () => {
  assert.equal(short('<?xml version="1.0"?><a x="1">\n<b> 1 </b>2<b/></a>\n'), "<a <b b=1 <b b= a=2");
  assert.equal(short("<p:a xmlns:p='urn:x'><p:b>1</p:b></p:a>"), "<a <b b=1 a=");
  assert.equal(short("<a b='>' c=\"/>\">1</a>"), "<a a=1");
});

test("comments and instructions are passed over, character data is text", () => {
  assert.equal(short("<a><!-- <b>1</b> -- > --><?x <b> ?>1<![CDATA[<b>&amp;]]></a>"), "<a a=1<b>&amp;");
});

test("the five entities, and no others", () => {
  assert.equal(
    short("<a>&lt;b&gt; &amp;amp; &quot;&apos; &#65; &nbsp; &x; & </a>"),
    `<a a=<b> &amp; "' &#65; &nbsp; &x; &`,
  );
});

test("a document with a DOCTYPE is not read: no entity ever grows", () => {
  const laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>';
  assert.equal(short(laughs), "refused");
  assert.equal(short("<a><!ELEMENT b></a>"), "<a refused");
});

test("what is not well-formed is read as far as its meaning is clear", () => {
  assert.equal(short("<a><b>1</a></c>"), "<a <b b=1 a=");
  assert.equal(short("<e><bad@x></e>"), "<e <bad@x bad@x= e=");
  assert.equal(short("<a>1"), "<a", "what does not end does not end");
  for (const cut of ["<a", "<a b='", "<!-- ", "<![CDATA[ ", "<? "])
    assert.equal(short(`<x>1</x>${cut}`), "<x x=1", cut);
});

test("depth, text and names have bounds", () => {
  assert.equal(short("<a>".repeat(4), { ...xmlLimits, maxDepth: 3 }), "<a <a <a refused");
  assert.equal(short("<a>12<b/>34<b/>56</a>", { ...xmlLimits, maxText: 3 }), "<a <b b= <b b= a=123");
  assert.equal(short("<a><![CDATA[12345]]></a>", { ...xmlLimits, maxText: 3 }), "<a a=123");
  assert.equal(short("<abcdef>1</abcxyz>", { ...xmlLimits, maxName: 3 }), "<abc abc=1");
});

test("any text is read in time that grows with its length", () => {
  const worst = ["<", "<a>", "<a b='", "<!--", "</a>", "&", "<a/>x", "<![CDATA[x]]>", "<a><b></a>"];
  for (const piece of worst) {
    const begin = process.cpuUsage();
    let events = 0;
    for (const _event of xmlEvents(`<r>${piece.repeat(2_000_000 / piece.length)}`)) events++;
    assert.ok(events <= 2_000_000, piece);
    assert.ok(process.cpuUsage(begin).user < 10_000_000, `${piece} takes ${process.cpuUsage(begin).user} us`);
  }
});

test("any text gives events that close what they open", () => {
  const piece = fc.constantFrom(
    "<a>",
    "</a>",
    "<b/>",
    "</b>",
    "<b>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "'",
    ">",
    "<",
    "&lt;",
    "x",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const open: string[] = [];
      for (const event of xmlEvents(pieces.join(""))) {
        if (event.kind === "start") open.push(event.name);
        else if (event.kind === "end") assert.equal(open.pop(), event.name);
        assert.ok(open.length <= xmlLimits.maxDepth + 1);
      }
    }),
  );
});

test("escaped text comes back as it was, as far as XML knows its characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const escaped = escapeXml(text);
      assert.doesNotMatch(escaped, /[<>"']/);
      if (!escaped.includes("?")) assert.equal(unescapeXml(escaped), text);
    }),
  );
});

test("octets become text by byte order mark, declaration or as UTF-8", () => {
  const utf16 = Buffer.from("\ufeff<a>\u00e9</a>", "utf16le");
  assert.equal(decodeXml(utf16).replace("\ufeff", ""), "<a>\u00e9</a>");
  assert.equal(decodeXml(Buffer.from(utf16).swap16()).replace("\ufeff", ""), "<a>\u00e9</a>");
  const declared = '<?xml version="1.0" encoding="windows-1252"?><a>\u20ac</a>';
  assert.equal(decodeXml(Buffer.from(declared.replace("\u20ac", "\u0080"), "latin1")), declared);
  assert.equal(decodeXml(Buffer.from("<a>\u00e9</a>")), "<a>\u00e9</a>");
  assert.match(decodeXml(Buffer.from("<?xml encoding='nonsense'?><a>\u0091</a>", "latin1")), /<a>.<\/a>/);
});
