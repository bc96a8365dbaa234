/** The commands on aliases: further addresses whose mail an account receives. */
import { done, type StoreCommand, text } from "../command.ts";

const address = { name: "address", summary: "the account's primary address" } as const;
const alias = { name: "alias", summary: "the further address" } as const;

export const aliasCommands: readonly StoreCommand[] = [
  {
    name: "alias add",
    where: "stores",
    access: "content-free",
    summary: "Give an account a further address",
    arguments: [address, alias],
    options: [],
    examples: ["altmail alias add ada@example.org lovelace@example.org --home var"],
    async work({ accounts }, given) {
      const result = await accounts.addAlias(text(given, "address"), text(given, "alias"));
      return result.kind === "refused" ? result : done({});
    },
    show: () => "added: mail to it is received from now on",
  },
  {
    name: "alias remove",
    where: "stores",
    access: "content-free",
    summary: "Take an address from an account; it stays reserved for it",
    arguments: [address, alias],
    options: [],
    examples: ["altmail alias remove ada@example.org lovelace@example.org --home var"],
    async work({ accounts }, given) {
      const result = await accounts.removeAlias(text(given, "address"), text(given, "alias"));
      return result.kind === "refused" ? result : done({});
    },
    show: () => "removed: mail to it is refused from now on",
  },
  {
    name: "alias list",
    where: "stores",
    access: "content-free",
    summary: "List the aliases of an account",
    arguments: [address],
    options: [],
    examples: ["altmail alias list ada@example.org --home var"],
    async work({ accounts }, given) {
      const result = await accounts.aliases(text(given, "address"));
      return result.kind === "refused" ? result : done(result.aliases);
    },
    show: (aliases: readonly string[]) => aliases.join("\n"),
  },
];
