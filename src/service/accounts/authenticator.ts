/** Checks who logs in. The interface that every server with a log-in uses; authenticate.ts implements it. */
import type { AccountId } from "../../store/ids.ts";
import type { Proof, Proven } from "./proof.ts";

export type Login =
  | {
      readonly kind: "accepted";
      readonly account: AccountId;
      readonly primary: string;
      readonly proof: Proof;
      /** At the portal: the password was right, and a code is due before anything is shown or done. */
      readonly secondStep?: true;
    }
  /** Name or password is wrong; which of the two is never told, nor shown by time. */
  | { readonly kind: "wrong" }
  | RefusedLogin
  /** Too many checks at once or too many wrong tries, or the store does not answer: try again later. */
  | { readonly kind: "unavailable" };

/** The account may not log in so; `sentence` says why and what to do, for the right password only. */
export type RefusedLogin = {
  readonly kind: "refused";
  /** `app-password`: mail programs need one; `unpaid`: the contract ended, and the account is being closed. */
  readonly why: "suspended" | "app-password" | "unpaid";
  readonly sentence: string;
};

/** Who asks: the address it came from, in text, and what is aborted when it is gone. */
export type Asking = {
  readonly client?: string;
  /** The kind of client, as service/web-access names it; left out where it is not known yet. */
  readonly software?: string;
  readonly signal?: AbortSignal;
  /** What for. `mail`, the default: with a second step on, app passwords alone count. `portal`: the account password alone. */
  readonly purpose?: Purpose;
};

export type Purpose = "mail" | "portal";

/** Takes what happened to an account, named as the event it goes with. Never throws, never blocks. `at`: epoch milliseconds. */
export type Observe = (name: string, fields: Readonly<Record<string, unknown>>, at: number) => void;

export interface Authenticator {
  /**
   * @param name the primary address, in any case, its domain in letters or in A-labels
   * @param password as typed (SASLprep is applied here)
   */
  authenticate(name: string, password: string, asking?: Asking): Promise<Login>;
  /**
   * Calls `listener` once, when what was accepted is worth nothing any more: the account is suspended or deleted, its password
   * changed, the app password revoked. Sessions then say BYE.
   */
  onRevoked(login: Proven, listener: () => void): Disposable;
}
