/**
 * The second step at log-in: a code of the time, or a recovery code. A holder turns it on with a code that shows that the
 * app works, and off with password and code. Codes of the time can be guessed by somebody who has the password, so few
 * tries an hour are taken, counted durably over all workers; recovery codes cannot, and are never held back.
 */
import { HOUR } from "../../host/clock.ts";
import type { Account } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { refused } from "../accounts/manage-parts.ts";
import { enrolUri, newStepSecret, secretOf, secretText, stepOfCode } from "../accounts/one-time-code.ts";
import { newRecoveryCodes, recoveryCodeForm, recoveryMark } from "../accounts/recovery-code.ts";
import { DONE, GONE, living, type RecoveryParts } from "./recovery-parts.ts";

export const stepLimits: { readonly windowMs: number; readonly tries: number } = Object.freeze({
  windowMs: HOUR,
  /** Three of a million codes are good at a time: ten an hour find one in four years on average. */
  tries: 10,
});

type Proof = {
  readonly password: string;
  readonly code: string;
  /** The session that asks; it goes on. */
  readonly session: string;
};
/** Recovery codes, shown this once. */
type Codes = { readonly kind: "codes"; readonly codes: readonly string[] };

export interface SecondSteps {
  state(id: AccountId): Promise<{ readonly on: boolean; readonly codesLeft: number }>;
  /** A new secret for the page that shows it, as text and as what a QR code holds. Nothing rests before `turnOn`. */
  propose(account: Pick<Account, "primary">): { readonly secret: string; readonly uri: string };
  /** @param secret as it was proposed; `code` is one of it */
  turnOn(id: AccountId, proof: Proof & { readonly secret: string }): Promise<Codes | Refused>;
  turnOff(id: AccountId, proof: Proof): Promise<Done | Refused>;
  /** In the place of all that are left. */
  newCodes(id: AccountId, proof: Proof): Promise<Codes | Refused>;
  /** At a log-in, after the password. Of an account without a second step nothing is due: `right`. */
  check(id: AccountId, typed: string): Promise<"right" | "wrong" | "wait">;
}

/** @param issuer by which name apps show the accounts: the service's */
export function createSecondSteps(parts: RecoveryParts, issuer: string): SecondSteps {
  const { directory, credentials, revocations, sessions, tellBoth, prove, clock, log } = parts;

  const useCodeOfTime = async (
    id: AccountId,
    secret: Uint8Array,
    typed: string,
  ): Promise<"right" | "wrong" | "wait"> => {
    const at = clock.now();
    const may = await credentials.countTry(id, { at, lengthMs: stepLimits.windowMs, most: stepLimits.tries });
    if (may === "first") {
      const account = await living(directory, id);
      const notice = { kind: "codes-tried", at, until: at + stepLimits.windowMs } as const;
      if (account !== undefined) await tellBoth(account, notice, `${id} ${at}`);
    }
    if (may !== "may") return "wait";
    const step = stepOfCode(secret, typed, at);
    return step !== undefined && (await credentials.useStep(id, step)) === "used" ? "right" : "wrong";
  };

  const check: SecondSteps["check"] = async (id, typed) => {
    const step = await credentials.secondStep(id);
    if (step === undefined) return "right";
    const code = recoveryCodeForm(typed);
    if (code === undefined) return useCodeOfTime(id, step.secret, typed);
    return (await credentials.useRecoveryCode(id, recoveryMark(step.secret, code))) === "used" ? "right" : "wrong";
  };

  /** The account, when password and code are right. */
  const proven = async (id: AccountId, { password, code }: Proof): Promise<Account | Refused> => {
    const account = await living(directory, id);
    if (account === undefined) return GONE;
    if (account.secondStep !== true) return IS_OFF;
    const unproven = await prove(account, password);
    if (unproven !== undefined) return unproven;
    const verdict = await check(id, code);
    if (verdict === "right") return account;
    return verdict === "wait" ? WAIT : WRONG;
  };

  const changed = async (account: Account, change: "on" | "off" | "codes", session: string): Promise<void> => {
    // Mail programs that came in with the account password go; those with app passwords come again by themselves.
    revocations.publish(account.id, change === "on" ? "end" : "forget");
    await sessions.endAll(account.id, session);
    log("account.changed", { account: account.id, change: `second step: ${change}` });
    const at = clock.now();
    await tellBoth(account, { kind: "second-step-changed", at, change }, `${account.id} ${change} ${at}`);
  };

  return {
    async state(id) {
      const step = await credentials.secondStep(id);
      return { on: step !== undefined, codesLeft: step?.codes.length ?? 0 };
    },

    propose({ primary }) {
      const secret = newStepSecret();
      return { secret: secretText(secret), uri: enrolUri(secret, { issuer, account: primary }) };
    },

    async turnOn(id, { password, code, secret: text, session }) {
      const account = await living(directory, id);
      if (account === undefined) return GONE;
      if (account.secondStep === true) return IS_ON;
      const secret = secretOf(text);
      if (secret === undefined) return NO_SECRET;
      const unproven = await prove(account, password);
      if (unproven !== undefined) return unproven;
      const lastStep = stepOfCode(secret, code, clock.now());
      if (lastStep === undefined) return WRONG;
      const codes = newRecoveryCodes();
      const marks = codes.map((each) => recoveryMark(secret, each));
      if ((await credentials.setSecondStep(id, { secret, lastStep, codes: marks })) === "no-account") return GONE;
      await changed(account, "on", session);
      return { kind: "codes", codes };
    },

    async turnOff(id, proof) {
      const account = await proven(id, proof);
      if ("kind" in account) return account;
      await credentials.removeSecondStep(id);
      await changed(account, "off", proof.session);
      return DONE;
    },

    async newCodes(id, proof) {
      const account = await proven(id, proof);
      if ("kind" in account) return account;
      const step = await credentials.secondStep(id);
      if (step === undefined) return IS_OFF;
      const codes = newRecoveryCodes();
      const marks = codes.map((each) => recoveryMark(step.secret, each));
      if ((await credentials.setRecoveryCodes(id, marks)) === "none") return IS_OFF;
      await changed(account, "codes", proof.session);
      return { kind: "codes", codes };
    },

    check,
  };
}

const WRONG: Refused = refused(
  "wrong-code",
  "The code is wrong, or was used already. Wait for the next one in your app, and see that your device's clock is right.",
);
const WAIT: Refused = refused(
  "too-many",
  "Too many wrong codes were typed. Codes of the app are taken again in an hour; a recovery code works now.",
);
const IS_OFF: Refused = refused("state", "Two-step log-in is off.");
const IS_ON: Refused = refused("state", "Two-step log-in is on already. Turn it off first to use another app.");
const NO_SECRET: Refused = refused("invalid", "The form is damaged: open the page again, and scan the new picture.");
