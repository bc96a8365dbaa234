/**
 * What this service needs of links that are mailed and of sessions at the website; service/web-access has both. GET looks,
 * POST acts: a mail scanner that opens a link uses nothing up.
 */
import type { AccountId } from "../../store/ids.ts";
import type { AccountLinks } from "../web-access/account-links.ts";

export type LinkPurpose = "recovery-address" | "password-reset" | "close-account";

/** What the payload says is the new recovery address; the other links are about the account alone. */
export type MailedLinks = Pick<AccountLinks<LinkPurpose>, "make" | "look" | "claim" | "endAll">;

export interface WebSessions {
  /** @param except the session that goes on, by the name that service/web-access gives it */
  endAll(account: AccountId, except?: string): Promise<void>;
}

/** Where a link leads, as the website has its pages. */
export type LinkTo = (purpose: LinkPurpose, token: string, language: "en" | "sv") => string;
