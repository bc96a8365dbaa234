/**
 * Mails of the service to a holder, and to the operator, by local delivery: plain text, in the holder's language, never with
 * content of mail. A notice is told once an occasion: who repeats after a crash tells nobody twice.
 */
import type { ContractFacts } from "../billing/contract-letter.ts";
import type { BillingNotice } from "../billing/parts.ts";
import type { AccountId } from "../../store/ids.ts";

/** What staff may have come near to. */
export type AccessScope = "mail" | "log-in" | "logs" | "all";

/** Told to the holder of an account. Times are epoch milliseconds. */
export type HolderNotice =
  /** Promise A7. `barredUntil`: when telling was forbidden by law until then. */
  | {
      readonly kind: "staff-access";
      readonly at: number;
      readonly until: number;
      readonly scope: AccessScope;
      readonly reason: string;
      readonly case: string;
      readonly barredUntil: number | undefined;
    }
  | { readonly kind: "mail-restored"; readonly at: number; readonly messages: number; readonly takenAt: number }
  | { readonly kind: "sending-paused"; readonly at: number }
  | { readonly kind: "sending-resumed"; readonly at: number }
  /** The account has crossed 90 percent of its quota, and has come to it. */
  | {
      readonly kind: "mailbox-nearly-full" | "mailbox-full";
      readonly at: number;
      readonly octets: number;
      readonly quotaBytes: number;
    }
  /** `by`: somebody who knew the old one, or by a link to the recovery address. */
  | {
      readonly kind: "password-changed";
      readonly at: number;
      readonly by: "holder" | "recovery";
      readonly appPasswords: "kept" | "removed";
    }
  | { readonly kind: "second-step-changed"; readonly at: number; readonly change: "on" | "off" | "codes" }
  /** Codes of the time are not taken before `until`. */
  | { readonly kind: "codes-tried"; readonly at: number; readonly until: number }
  | { readonly kind: "recovery-address-changed"; readonly at: number; readonly change: "set" | "removed" }
  /** `client`: as service/web-access names kinds of clients. */
  | { readonly kind: "new-client"; readonly at: number; readonly client: string }
  | { readonly kind: "close-account-link"; readonly link: string; readonly until: number }
  /** Promise M2: what becomes of the contract. */
  | { readonly kind: "billing"; readonly about: BillingNotice }
  /** The confirmation of the contract. */
  | { readonly kind: "contract-made"; readonly facts: ContractFacts }
  /** Promise W5: the operator's own words to every holder. */
  | { readonly kind: "announcement"; readonly words: Announcement };

/** Told at a recovery address only. None names an address of the account. */
export type OutsideNotice =
  | { readonly kind: "confirm-recovery"; readonly link: string; readonly until: number }
  | { readonly kind: "reset-link"; readonly link: string; readonly until: number }
  | {
      readonly kind: "account-closing";
      readonly at: number;
      readonly doneBy: number;
      readonly copiesUntil: number;
    }
  /** The account is being deleted, and its last try did not reach these. */
  | {
      readonly kind: "mail-undelivered";
      /** `codes`: of the last reply, without its words; empty when there were none. */
      readonly recipients: readonly { readonly recipient: string; readonly codes: string }[];
      /** Recipients beyond these. */
      readonly more: number;
    };

/** A letter in both languages. */
export type Announcement = Readonly<
  Record<"en" | "sv", { readonly subject: string; readonly paragraphs: readonly string[] }>
>;

/** Told to the operator. Names flags and records by their ids, never a person or an address: mail lives long. */
export type OperatorNotice =
  | { readonly kind: "account-flagged"; readonly flag: string; readonly rule: string; readonly paused: boolean }
  | { readonly kind: "bar-running"; readonly record: string; readonly until: number }
  | { readonly kind: "backup-failed"; readonly at: number; readonly sentence: string }
  | { readonly kind: "retention-red"; readonly at: number; readonly findings: readonly string[] }
  | { readonly kind: "chain-head"; readonly at: number; readonly entries: number; readonly head: string };

export interface Notices {
  /**
   * Fulfils when the notice is durable in the account's INBOX, or was before, or when the account is gone: then nobody is
   * left to tell. `occasion` is unique to what it tells of; it is known again for 9 days. @throws StoreError
   */
  tell(account: AccountId, notice: HolderNotice, occasion: string): Promise<void>;
  /** Likewise for the operator's account. @throws StoreError "no-account" when there is none */
  tellOperator(notice: OperatorNotice, occasion: string): Promise<void>;
}
