/** Lists of tags, as signatures, seals and key records are: RFC 6376 section 3.2. */

/** Reads the tags of an unfolded text; `undefined` when it is no such list or names a tag twice. */
export function readTagList(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const specs = text.split(";");
  if (specs.length > 1 && trimmed(specs.at(-1) ?? "") === "") specs.pop();
  for (const spec of specs) {
    const equals = spec.indexOf("=");
    const name = trimmed(spec.slice(0, Math.max(0, equals)));
    if (!/^[A-Za-z]\w*$/.test(name) || tags.has(name)) return undefined;
    tags.set(name, trimmed(spec.slice(equals + 1)));
  }
  return tags;
}

/** Takes white space out of a value that is base64 or a list of words. */
export function withoutSpace(value: string): string {
  return /[ \t\r\n]/.test(value) ? value.replace(/[ \t\r\n]+/g, "") : value;
}

/** The octets of a value in base64; `undefined` when it is not base64. */
export function readBase64(value: string): Uint8Array | undefined {
  const text = withoutSpace(value);
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** No regular expression: one that looks for the end takes the square of a run of spaces. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
