/** The command that audits the stores. It reads records and numbers, changes nothing, and shows nothing that is in a mail. */
import { logInName } from "../../service/accounts/log-in-name.ts";
import type { Account } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Finding, MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { done, type StoreCommand, text } from "../command.ts";

type Found = { readonly where: string; readonly rule: string; readonly detail: string };
type Report = { readonly accounts: number; readonly findings: readonly Found[] };

export const checkCommands: readonly StoreCommand[] = [
  {
    name: "check",
    where: "stores",
    access: "content-free",
    summary: "Audit the stores of one account or of all: every invariant, nothing changed",
    description:
      "Each finding is a rule that does not hold, and where. With findings the exit code is 1. Without ACCOUNT it also compares the records of accounts with their keys and files.",
    arguments: [{ name: "account", summary: "its primary address; without it, all and the directory", optional: true }],
    options: [],
    examples: ["altmail check --home var", "altmail check ada@example.org --home var"],
    async work({ directory, mail, orphans }, given) {
      const named = logInName(text(given, "account"));
      const all = await directory.accounts();
      const accounts = named === "" ? all : all.filter(({ primary }) => primary === named);
      if (named !== "" && accounts.length === 0)
        return { kind: "refused", sentence: 'there is no account with this address: "altmail account list" shows all' };
      const findings: Found[] = [];
      if (named === "") {
        findings.push(...place("directory", await directory.check()));
        findings.push(...place("accounts", await orphans()));
      }
      for (const { id, primary, state } of accounts)
        if (state !== "closing") findings.push(...place(primary, await auditOf(mail, id)));
      if (findings.length > 0) return { kind: "refused", sentence: sentence(accounts, findings) };
      return done({ accounts: accounts.length, findings } satisfies Report);
    },
    show: ({ accounts }: Report) => `${accounts} ${accounts === 1 ? "account" : "accounts"} checked, nothing found`,
  },
];

/** An account that does not open is a finding like others, and keeps none of the others from being audited. */
async function auditOf(mail: MailStore, id: AccountId): Promise<readonly Finding[]> {
  try {
    return await mail.check(id);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [{ rule: "the account opens", detail: `${error.code}: ${error.message}` }];
  }
}

const place = (where: string, findings: readonly Finding[]): Found[] =>
  findings.map(({ rule, detail }) => ({ where, rule, detail }));

function sentence(accounts: readonly Account[], findings: readonly Found[]): string {
  const lines = findings.map(({ where, rule, detail }) => `\n${where}: ${rule}: ${detail}`);
  return `${accounts.length} checked, ${findings.length} findings:${lines.join("")}`;
}
