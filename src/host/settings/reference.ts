/** The manual of altmail.toml, made from the rows: a page with a table, and an example file that explains itself. */
import type { Row } from "./row.ts";
import { rowsInOrder } from "./rows.ts";

/** Renders an example altmail.toml: what must be given as an example, what may be left out as a comment. */
export function exampleFile(): string {
  const parts: string[] = [];
  let table = "";
  for (const row of rowsInOrder) {
    const [group, key] = split(row);
    if (group !== table) parts.push(`[${group}]\n`);
    table = group;
    const value = row.otherwise === undefined ? `${key} = ${row.example}` : `#${key} = ${row.otherwise}`;
    parts.push(`${wrap(row.sentence, 98)}\n${value}\n`);
  }
  return parts.join("\n");
}

/** Renders docs/settings.md. */
export function settingsPage(): string {
  const table = rowsInOrder.map((row) => {
    const otherwise = row.otherwise === undefined ? "must be given" : `\`${row.otherwise}\``;
    return `| \`${row.name}\` | ${row.unit} | ${otherwise} | ${row.sentence} |`;
  });
  return `# Settings

One file, \`altmail.toml\`, holds the settings of an installation; \`altmail serve --settings FILE\` reads it at the start.
A name with a dot stands in the table before the dot. Keys that do not exist are refused, and so are values of another
form, with the line they stand on. This page is made from \`src/host/settings/rows.ts\` by \`npm run generate\`.

| name | unit | when left out | what it is |
| --- | --- | --- | --- |
${table.join("\n")}

## Example

\`\`\`toml
${exampleFile()}\`\`\`
`;
}

function split(row: Row<unknown>): readonly [table: string, key: string] {
  const dot = row.name.indexOf(".");
  return dot < 0 ? ["", row.name] : [row.name.slice(0, dot), row.name.slice(dot + 1)];
}

/** Sets `text` as comment lines of at most `width` signs. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}
