/** Reads the command line against the command table: finds the command by its longest name, then its arguments. */
import { parseArgs } from "node:util";
import { nearest } from "../host/settings/nearest.ts";
import type { Command, Given, Option } from "./command.ts";

export type Line =
  | { readonly kind: "run"; readonly command: Command; readonly given: Given }
  /** Asked for help on a command, or on all whose names begin with `words`. */
  | { readonly kind: "help"; readonly words: readonly string[] }
  | { readonly kind: "usage"; readonly sentence: string; readonly command: Command | undefined };

/** Options that every command takes. */
export const COMMON: readonly Option[] = [
  { name: "home", value: "DIR", summary: "the installation: settings, data, secrets (or set ALTMAIL_HOME)" },
  { name: "settings", value: "FILE", summary: "the settings file, when it is not DIR/altmail.toml" },
  { name: "key-file", value: "FILE", summary: "open the stores with the root key in FILE when no service runs" },
  { name: "json", summary: "answer in JSON, one line" },
  { name: "help", summary: "show this page" },
];

export function parseLine(commands: readonly Command[], line: readonly string[]): Line {
  const words = line[0] === "help" ? line.slice(1) : line;
  const command = commands
    .filter(({ name }) => startsWith(words, name.split(" ")))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  const asksHelp = line[0] === "help" || line.includes("--help") || line.includes("-h");
  if (command === undefined) {
    const group = words.filter((word) => !word.startsWith("-"));
    if (asksHelp || group.length === 0 || commands.some(({ name }) => name.startsWith(`${group.join(" ")} `)))
      return { kind: "help", words: group };
    return { kind: "usage", command, sentence: unknownCommand(commands, group) };
  }
  if (asksHelp) return { kind: "help", words: command.name.split(" ") };
  return parseOptions(command, line.slice(command.name.split(" ").length));
}

function parseOptions(command: Command, rest: readonly string[]): Line {
  const options = Object.fromEntries(
    [...COMMON, ...command.options].map(({ name, value }) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const usage = (sentence: string): Line => ({ kind: "usage", command, sentence });
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  } catch (error) {
    return usage(optionSentence(command, error));
  }
  const { positionals, values } = parsed;
  const missing = command.arguments.find(
    (argument, n) => argument.optional === undefined && positionals[n] === undefined,
  );
  if (missing !== undefined) return usage(`${argumentName(missing.name)} is missing: ${missing.summary}`);
  if (positionals.length > command.arguments.length) return usage("there are more words than this command takes");
  const named = Object.fromEntries(command.arguments.map(({ name }, n) => [name, positionals[n]]));
  return { kind: "run", command, given: { ...(values as Given), ...named } };
}

/** What Node found wrong with the options, in our words; it names the option in quotes. */
function optionSentence(command: Command, error: unknown): string {
  const [, option = "an option"] = (error instanceof Error && /^[^']*'(--?[^'\s]+)/.exec(error.message)) || [];
  const known = [...COMMON, ...command.options];
  const { value } = known.find(({ name }) => `--${name}` === option) ?? {};
  if (value !== undefined)
    return `${option} needs ${value} behind it; one that begins with a hyphen is given as ${option}=${value}`;
  if (known.some(({ name }) => `--${name}` === option)) return `${option} takes nothing behind it`;
  const near = nearest(
    option.replace(/^-+/, ""),
    known.map(({ name }) => name),
  );
  return `this command has no option ${option}${near === undefined ? "" : `: did you mean --${near}?`}`;
}

/** Names what was meant, where something is near: `account lst` is about accounts at least. */
function unknownCommand(commands: readonly Command[], words: readonly string[]): string {
  const names = commands.map(({ name }) => name);
  const [first = ""] = words;
  const isGroup = names.some((name) => name.startsWith(`${first} `));
  const tried = isGroup ? words.slice(0, 2).join(" ") : first;
  const near = isGroup
    ? nearest(tried, names)
    : nearest(
        first,
        names.map((name) => name.split(" ", 1)[0] ?? ""),
      );
  const list = isGroup ? `altmail help ${first}` : "altmail help";
  return `there is no command "${tried}": ${near === undefined ? "" : `did you mean "${near}"? `}"${list}" lists them`;
}

/** How help and sentences write an argument. */
export const argumentName = (name: string): string => name.toUpperCase();

function startsWith(words: readonly string[], start: readonly string[]): boolean {
  return start.every((word, n) => words[n] === word);
}
