/**
 * `altmail`: runs the command that its arguments name. Answers on stdout, as text or with --json as one line, after what
 * the command told while it worked; sentences for the operator on stderr; exit codes as in exit-code.ts. Ctrl-C breaks a
 * command off, and then ends this process as it ends any other. What stdout did not take, as on a full disk, is no success.
 * A fault of ours shows its kind and places, never data.
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
import { watchOutput } from "./whole-output.ts";

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
  const leave = (): void => leaving.abort();
  process.stdout.once("error", leave);
  const report = reportTo(process, systemClock, leaving.signal);
  try {
    const outcome = await carryOut(prepared, report);
    report.clear();
    if (leaving.signal.aborted) return brokenOff();
    if (outcome.kind !== "done") {
      complain(outcome.sentence);
      return outcome.kind === "unavailable" ? "unreachable" : "refused";
    }
    const shown = given["json"] === true ? JSON.stringify(outcome.value) : command.show(outcome.value as never);
    if (shown !== undefined && shown !== "") process.stdout.write(`${shown}\n`);
    return "done";
  } catch (error) {
    report.clear();
    if (leaving.signal.aborted) return brokenOff();
    throw error;
  } finally {
    process.stdout.off("error", leave);
    process.off("SIGINT", interrupt);
  }
}

/** By the operator, or because stdout takes no more: that is said when all is done. */
function brokenOff(): Exit {
  if (output.lost() !== undefined) return "done";
  // Quietly, and by the signal itself, so that a shell sees what ended the command: it says 130.
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
  return "refused";
}

/** What `exit` becomes when stdout did not take what was written. */
function afterAll(exit: Exit): Exit {
  // Who reads it has enough, as `head` does: no fault.
  const lost = output.lost();
  if (lost === undefined || lost === "EPIPE") return exit;
  complain(`stdout did not take all of the answer (${lost}): ${LOST[lost] ?? "look at where it leads"}`);
  return exit === "done" ? "refused" : exit;
}

const LOST: Readonly<Record<string, string>> = {
  ENOSPC: "its disk is full",
  EDQUOT: "the quota of its disk is used up",
  EFBIG: "its file may not become so long",
  EIO: "its disk or terminal fails",
};

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
const output = watchOutput();
// There is nobody left to tell.
process.stderr.on("error", () => {});
const exit = await main(process.argv.slice(2));
await output.shown();
process.exitCode = EXIT[afterAll(exit)].code;
