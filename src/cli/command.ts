/**
 * What a command of `altmail` is: a row of data. Help, parsing of the command line and the service's side of the
 * control socket are made from these rows, so a command is described once.
 */
import type { Accounts } from "../service/accounts/accounts.ts";
import type { Directory } from "../store/directory.ts";
import type { Finding, MailStore } from "../store/mail-store.ts";
import type { Exit } from "./exit-code.ts";

export type Argument = { readonly name: string; readonly summary: string; readonly optional?: true };

export type Option = {
  readonly name: string;
  /** What follows the option; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
};

/** The command line, parsed: arguments and options by name. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** What a command on the stores works with: in a worker of the running service, else in this process. */
export type Operator = {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly mail: MailStore;
  /** Compares records, keys and files of accounts (orphans.ts). */
  readonly orphans: () => Promise<readonly Finding[]>;
};

export type Outcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "refused"; readonly sentence: string };

type Description = {
  /** The words that call it. */
  readonly name: string;
  /** One line for the list of commands; begins with a verb. */
  readonly summary: string;
  /** More to know, for its own page. */
  readonly description?: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly string[];
};

/** A command that does its work in this process. */
export type LocalCommand = Description & {
  readonly where: "here";
  readonly run: (given: Given) => Promise<Exit>;
};

/** A command that works where the stores are open. */
export type StoreCommand = Description & {
  readonly where: "stores";
  /** How near it comes to what people wrote; decides later what staff must ask for before. */
  readonly touches: "records" | "audit";
  /** Reads what must not stand on the command line. */
  readonly ask?: (given: Given) => Promise<Given>;
  readonly work: (operator: Operator, given: Given) => Promise<Outcome>;
  /** The value of an outcome as text for people. */
  readonly show: (value: never) => string;
};

export type Command = LocalCommand | StoreCommand;

/** An argument that the parser made sure of. */
export function text(given: Given, name: string): string {
  const value = given[name];
  return typeof value === "string" ? value : "";
}

export const done = (value: unknown): Outcome => ({ kind: "done", value });
