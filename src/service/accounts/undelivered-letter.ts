/**
 * The last letter to the holder of an account that is deleted while mail of it was on its way: whom the last try did not
 * reach. To the confirmed recovery address, for the account itself can be told nothing more. What other hosts said is left
 * out but for its codes: their words may name an address of the account (promise A6).
 */
import type { Credentials } from "../../store/credentials.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { PostOutside } from "../recovery/outside-letters.ts";
import type { Undelivered } from "./accounts.ts";

/** Fulfils when the letter is durable in the queue, or was before, or when nobody is to be told. @throws StoreError */
export type TellUndelivered = (account: AccountId, undelivered: readonly Undelivered[]) => Promise<void>;

/** A letter that can be read; who sent to more knows whom. */
const MOST_LINES = 200;

export function createTellUndelivered({
  directory,
  credentials,
  post,
}: {
  readonly directory: Pick<Directory, "byId">;
  readonly credentials: Pick<Credentials, "recoveryAddress">;
  readonly post: PostOutside;
}): TellUndelivered {
  return async (id, undelivered) => {
    const [account, recovery] = [await directory.byId(id), await credentials.recoveryAddress(id)];
    if (undelivered.length === 0 || account === undefined || recovery?.verified !== true) return;
    const recipients = undelivered
      .slice(0, MOST_LINES)
      .map((one) => ({ recipient: one.recipient, codes: codesOf(one) }));
    const more = undelivered.length - recipients.length;
    const notice = { kind: "mail-undelivered", recipients, more } as const;
    await post({ to: recovery.address, language: account.language, notice, occasion: `undelivered ${id}` });
  };
}

/** Of the last reply (RFC 5321 section 4.2, RFC 3463 section 2); empty when there were none. */
const codesOf = ({ lastReply = "" }: Undelivered): string =>
  /^(?:[45]\d\d\b ?)?(?:[45]\.\d{1,3}\.\d{1,3}\b)?/.exec(lastReply)?.[0].trim() ?? "";
