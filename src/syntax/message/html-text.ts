/**
 * The text of HTML for comparison: tags, comments, scripts and styles left out, character references decoded. Not a
 * parser of HTML; one pass, linear, never fails.
 */

/** Tags inside words: they leave nothing, while all others leave a space. */
const INLINE = new Set(
  "a abbr b big bdi bdo cite code del dfn em font i ins kbd mark o:p q s samp small span strike strong sub sup tt u var wbr".split(
    " ",
  ),
);

/** Elements whose content is not text. */
const HIDDEN = new Set(["script", "style", "title", "template", "noframes"]);

/** Makes lower-case text of HTML. */
export function htmlText(html: string): string {
  // Lower case first: tags and ends of hidden elements are then found by plain search. SEARCH folds case anyway.
  const text = html.toLowerCase();
  const pieces: string[] = [];
  let from = 0;
  let open = text.indexOf("<");
  while (open >= 0) {
    const name = tagName(text, open + 1);
    let next = open + 1;
    // No name, no tag: "a < b".
    if (name !== "") {
      pieces.push(text.slice(from, open), INLINE.has(name) ? "" : " ");
      next = afterTag(text, open, name);
      from = next;
    }
    open = text.indexOf("<", next);
  }
  pieces.push(text.slice(from));
  return decodeReferences(pieces.join(""));
}

/** The name of the tag whose `<` stands before `at`; "!" for comments and declarations; empty when it is no tag. */
function tagName(text: string, at: number): string {
  const first = text[at];
  if (first === "!" || first === "?") return "!";
  const start = first === "/" ? at + 1 : at;
  let end = start;
  while (end < start + 12 && isNameSign(text.charCodeAt(end), end > start)) end++;
  return text.slice(start, end);
}

function isNameSign(code: number, isInside: boolean): boolean {
  return (code >= 97 && code <= 122) || (isInside && ((code >= 48 && code <= 58) || code === 45));
}

/** The position after a tag, and after the element if its content is hidden. What does not end goes to the end. */
function afterTag(text: string, open: number, name: string): number {
  if (name === "!" && text.startsWith("<!--", open)) return after(text, "-->", open + 4);
  const end = after(text, ">", open);
  if (!HIDDEN.has(name) || text[open + 1] === "/") return end;
  return after(text, ">", after(text, `</${name}`, end));
}

function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + what.length;
}

/** Latin letters with accents and the signs that mail programs write by name. */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  shy: "",
  zwnj: "",
  zwj: "",
  ensp: " ",
  emsp: " ",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  szlig: "ß",
  euml: "ë",
  iuml: "ï",
  yuml: "ÿ",
  aacute: "á",
  eacute: "é",
  iacute: "í",
  oacute: "ó",
  uacute: "ú",
  yacute: "ý",
  agrave: "à",
  egrave: "è",
  igrave: "ì",
  ograve: "ò",
  ugrave: "ù",
  acirc: "â",
  ecirc: "ê",
  icirc: "î",
  ocirc: "ô",
  ucirc: "û",
  atilde: "ã",
  ntilde: "ñ",
  otilde: "õ",
  aring: "å",
  aelig: "æ",
  oslash: "ø",
  ccedil: "ç",
  eth: "ð",
  thorn: "þ",
  oelig: "œ",
  scaron: "š",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  sbquo: "‚",
  ldquo: "“",
  rdquo: "”",
  bdquo: "„",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  sect: "§",
  deg: "°",
  plusmn: "±",
  times: "×",
  divide: "÷",
  frac12: "½",
  iexcl: "¡",
  iquest: "¿",
  para: "¶",
  micro: "µ",
};

const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z0-9]{2,8}));?/g;

function decodeReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (whole: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] as string) : whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
  });
}
