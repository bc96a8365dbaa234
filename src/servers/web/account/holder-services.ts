/** What the holder's pages need of the service: narrow views of it, so that a page holds no more than it uses. */
import type { Clock } from "../../../host/clock.ts";
import type { Accounts } from "../../../service/accounts/accounts.ts";
import type { Authenticator } from "../../../service/accounts/authenticator.ts";
import type { Contract, NotBought } from "../../../service/billing/manage.ts";
import type { ChangePassword } from "../../../service/recovery/change-password.ts";
import type { ClosingByHolder } from "../../../service/recovery/close.ts";
import type { RecoveryAddresses } from "../../../service/recovery/recovery-address.ts";
import type { PasswordReset } from "../../../service/recovery/reset.ts";
import type { SecondSteps } from "../../../service/recovery/second-step.ts";
import type { AskLimit } from "../../../service/web-access/ask-limit.ts";
import type { LogInRecords } from "../../../service/web-access/log-in-records.ts";
import type { WebSessions } from "../../../service/web-access/web-sessions.ts";
import type { Credentials } from "../../../store/credentials.ts";
import type { DefenceMemory } from "../../../store/defence-memory.ts";
import type { Directory } from "../../../store/directory.ts";
import type { AccountId } from "../../../store/ids.ts";
import type { MailStore } from "../../../store/mail-store.ts";
import type { OutboundMail } from "../../../store/outbound-queue.ts";

/** Pages beside these that are served too, and led to. */
export type PagesBeside = { readonly signUp: boolean; readonly plan: boolean; readonly clients: boolean };

export type HolderServices = {
  readonly directory: Pick<
    Directory,
    "byId" | "byAddress" | "aliases" | "appPasswords" | "preferences" | "setPreferences" | "setLanguage"
  >;
  readonly credentials: Pick<Credentials, "plan">;
  readonly mail: Pick<MailStore, "read">;
  readonly accounts: Pick<Accounts, "addAlias" | "removeAlias" | "addAppPassword" | "revokeAppPassword">;
  /** With the limits on log-ins in it. */
  readonly authenticator: Pick<Authenticator, "authenticate">;
  readonly sessions: Pick<WebSessions, "createWaiting" | "findWaiting" | "end" | "list" | "endOne" | "endAll">;
  readonly logIns: Pick<LogInRecords, "note" | "list">;
  readonly changePassword: ChangePassword;
  readonly recovery: RecoveryAddresses;
  readonly reset: Pick<PasswordReset, "ask" | "look" | "reset">;
  readonly secondSteps: SecondSteps;
  readonly closing: ClosingByHolder;
  readonly queue: Pick<OutboundMail, "list" | "records">;
  readonly memory: Pick<DefenceMemory, "holdings" | "clear" | "setOn">;
  /** Where accounts are bought; without it nothing is said of money. */
  readonly contract?: (account: AccountId) => Promise<Contract | NotBought>;
  /** Bounds what one network may ask: whether names are free (shared with the sign-up), and for links to recovery addresses. */
  readonly askOfNames: AskLimit;
  readonly askOfResets: AskLimit;
  readonly clock: Clock;
  readonly beside: PagesBeside;
  /** Ours, canonical; the first is the one of the service. */
  readonly domains: readonly string[];
  /** As pages and apps call the service. */
  readonly serviceName: string;
};
