/** The command that audits the stores. It reads records and numbers, changes nothing, and shows nothing that is in a mail. */
import type { Account } from "../../store/directory.ts";
import { done, type StoreCommand, text } from "../command.ts";

type Found = { readonly where: string; readonly rule: string; readonly detail: string };
type Report = { readonly accounts: number; readonly findings: readonly Found[] };

export const checkCommands: readonly StoreCommand[] = [
  {
    name: "check",
    where: "stores",
    touches: "audit",
    summary: "Audit the stores of one account or of all: every invariant, nothing changed",
    description: "Each finding is a rule that does not hold, and where. With findings the exit code is 1.",
    arguments: [{ name: "account", summary: "its primary address; without it, all and the directory", optional: true }],
    options: [],
    examples: ["altmail check --home var", "altmail check ada@example.org --home var"],
    async work({ directory, mail }, given) {
      const named = text(given, "account").toLowerCase();
      const all = await directory.accounts();
      const accounts = named === "" ? all : all.filter(({ primary }) => primary === named);
      if (named !== "" && accounts.length === 0)
        return { kind: "refused", sentence: 'there is no account with this address: "altmail account list" shows all' };
      const findings: Found[] = [];
      if (named === "") findings.push(...place("directory", await directory.check()));
      for (const { id, primary, state } of accounts)
        if (state !== "closing") findings.push(...place(primary, await mail.check(id)));
      if (findings.length > 0) return { kind: "refused", sentence: sentence(accounts, findings) };
      return done({ accounts: accounts.length, findings } satisfies Report);
    },
    show: ({ accounts }: Report) => `${accounts} ${accounts === 1 ? "account" : "accounts"} checked, nothing found`,
  },
];

const place = (where: string, findings: readonly { readonly rule: string; readonly detail: string }[]): Found[] =>
  findings.map(({ rule, detail }) => ({ where, rule, detail }));

function sentence(accounts: readonly Account[], findings: readonly Found[]): string {
  const lines = findings.map(({ where, rule, detail }) => `\n${where}: ${rule}: ${detail}`);
  return `${accounts.length} checked, ${findings.length} findings:${lines.join("")}`;
}
