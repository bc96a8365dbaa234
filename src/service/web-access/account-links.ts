/**
 * Links that are mailed to a holder. The address of one holds 256 random bits, of which only the SHA-256 rests. To open it
 * (GET) uses nothing, for mail programs and scanners open links too; to press its button (POST) claims it: once, within an
 * hour, with all others of the same account and purpose. Who claimed it and was stopped before acting asks for another.
 */
import { createHash, randomBytes } from "node:crypto";
import { type Clock, HOUR } from "../../host/clock.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { LinkRecord, LinkStore } from "../../store/web-access.ts";

/** `account` may be the id that a sign-up keeps for the account to come. */
export type AccountLink = { readonly account: AccountId; readonly payload: string };

/** @throws StoreError from every method */
export interface AccountLinks<P extends string> {
  /** Answers with the token for the address; "too-many": the account has three of this purpose that still live. */
  make(link: AccountLink & { readonly purpose: P }): Promise<string>;
  look(purpose: P, token: string): Promise<AccountLink | undefined>;
  claim(purpose: P, token: string): Promise<AccountLink | undefined>;
  /** Ends them all. */
  endAll(account: AccountId): Promise<void>;
}

export const LINK_LIFE_MS: number = HOUR;
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Octets: an address, or what a form held. */
const MAX_PAYLOAD_BYTES = 4096;

export type AccountLinksOptions = { readonly store: LinkStore; readonly clock: Clock };

export function createAccountLinks<P extends string>({ store, clock }: AccountLinksOptions): AccountLinks<P> {
  return {
    async make({ purpose, account, payload }) {
      if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) throw new RangeError("a link's payload is too large");
      const token = randomBytes(TOKEN_BYTES).toString("base64url");
      const madeAt = clock.now();
      const expiresAt = madeAt + LINK_LIFE_MS;
      const made = await store.addLink({ id: idOf(token), purpose, owner: account, payload, madeAt, expiresAt });
      return made === "made" ? token : made;
    },
    async look(purpose, token) {
      return TOKEN.test(token) ? linkOf(await store.link(idOf(token), purpose, clock.now())) : undefined;
    },
    async claim(purpose, token) {
      return TOKEN.test(token) ? linkOf(await store.claimLink(idOf(token), purpose, clock.now())) : undefined;
    },
    endAll: (account) => store.forgetLinks(account),
  };
}

/** Without salt or stretching: nobody guesses 256 bits. */
const idOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

const linkOf = (link: LinkRecord | undefined): AccountLink | undefined =>
  link === undefined ? undefined : { account: accountId(link.owner), payload: link.payload };
