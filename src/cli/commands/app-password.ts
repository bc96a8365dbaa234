/** The commands on app passwords: 128 random bits, each for one client of the holder. */
import type { AppPasswordLine } from "../../service/accounts/accounts.ts";
import { done, type StoreCommand, text } from "../command.ts";

const address = { name: "address", summary: "the account's primary address" } as const;

export const appPasswordCommands: readonly StoreCommand[] = [
  {
    name: "account app-password add",
    where: "stores",
    access: { scope: "log-in", account: "address" },
    summary: "Make a password for one client; shown once",
    arguments: [address, { name: "label", summary: "what the holder calls the client" }],
    options: [],
    examples: ['altmail account app-password add ada@example.org "mutt on the laptop" --home var'],
    async work({ accounts }, given) {
      const result = await accounts.addAppPassword(text(given, "address"), text(given, "label"));
      return result.kind === "refused" ? result : done({ id: result.id, password: result.password });
    },
    show: ({ id, password }: { readonly id: string; readonly password: string }) =>
      `${password}\n\nIt is shown this once and rests nowhere. Its id, to revoke it: ${id}`,
  },
  {
    name: "account app-password list",
    where: "stores",
    access: "content-free",
    summary: "List an account's app passwords by id, label and day",
    arguments: [address],
    options: [],
    examples: ["altmail account app-password list ada@example.org --home var"],
    async work({ accounts }, given) {
      const result = await accounts.appPasswords(text(given, "address"));
      return result.kind === "refused" ? result : done(result.appPasswords);
    },
    show: (passwords: readonly AppPasswordLine[]) =>
      passwords
        .map(({ id, label, createdAt }) => `${id}  ${new Date(createdAt).toISOString().slice(0, 10)}  ${label}`)
        .join("\n"),
  },
  {
    name: "account app-password revoke",
    where: "stores",
    access: "content-free",
    summary: "End an app password at once",
    arguments: [address, { name: "id", summary: "as list shows it" }],
    options: [],
    examples: ["altmail account app-password revoke ada@example.org k3f9 --home var"],
    async work({ accounts }, given) {
      const result = await accounts.revokeAppPassword(text(given, "address"), text(given, "id"));
      return result.kind === "refused" ? result : done({});
    },
    show: () => "revoked: it opens nothing from now on",
  },
];
