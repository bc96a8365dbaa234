/** Whether an access opens the way to what a command wants: the right account, scope and time. */
import type { Use } from "./access.ts";
import { type AccessState, idOf, type Used } from "./entry.ts";

/** @returns the entry of the use, or why it is refused. */
export function checkUse({ opened, endsAt }: AccessState, use: Use, now: number): Used | string {
  if (now >= endsAt) return 'This access is over. Open another: "altmail access open".';
  if (opened.scope !== use.scope && opened.scope !== "all")
    return `This access is for another scope. The command needs --scope ${use.scope}.`;
  if (opened.account !== null && idOf(opened.account) !== use.account)
    return use.account === undefined
      ? "This access is for one account, and the command is on all. Name the account, or open an access with --all."
      : "This access is for another account.";
  const { command, account, scope, operator } = use;
  return { what: "used", command, account: account ?? null, scope, operator };
}
