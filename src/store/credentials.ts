/**
 * What a holder proves himself with besides password and app passwords, and what his plan allows: the recovery address
 * (promise A4), the second step with its recovery codes, the plan's name and its number of aliases. Rests in `system.db`
 * beside the record of the account and dies with it; every verb is one durable commit.
 */
import type { AccountId } from "./ids.ts";

export type RecoveryAddress = {
  /** Canonical; of another provider. */
  readonly address: string;
  /** Its holder has opened a link that was mailed to it. Only then does it lead back in. */
  readonly verified: boolean;
};

/** RFC 6238: one-time passwords of the time. */
export type SecondStep = {
  /** 160 bits (RFC 4226 section 4, R6). */
  readonly secret: Uint8Array;
  /** The last time step whose code was used: codes of it and of earlier ones are used up. */
  readonly lastStep: number;
  /** Marks of recovery codes that are unused; a mark leads to no code. */
  readonly codes: readonly Uint8Array[];
};

export type HolderPlan = {
  /** As the settings name it. */
  readonly name: string;
  /** Aliases that the account may have. */
  readonly aliases: number;
};

/** RFC 9106 section 3.1: memory m, passes t, lanes p. */
export type PasswordCost = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number };

/** All of it, as a backup takes it. */
export type CredentialsRecord = {
  readonly recovery: RecoveryAddress | undefined;
  readonly secondStep: SecondStep | undefined;
  readonly plan: HolderPlan | undefined;
};

export type PasswordChange = {
  readonly passwordHash: string;
  /** The change is made only while the password still has this hash. */
  readonly from: string;
  readonly appPasswords: "kept" | "removed";
  /** The mark of a recovery code that is used up by the change. */
  readonly code?: Uint8Array;
};

/** Usable as long as the directory that it belongs to. */
export interface Credentials {
  recoveryAddress(id: AccountId): Promise<RecoveryAddress | undefined>;
  setRecoveryAddress(id: AccountId, recovery: RecoveryAddress): Promise<"set" | "no-account">;
  removeRecoveryAddress(id: AccountId): Promise<"removed" | "none">;

  secondStep(id: AccountId): Promise<SecondStep | undefined>;
  /** Turns it on; one that is on is replaced, with its codes. */
  setSecondStep(id: AccountId, step: SecondStep): Promise<"set" | "no-account">;
  removeSecondStep(id: AccountId): Promise<"removed" | "none">;
  /**
   * Counts a try before it is made, in a window that begins with the first one: `wait` when there were `most` in it;
   * `first` says the same, once a window.
   */
  countTry(
    id: AccountId,
    window: { readonly at: number; readonly lengthMs: number; readonly most: number },
  ): Promise<"may" | "wait" | "first">;
  /** Uses up the codes of `step` and of all before it, and forgets the tries. `replayed`: they were used up. */
  useStep(id: AccountId, step: number): Promise<"used" | "replayed">;
  /** Replaces the codes of a second step that is on. */
  setRecoveryCodes(id: AccountId, marks: readonly Uint8Array[]): Promise<"set" | "none">;
  /** Each works once. */
  useRecoveryCode(id: AccountId, mark: Uint8Array): Promise<"used" | "unknown">;

  /** All of a change, or none of it. */
  changePassword(
    id: AccountId,
    change: PasswordChange,
  ): Promise<"set" | "no-account" | "other-password" | "unknown-code">;

  plan(id: AccountId): Promise<HolderPlan | undefined>;
  setPlan(id: AccountId, plan: HolderPlan): Promise<"set" | "no-account">;

  /** What new passwords cost in this installation; `undefined` until somebody has measured. */
  passwordCost(): Promise<PasswordCost | undefined>;
  /** Keeps the first cost that is given, and answers with the one that is kept. */
  keepPasswordCost(cost: PasswordCost): Promise<PasswordCost>;
}
