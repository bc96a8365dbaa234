/** Help that teaches, made from the command table. */
import type { Argument, Command, Option } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { argumentName, COMMON } from "./parse-line.ts";

/** The page on the command that `words` name, or the list of those whose names begin with them. */
export function helpPage(commands: readonly Command[], words: readonly string[]): string {
  const name = words.join(" ");
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return commandPage(command);
  const below = commands.filter((candidate) => candidate.name.startsWith(`${name} `));
  return listPage(below.length > 0 ? below : commands);
}

function listPage(commands: readonly Command[]): string {
  return [
    "altmail: an encrypted mail service, and the commands of its operators",
    "",
    "Usage: altmail COMMAND [ARGUMENT...] --home DIR",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    '"altmail help COMMAND" explains one of them, with examples.',
    "",
    "Exit codes:",
    ...columns(Object.values(EXIT).map(({ code, meaning }) => [String(code), meaning])),
    "",
  ].join("\n");
}

function commandPage(command: Command): string {
  const options = [...command.options, ...COMMON];
  return [
    `altmail ${command.name}: ${command.summary}`,
    "",
    `Usage: altmail ${[command.name, ...command.arguments.map(bracketed)].join(" ")} [OPTION...]`,
    ...(command.description === undefined ? [] : ["", ...wrap(command.description)]),
    ...(command.arguments.length === 0
      ? []
      : ["", "Arguments:", ...columns(command.arguments.map(({ name, summary }) => [argumentName(name), summary]))]),
    "",
    "Options:",
    ...columns(options.map((option) => [optionName(option), option.summary])),
    "",
    command.examples.length > 1 ? "Examples:" : "Example:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function bracketed({ name, optional }: Argument): string {
  return optional === undefined ? argumentName(name) : `[${argumentName(name)}]`;
}

function optionName({ name, value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** Lines of at most 80 signs. */
function wrap(paragraph: string): readonly string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 80) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
