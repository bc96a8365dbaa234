/**
 * Reads elements and text of XML 1.0 as far as reports need it, from whoever wrote them: names without prefix, text with
 * the five entities, comments and attributes passed over. No DTD and no other entity is read: a document with a DOCTYPE
 * ends there. Promises: total, linear, one leaf in memory at a time; depth and lengths are bounded. What is not well-formed
 * is read as far as its meaning is clear: an end tag closes what is open inside, and one without a start counts for nothing.
 */
import { unescapeXml } from "./escape.ts";

export type XmlEvent =
  | { readonly kind: "start"; readonly name: string }
  /** `text`: what stands directly in it, without white space at its ends. */
  | { readonly kind: "end"; readonly name: string; readonly text: string }
  /** Of a document with a DOCTYPE or deeper than it may be: nothing follows. */
  | { readonly kind: "refused" };

export type XmlLimits = {
  /** Levels of elements; reports have five. */
  readonly maxDepth: number;
  /** Characters of one element's own text; what is beyond is cut off. */
  readonly maxText: number;
  /** Characters of a name; what is beyond is cut off. */
  readonly maxName: number;
};

export const xmlLimits: XmlLimits = Object.freeze({ maxDepth: 32, maxText: 4096, maxName: 100 });

type Open = { readonly name: string; text: string };

/** Yields elements in the order of the document; what is still open at its end is not closed. */
export function* xmlEvents(document: string, limits: XmlLimits = xmlLimits): Generator<XmlEvent> {
  const open: Open[] = [];
  const addText = (text: string): void => {
    const top = open.at(-1);
    if (top === undefined) return;
    const room = limits.maxText - top.text.length;
    // Joined without a cut, or every piece would copy all before it.
    if (room > 0) top.text += text.length <= room ? text : text.slice(0, room);
  };
  for (let at = 0; at < document.length; ) {
    const tag = document.indexOf("<", at);
    const end = tag < 0 ? document.length : tag;
    if (end > at) addText(document.slice(at, end));
    if (tag < 0) return;
    const second = document[tag + 1];
    const isSpecial = second === "!" || second === "?";
    const special = isSpecial ? SPECIAL.find(({ from }) => document.startsWith(from, tag)) : undefined;
    if (special !== undefined) {
      const start = tag + special.from.length;
      const until = document.indexOf(special.to, start);
      if (until < 0) return;
      if (special.isText)
        addText(document.slice(start, Math.min(until, start + limits.maxText)).replaceAll("&", "&amp;"));
      at = until + special.to.length;
      continue;
    }
    if (second === "!") {
      yield { kind: "refused" };
      return;
    }
    const until = tagEnd(document, tag + 1);
    if (until < 0) return;
    at = until + 1;
    if (second === "/") {
      yield* closed(open, nameOf(document.slice(tag + 2, until), limits));
      continue;
    }
    const name = nameOf(document.slice(tag + 1, until), limits);
    if (open.length === limits.maxDepth) {
      yield { kind: "refused" };
      return;
    }
    yield { kind: "start", name };
    if (document[until - 1] === "/") yield { kind: "end", name, text: "" };
    else open.push({ name, text: "" });
  }
}

const SPECIAL = [
  { from: "<!--", to: "-->", isText: false },
  { from: "<![CDATA[", to: "]]>", isText: true },
  { from: "<?", to: "?>", isText: false },
] as const;

/** Ends what is open, from the innermost out to `name`; nothing when no such element is open. */
function* closed(open: Open[], name: string): Generator<XmlEvent> {
  if (!open.some((one) => one.name === name)) return;
  for (let last = open.pop(); last !== undefined; last = open.pop()) {
    yield { kind: "end", name: last.name, text: unescapeXml(last.text).trim() };
    if (last.name === name) return;
  }
}

/** Where the `>` of a tag is that is in no attribute's value; -1: nowhere. */
function tagEnd(document: string, from: number): number {
  const first = document.indexOf(">", from);
  if (first < 0 || !/["']/.test(document.slice(from, first))) return first;
  for (let at = from; at < document.length; at++) {
    const sign = document[at];
    if (sign === ">") return at;
    if (sign !== '"' && sign !== "'") continue;
    at = document.indexOf(sign, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

/** The first word of a tag, without the prefix of its namespace. */
function nameOf(tag: string, { maxName }: XmlLimits): string {
  const word = /^[^\s/]*/.exec(tag.slice(0, maxName))?.[0] ?? "";
  return word.slice(word.lastIndexOf(":") + 1);
}
