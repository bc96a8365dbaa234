/**
 * Makes the hash of a password anew when its cost is another than that of new ones: possible only at a log-in, when the
 * password is at hand. What goes wrong here never keeps anybody out: the hash that rests stays good.
 */
import type { Log } from "../../host/events/events.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { Account } from "../../store/directory.ts";
import { StoreError } from "../../store/store-error.ts";
import type { PasswordHasher } from "./password.ts";

/** Answers with the hash that rests now. @param prepared the right password of `account` */
export type Rehash = (account: Account, prepared: string) => Promise<string>;

export function createRehash({
  hasher,
  credentials,
  log,
}: {
  readonly hasher: PasswordHasher;
  readonly credentials: Pick<Credentials, "changePassword">;
  readonly log: Log;
}): Rehash {
  return async ({ id, passwordHash: from }, prepared) => {
    if (!hasher.isOutdated(from)) return from;
    const passwordHash = await hasher.hash(prepared);
    if (passwordHash === undefined) return from;
    try {
      if ((await credentials.changePassword(id, { passwordHash, from, appPasswords: "kept" })) !== "set") return from;
    } catch (error) {
      if (error instanceof StoreError) return from;
      throw error;
    }
    log("account.changed", { account: id, change: "hash of the password" });
    return passwordHash;
  };
}
