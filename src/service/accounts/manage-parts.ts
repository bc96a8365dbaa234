/** What the operator's verbs work with, and the steps that several of them share. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import type { Notices } from "../notices/notices.ts";
import type { TellBoth } from "../recovery/tell-both.ts";
import type { Refused, Undelivered } from "./accounts.ts";
import type { PasswordHasher } from "./password.ts";
import { passwordProblem, preparePassword } from "./password-text.ts";
import type { Revocations } from "./revocation.ts";
import type { TellUndelivered } from "./undelivered-letter.ts";

export type AccountsParts = {
  readonly directory: Directory;
  readonly mail: MailStore;
  readonly hasher: PasswordHasher;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the holder that sending is paused or goes on; without it nobody is told. */
  readonly notices?: Pick<Notices, "tell">;
  /** Tries once more what the account has queued, and gives what did not arrive; again after a crash. */
  readonly lastTry?: (account: AccountId) => Promise<readonly Undelivered[]>;
  /** Told what the last try did not deliver, where there is such; again after a crash. */
  readonly tellUndelivered?: TellUndelivered;
  /** Whether somebody who is just signing up keeps the address; without it nobody does. */
  readonly isKept?: (address: string) => Promise<boolean>;
  /** Told of an account that is being deleted, before its record goes; again after a crash. */
  readonly closing?: (account: AccountId) => Promise<void>;
  /** Ends the account's sessions at the website; without it there is none. */
  readonly endSessions?: (account: AccountId) => Promise<void>;
  /** Ends links that were mailed to the holder; without it there is none. */
  readonly endLinks?: (account: AccountId) => Promise<void>;
  /** Plans, recovery addresses and second steps; without it the limits say how many aliases there may be. */
  readonly credentials?: Credentials;
  /** Tells a holder in the INBOX and at the recovery address. */
  readonly tellBoth?: TellBoth;
  /** The host's name, where it is none of our domains: no recovery address is there. */
  readonly hostName?: string;
  /** Ours, canonical; addresses are given at these only. */
  readonly domains: readonly string[];
};

export function refused(reason: Refused["reason"], sentence: string): Refused {
  return { kind: "refused", reason, sentence };
}

/** Hashes a password that may be chosen. */
export async function hashOf(password: string, hasher: PasswordHasher): Promise<string | Refused> {
  const problem = passwordProblem(password);
  const prepared = preparePassword(password);
  if (problem !== undefined || prepared === undefined) return refused("invalid", problem ?? "");
  const hash = await hasher.hash(prepared);
  return hash ?? refused("busy", "Too many passwords are being checked at this moment. Try again in a few seconds.");
}
