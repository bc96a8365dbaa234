/** TXT records that are lists of tags: DMARC (RFC 7489 section 6.4) and TLS reports (RFC 8460 section 3). */

/**
 * Finds the record that begins with this version and reads its tags. `none`: there is no such record; `several`: where one
 * is allowed there are more, and receivers believe none of them; `broken`: it is no list of tags.
 */
export type Tagged =
  | { readonly kind: "tags"; readonly tags: ReadonlyMap<string, string> }
  | { readonly kind: "none" | "several" | "broken" };

export function readTagged(texts: readonly string[], version: string): Tagged {
  const ours = texts.filter((text) => text.split(";")[0]?.replace(/\s/g, "") === `v=${version}`);
  const [text, ...more] = ours;
  if (text === undefined) return { kind: "none" };
  if (more.length > 0) return { kind: "several" };
  const tags = new Map<string, string>();
  for (const part of text.split(";").filter((piece) => piece.trim() !== "")) {
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(0, at)).trim();
    if (name === "" || tags.has(name)) return { kind: "broken" };
    tags.set(name, part.slice(at + 1).trim());
  }
  return { kind: "tags", tags };
}
