/**
 * Checks who logs in at the portal: the limits on log-ins first, then the password (promise A2: the primary address is the
 * name). Where the authenticator has the limits in itself already, it is given without a guard.
 */
import type { Authenticator } from "../../../service/accounts/authenticator.ts";
import { preparePassword } from "../../../service/accounts/password-text.ts";
import { clientKind } from "../../../service/web-access/client-kind.ts";
import type { LogInGuard } from "../../../service/web-access/log-in-guard.ts";
import type { Directory } from "../../../store/directory.ts";
import { StoreError } from "../../../store/store-error.ts";
import type { CheckLogIn } from "./holder-services.ts";

export type LogInCheckOptions = {
  readonly authenticator: Pick<Authenticator, "authenticate">;
  readonly guard?: LogInGuard;
  readonly directory: Pick<Directory, "byAddress">;
};

export function createLogInCheck({ authenticator, guard, directory }: LogInCheckOptions): CheckLogIn {
  return async (typed, password, { address, client }) => {
    const name = typed.toLowerCase();
    const asking = { client: address, purpose: "portal" } as const;
    if (guard === undefined) return authenticator.authenticate(name, password, asking);
    const account = await ownerOf(directory, name);
    if (account === "unknown") return { kind: "unavailable" };
    const prepared = preparePassword(password) ?? "";
    const kind = clientKind("web", client);
    const ended = await guard.enter({ name, password: prepared, account, address, client: kind });
    if (ended === undefined) return { kind: "unavailable" };
    const login = await authenticator.authenticate(name, password, asking);
    ended(login.kind === "wrong" ? "wrong" : login.kind === "unavailable" ? "untried" : "right");
    return login;
  };
}

/** `unknown`: the directory does not answer. */
async function ownerOf(directory: Pick<Directory, "byAddress">, name: string) {
  try {
    const found = await directory.byAddress(name);
    return found?.primary === name ? found.id : undefined;
  } catch (error) {
    if (error instanceof StoreError) return "unknown" as const;
    throw error;
  }
}
