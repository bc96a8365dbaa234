/**
 * Where commands of staff meet the gate (promise A7). Adds the option that names an access to each gated command, and
 * lets its work begin only when the use is recorded. With and without a running service it is the same gate.
 */
import { userInfo } from "node:os";
import { type Clock, systemClock } from "../host/clock.ts";
import { logInName } from "../service/accounts/log-in-name.ts";
import type { AccountId } from "../store/ids.ts";
import {
  type Given,
  type Operator,
  type Option,
  type Outcome,
  type Report,
  type StoreCommand,
  text,
} from "./command.ts";
import type { Refused } from "../service/access/access.ts";
import { UsageError } from "./usage-error.ts";

const ACCESS: Option = {
  name: "access",
  value: "ID",
  summary: 'the access that opens the way, of "altmail access open"; its use is recorded, and the holder is told',
};

export const OPERATOR: Option = {
  name: "operator",
  value: "NAME",
  summary: "who you are, for the record; without it, the user who called (SUDO_USER, else the one of this process)",
};

/** The name that goes into the record, as the caller states it: the service cannot know who holds its user's rights. */
export const operatorName = (given: Given): string =>
  text(given, "operator") || (process.env["SUDO_USER"] ?? userName());

/** A gated command with `--access`; others as they are. For the command table: help and parsing follow from it. */
export function gated(command: StoreCommand): StoreCommand {
  if (command.access === "content-free") return command;
  const example = (line: string): string =>
    line.includes(" --access ") ? line : line.replace(/(?= --home)/, " --access 5d41402abc4b2a76");
  return {
    ...command,
    options: [...command.options, ACCESS, OPERATOR],
    examples: command.examples.map(example),
    async ask(given) {
      // Said before anyone types a password.
      if (text(given, "access") === "") throw new UsageError(NEEDS_ACCESS);
      const named = { ...given, operator: operatorName(given) };
      return command.ask === undefined ? named : command.ask(named);
    },
  };
}

/**
 * Lets a command work when the gate lets it, and breaks it off when its access ends: the one way to a command's work,
 * with a service and without.
 */
export async function workBehindGate(
  command: StoreCommand,
  operator: Operator,
  given: Given,
  report: Report,
  clock: Clock = systemClock,
): Promise<Outcome> {
  const passed = await passGate(operator, command, given);
  if (passed.kind === "refused") return passed;
  if (passed.until === undefined) return command.work(operator, given, report);
  const end = new AbortController();
  using _timer = clock.after(passed.until - clock.now(), () => end.abort());
  return await command.work(operator, given, { ...report, signal: AbortSignal.any([report.signal, end.signal]) });
}

/** Records the use of the access that the command line names. `until`: when that ends. */
export async function passGate(
  { access, directory }: Pick<Operator, "access" | "directory">,
  command: StoreCommand,
  given: Given,
): Promise<Refused | { readonly kind: "passed"; readonly until: number | undefined }> {
  if (command.access === "content-free") return { kind: "passed", until: undefined };
  const id = text(given, "access");
  if (id === "") return { kind: "refused", sentence: NEEDS_ACCESS };
  const address = command.access.account === undefined ? "" : text(given, command.access.account);
  let account: AccountId | undefined;
  if (address !== "") {
    account = (await directory.byAddress(logInName(address)))?.id;
    if (account === undefined)
      return { kind: "refused", sentence: 'there is no account with this address: "altmail account list" shows all' };
  }
  const { scope } = command.access;
  const by = text(given, "operator") || "not stated";
  const result = await access.use(id, { command: command.name, account, scope, operator: by });
  return result.kind === "refused" ? result : { kind: "passed", until: result.until };
}

const NEEDS_ACCESS =
  'this could lead to content or to a log-in: open an access with "altmail access open", then repeat it with --access ID';

/** Of the process; a user without an entry in the machine's list has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
