/** Tells a holder something about the security of the account in both places: in the INBOX, and at the recovery address. */
import type { Credentials } from "../../store/credentials.ts";
import type { Account } from "../../store/directory.ts";
import type { HolderNotice, Notices } from "../notices/notices.ts";
import type { PostOutside } from "./outside-letters.ts";

/** Fulfils when both are durable; once an occasion. @throws StoreError */
export type TellBoth = (account: Account, notice: HolderNotice, occasion: string) => Promise<void>;

export function createTellBoth({
  notices,
  credentials,
  post,
}: {
  readonly notices: Pick<Notices, "tell">;
  readonly credentials: Pick<Credentials, "recoveryAddress">;
  readonly post: PostOutside;
}): TellBoth {
  return async ({ id, language }, notice, occasion) => {
    const recovery = await credentials.recoveryAddress(id);
    // Somebody who never said yes to being one is told nothing.
    if (recovery?.verified === true) await post({ to: recovery.address, language, notice, occasion });
    await notices.tell(id, notice, occasion);
  };
}
