/** Text for the content of an XML element: what is markup is written as one of the five entities (XML 1.0 section 4.6). */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Escapes; characters that XML 1.0 section 2.2 does not know become question marks. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "?")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Undoes the five entities; every other one stays as it is written, for nothing is ever looked up. */
export function unescapeXml(text: string): string {
  return text.includes("&")
    ? text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => NAMED[name] ?? whole)
    : text;
}
