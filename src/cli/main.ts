/**
 * `altmail`: runs the command that its arguments name. Answers on stdout, as text or with --json as one line, after what
 * the command told while it worked; sentences for the operator on stderr; exit codes as in exit-code.ts. Ctrl-C breaks a
 * command off, and then ends this process as it ends any other. A fault of ours shows its kind and places, never data.
 */
import { systemClock } from "../host/clock.ts";
import { commands } from "./commands.ts";
import type { Command, Given, StoreCommand } from "./command.ts";
import { EXIT, type Exit } from "./exit-code.ts";
import { helpPage } from "./help.ts";
import { parseLine } from "./parse-line.ts";
import { describeBug, sentenceOf } from "./sentence.ts";
import { carryOut, prepare } from "./session.ts";
import { reportTo } from "./terminal-report.ts";
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
    return command.where === "here" ? await command.run(given) : await runOnStores(command, given);
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, command);
    complain(sentenceOf(error) ?? describeBug(error));
    return "refused";
  }
}

async function runOnStores(command: StoreCommand, given: Given): Promise<Exit> {
  const prepared = await prepare(command, given);
  const leaving = new AbortController();
  const interrupt = (): void => leaving.abort();
  // The second time it ends this process at once.
  process.once("SIGINT", interrupt);
  let lost: string | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    lost = error.code ?? error.name;
    leaving.abort();
  });
  const report = reportTo(process, systemClock, leaving.signal);
  try {
    const outcome = await carryOut(prepared, report);
    report.clear();
    if (leaving.signal.aborted) return brokenOff(lost);
    if (outcome.kind !== "done") {
      complain(outcome.sentence);
      return outcome.kind === "unavailable" ? "unreachable" : "refused";
    }
    const shown = given["json"] === true ? JSON.stringify(outcome.value) : command.show(outcome.value as never);
    if (shown !== undefined && shown !== "") process.stdout.write(`${shown}\n`);
    return "done";
  } catch (error) {
    report.clear();
    if (leaving.signal.aborted) return brokenOff(lost);
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** `lost`: why stdout takes no more; `undefined` when the operator broke the command off. */
function brokenOff(lost: string | undefined): Exit {
  // Who reads it has enough, as `head` does: no fault.
  if (lost === "EPIPE") return "done";
  if (lost !== undefined) {
    complain(`stdout takes no more (${lost})`);
    return "refused";
  }
  // Quietly, and by the signal itself, so that a shell sees what ended the command: it says 130.
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
  return "refused";
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
