/**
 * What this service needs of links that are mailed and of sessions at the website; service/web-access has both. GET looks,
 * POST acts: a mail scanner that opens a link uses nothing up.
 */
import type { AccountId } from "../../store/ids.ts";

export type LinkPurpose = "recovery-address" | "password-reset" | "close-account";

export type LinkContent = {
  readonly account: AccountId;
  /** What the link is about, sealed where it rests; empty where the account is all. */
  readonly payload: string;
};

export interface MailedLinks {
  /** The token goes into the link and rests nowhere; `until` is an hour from now. `too-many`: enough of them live already. */
  make(
    purpose: LinkPurpose,
    content: LinkContent,
  ): Promise<{ readonly kind: "made"; readonly token: string; readonly until: number } | { readonly kind: "too-many" }>;
  /** Uses nothing up. */
  look(purpose: LinkPurpose, token: string): Promise<LinkContent | undefined>;
  /** Works once, in one of all workers. */
  claim(purpose: LinkPurpose, token: string): Promise<LinkContent | undefined>;
}

export interface WebSessions {
  /** @param except the session that goes on, by the name that service/web-access gives it */
  endAll(account: AccountId, except?: string): Promise<void>;
}

/** Where a link leads, as the website has its pages. */
export type LinkTo = (purpose: LinkPurpose, token: string, language: "en" | "sv") => string;
