/** Finds the tests that name promises (`test("D4: ...")`) and says for each promise of docs/promises.md how far it is shown. */

export type PromiseTest = { readonly file: string; readonly name: string; readonly promises: readonly string[] };
/** A row of the page, written by hand. `open` is what no test shows yet; empty when nothing is. */
export type PromiseRow = { readonly id: string; readonly open: string };

const NAMED = /\btest\(\s*(["'`])((?:[A-Z]\d+)(?:, [A-Z]\d+)*): ((?:(?!\1)[^\\]|\\.)*)\1/g;
const HEADED = /^# ((?:[DLFAWM]\d+)(?:, [DLFAWM]\d+)*): (.+)/;

/** The tests in one file; a transcript is one test, named by its first line. */
export function promiseTests(file: string, text: string): readonly PromiseTest[] {
  const head = file.endsWith(".transcript") ? HEADED.exec(text) : null;
  if (head !== null) return [{ file, promises: (head[1] ?? "").split(", "), name: head[2] ?? "" }];
  return Array.from(text.matchAll(NAMED), ([, , ids = "", name = ""]) => ({ file, promises: ids.split(", "), name }));
}

/** The rows of the tables that are written by hand: `| D4 | promise | what is still open |`. */
export function promiseRows(page: string): readonly PromiseRow[] {
  return Array.from(page.matchAll(/^\| ([A-Z]\d+) \| [^|\n]+ \| ([^|\n]*)\|$/gm), ([, id = "", open = ""]) => ({
    id,
    open: open.trim(),
  }));
}

/** Makes the table of tests. */
export function promiseTable(rows: readonly PromiseRow[], tests: readonly PromiseTest[]): string {
  const lines = rows.map(({ id, open }) => {
    const naming = tests.filter((test) => test.promises.includes(id));
    const state = naming.length === 0 ? "not yet" : open === "" ? "shown" : "partly";
    const list = naming.map(({ file, name }) => `${name.replaceAll("|", "\\|")} (\`${file}\`)`);
    return `| ${id} | ${state} | ${list.join("<br>")} |`;
  });
  return ["| # | state | tests |", "| --- | --- | --- |", ...lines].join("\n");
}
