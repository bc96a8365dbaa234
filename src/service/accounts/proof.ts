/**
 * What let somebody in, and whether it still does: held against the directory at each look, so that a change counts in every
 * process from the moment it is committed. A hash that was made anew at another cost counts as another password.
 */
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";

/** The account password by its hash of that moment, or one app password. */
export type Proof =
  | { readonly kind: "password"; readonly hash: string }
  | { readonly kind: "app"; readonly id: string };

export type Proven = { readonly account: AccountId; readonly proof: Proof };

/** The account as it is now, if `proof` still opens it; its state is for the caller to see. @throws StoreError */
export async function openedBy(
  directory: Pick<Directory, "byId" | "appPasswords">,
  { account, proof }: Proven,
): Promise<Account | undefined> {
  const current = await directory.byId(account);
  if (current === undefined || current.state === "closing") return undefined;
  if (proof.kind === "password") return current.passwordHash === proof.hash ? current : undefined;
  const known = await directory.appPasswords(account);
  return known.some(({ id }) => id === proof.id) ? current : undefined;
}
