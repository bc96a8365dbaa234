/** Compares a line the server sent with the one a transcript expects. */

/** What `${name}` captured earlier in the transcript. */
export type Captures = Map<string, string>;

/**
 * True when `actual` fits `pattern`: `...` is any text, `${name}` captures an atom at its first use and must equal it
 * at every later one. Captures are added only when the whole line fits.
 */
export function matches(pattern: string, actual: string, captures: Captures): boolean {
  const names: string[] = [];
  const source = pattern
    .split(/(\.\.\.|\$\{\w+\})/)
    .map((part) => {
      if (part === "...") return "[^]*";
      const name = /^\$\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return RegExp.escape(part);
      const known = captures.get(name);
      if (known !== undefined) return RegExp.escape(known);
      if (names.includes(name)) return `\\${names.indexOf(name) + 1}`;
      names.push(name);
      return '([^ ()<>"]+)';
    })
    .join("");
  const found = new RegExp(`^${source}$`).exec(actual);
  if (found === null) return false;
  for (const [index, name] of names.entries()) captures.set(name, found[index + 1] ?? "");
  return true;
}

/** Puts captured values into a line that the client sends. */
export function fill(text: string, captures: Captures): string {
  return text.replace(/\$\{(\w+)\}/g, (all, name: string) => captures.get(name) ?? all);
}
