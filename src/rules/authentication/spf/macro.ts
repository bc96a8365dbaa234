/**
 * Macros of SPF records: RFC 7208 section 7. Read once, with every error of syntax found before anything is asked, and
 * expanded with the values of one check.
 */
import { MAX_NAME } from "../lookup.ts";

/** RFC 7208 section 7.2, without those that explanations alone may have. */
export type MacroLetter = "s" | "l" | "o" | "d" | "i" | "p" | "v" | "h";

export type MacroText = readonly (
  | string
  | {
      readonly letter: MacroLetter;
      readonly isEscaped: boolean;
      /** Parts kept from the right; 0 for all. */
      readonly kept: number;
      readonly isReversed: boolean;
      readonly delimiters: string;
    }
)[];

const PART = /%\{([slodipvh])(\d*)(r?)([.\-+,/_=]*)\}|%([%_-])|[!-$&-~]+/giy;
const OTHERS: Readonly<Record<string, string>> = { "%": "%", _: " ", "-": "%20" };
/** More parts than a name has labels make no difference. */
const MAX_KEPT = 128;
/** Macros and pieces of text of one macro-string: more than a name has octets are an error of syntax to us. */
const MAX_PARTS = 255;

/** Reads a macro-string (RFC 7208 section 7.1); `undefined` for an error of syntax. */
export function readMacroText(text: string): MacroText | undefined {
  return scanned(text)?.parts;
}

function scanned(text: string): { readonly parts: MacroText; readonly endsInMacro: boolean } | undefined {
  let endsInMacro = false;
  const parts: MacroText[number][] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const found = PART.exec(text);
    if (found === null || parts.length === MAX_PARTS) return undefined;
    const [whole, letter, digits = "", reversed = "", delimiters = "", other] = found;
    endsInMacro = other !== undefined || letter !== undefined;
    if (other !== undefined) parts.push(OTHERS[other] ?? "");
    else if (letter === undefined) parts.push(whole);
    else {
      if (digits !== "" && Number(digits) === 0) return undefined;
      parts.push({
        letter: letter.toLowerCase() as MacroLetter,
        isEscaped: letter < "a",
        kept: Math.min(Number(digits), MAX_KEPT),
        isReversed: reversed !== "",
        delimiters: delimiters === "" ? "." : delimiters,
      });
    }
  }
  return { parts, endsInMacro };
}

/** Reads a domain-spec: it ends with a macro, or with a dot and a label that is no number (RFC 7208 section 7.1). */
export function readDomainSpec(text: string): MacroText | undefined {
  const found = scanned(text);
  if (found === undefined || found.endsInMacro) return found?.parts;
  const last = found.parts.at(-1) ?? "";
  const labels = typeof last === "string" ? last.replace(/\.$/, "").split(".") : [];
  return labels.length > 1 && isTopLabel(labels.at(-1) ?? "") ? found.parts : undefined;
}

function isTopLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label) && !/^\d+$/.test(label);
}

/** Tells whether the text has the macro p, for which the DNS must be asked. */
export function asksValidatedName(text: MacroText): boolean {
  return text.some((part) => typeof part !== "string" && part.letter === "p");
}

/** Expands to a name that is asked for: no final dot, and labels on the left are left out where it is too long. */
export function expandDomain(text: MacroText, values: Readonly<Record<MacroLetter, string>>): string {
  // From the right, and no further than what can remain: a record of 8 KiB could ask for megabytes otherwise.
  let name = "";
  for (let at = text.length - 1; at >= 0 && name.length <= MAX_NAME + 1; at--) {
    const part = text[at] ?? "";
    name = `${typeof part === "string" ? part : expanded(part, values[part.letter])}${name}`;
  }
  name = name.replace(/\.$/, "");
  if (name.length <= MAX_NAME) return name;
  // RFC 7208 section 7.3: whole labels go, from the left.
  const cut = name.indexOf(".", name.length - MAX_NAME - 1);
  return cut < 0 ? "" : name.slice(cut + 1);
}

function expanded(part: Exclude<MacroText[number], string>, value: string): string {
  let words: readonly string[] = splitAt(value, part.delimiters);
  if (part.isReversed) words = words.toReversed();
  if (part.kept > 0) words = words.slice(-part.kept);
  const text = words.join(".");
  // RFC 7208 section 7.3, with the unreserved characters of RFC 3986.
  return part.isEscaped
    ? text.replace(/[^A-Za-z0-9\-._~]/g, (sign) => {
        return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
      })
    : text;
}

function splitAt(value: string, delimiters: string): readonly string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    if (!delimiters.includes(value[at] ?? "")) continue;
    words.push(value.slice(start, at));
    start = at + 1;
  }
  return [...words, value.slice(start)];
}
