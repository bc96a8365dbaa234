/** What the holder's own verbs on his credentials work with, and the steps that several of them share. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { refused } from "../accounts/manage-parts.ts";
import type { PasswordHasher } from "../accounts/password.ts";
import type { Revocations } from "../accounts/revocation.ts";
import type { Notices } from "../notices/notices.ts";
import type { LinkTo, MailedLinks, WebSessions } from "./mailed-links.ts";
import type { PostOutside } from "./outside-letters.ts";
import type { ProveHolder } from "./prove-holder.ts";
import type { TellBoth } from "./tell-both.ts";

export type RecoveryParts = {
  readonly directory: Directory;
  readonly credentials: Credentials;
  readonly hasher: PasswordHasher;
  readonly revocations: Revocations;
  readonly links: MailedLinks;
  readonly sessions: WebSessions;
  readonly notices: Pick<Notices, "tell">;
  readonly post: PostOutside;
  readonly tellBoth: TellBoth;
  readonly prove: ProveHolder;
  readonly linkTo: LinkTo;
  readonly clock: Clock;
  readonly log: Log;
};

export const DONE: Done = { kind: "done" };
export const GONE: Refused = refused("no-account", "The account was deleted meanwhile.");
export const LINK_GONE: Refused = refused(
  "link-gone",
  "This link was used already, or its hour is over. Ask for a new one.",
);
export const MAILED_ENOUGH: Refused = refused(
  "too-many",
  "We have mailed you several links already. Use the latest one, or wait an hour.",
);

/** The account, unless it is gone or being deleted. */
export async function living(directory: Pick<Directory, "byId">, id: AccountId): Promise<Account | undefined> {
  const account = await directory.byId(id);
  return account === undefined || account.state === "closing" ? undefined : account;
}
