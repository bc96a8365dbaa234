/** The rows of the command union by name, as handlers take them. */
import type { Command } from "../../syntax/imap/command.ts";

export type CommandOf<N extends Command["name"]> = Command & { readonly name: N };
