/**
 * `altmail`: runs the command that its arguments name. Answers on stdout, as text or with --json as one line; sentences
 * for the operator on stderr; exit codes as in exit-code.ts. A fault of ours shows its kind and places, never data.
 */
import { commands } from "./commands.ts";
import type { Command, Given } from "./command.ts";
import { EXIT, type Exit } from "./exit-code.ts";
import { helpPage } from "./help.ts";
import { parseLine } from "./parse-line.ts";
import { describeBug, sentenceOf } from "./sentence.ts";
import { carryOut } from "./session.ts";
import { UsageError } from "./usage-error.ts";

async function main(words: readonly string[]): Promise<Exit> {
  const line = parseLine(commands, words);
  switch (line.kind) {
    case "help":
      process.stdout.write(helpPage(commands, line.words));
      return "done";
    case "usage":
      return refuse(line.sentence, line.command);
    case "run":
      return run(line.command, line.given);
  }
}

async function run(command: Command, given: Given): Promise<Exit> {
  try {
    if (command.where === "here") return await command.run(given);
    const outcome = await carryOut(command, given);
    if (outcome.kind !== "done") {
      complain(outcome.sentence);
      return outcome.kind === "unavailable" ? "unreachable" : "refused";
    }
    const shown = given["json"] === true ? JSON.stringify(outcome.value) : command.show(outcome.value as never);
    if (shown !== "") process.stdout.write(`${shown}\n`);
    return "done";
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, command);
    complain(sentenceOf(error) ?? describeBug(error));
    return "refused";
  }
}

function refuse(sentence: string, command: Command | undefined): Exit {
  complain(sentence);
  if (command !== undefined) process.stderr.write(`"altmail help ${command.name}" explains it.\n`);
  return "usage";
}

function complain(sentence: string): void {
  process.stderr.write(`altmail: ${sentence}\n`);
}

// What Node would print could quote something personal.
process.on("uncaughtException", (error) => {
  complain(describeBug(error));
  process.exit(EXIT.refused.code);
});
process.exitCode = EXIT[await main(process.argv.slice(2))].code;
