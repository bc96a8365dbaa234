/**
 * The way back after a lost password (promise A4): a link to the verified recovery address. Who asks hears the same at the
 * same time for every name, because what is done is done afterwards. The link opens a form; the form sets a password, and
 * needs one of the recovery codes where a second step is on.
 */
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { logInName } from "../accounts/log-in-name.ts";
import { recoveryCodeForm, recoveryMark } from "../accounts/recovery-code.ts";
import { LINK_LIFE_MS } from "../web-access/account-links.ts";
import { type Choosable, hashOfNew, setNewPassword, WRONG_CODE } from "./new-password.ts";
import { GONE, LINK_GONE, living, type RecoveryParts } from "./recovery-parts.ts";

export type ResetWish = {
  readonly password: string;
  readonly keepAppPasswords: boolean;
  /** As typed; empty where none is needed. */
  readonly code: string;
};

export interface PasswordReset extends AsyncDisposable {
  /** Mails a link if the name is of an account with a verified recovery address. Answers at once, with nothing. */
  ask(name: string): void;
  /** For GET: whether the link is good, and what the form asks for. */
  look(token: string): Promise<{ readonly needsCode: boolean } | undefined>;
  /** For POST. What can be mended leaves the link good. */
  reset(token: string, wish: ResetWish): Promise<Done | Refused>;
}

/** Who asks while so many wait is not served: the name is asked for again by who needs it. */
const MOST_WAITING = 200;

export function createPasswordReset(parts: RecoveryParts & { readonly choosable?: Choosable }): PasswordReset {
  const { directory, credentials, links, post, linkTo, clock } = parts;
  const waiting: string[] = [];
  let working: Promise<void> | undefined;

  const mailLink = async (name: string): Promise<void> => {
    const primary = logInName(name.trim());
    const found = await directory.byAddress(primary);
    if (found?.primary !== primary || found.state === "closing") return;
    const recovery = await credentials.recoveryAddress(found.id);
    if (recovery?.verified !== true) return;
    const token = await links.make({ purpose: "password-reset", account: found.id, payload: "" });
    if (token === "too-many") return;
    const { language } = found;
    const link = linkTo("password-reset", token, language);
    const notice = { kind: "reset-link", link, until: clock.now() + LINK_LIFE_MS } as const;
    await post({ to: recovery.address, language, notice, occasion: link });
    parts.log("account.changed", { account: found.id, change: "link for a new password mailed" });
  };

  const workOff = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        await mailLink(name);
      } catch (error) {
        // Nobody waits for an answer; who got no mail asks again.
        if (!(error instanceof StoreError)) throw error;
      }
    }
  };

  const start = (): void => {
    working ??= workOff().finally(() => {
      working = undefined;
      if (waiting.length > 0) start();
    });
  };

  const marked = async (account: AccountId, typed: string): Promise<Uint8Array | Refused | undefined> => {
    const step = await credentials.secondStep(account);
    if (step === undefined) return undefined;
    const code = recoveryCodeForm(typed);
    if (code === undefined) return WRONG_CODE;
    const mark = recoveryMark(step.secret, code);
    return step.codes.some((known) => Buffer.compare(known, mark) === 0) ? mark : WRONG_CODE;
  };

  return {
    ask(name) {
      if (waiting.length >= MOST_WAITING || name.length > 320) return;
      waiting.push(name);
      start();
    },

    async look(token) {
      const content = await links.look("password-reset", token);
      const account = content && (await living(directory, content.account));
      return account && { needsCode: account.secondStep === true };
    },

    async reset(token, { password, keepAppPasswords, code: typed }) {
      const content = await links.look("password-reset", token);
      if (content === undefined) return LINK_GONE;
      const account = await living(directory, content.account);
      if (account === undefined) return GONE;
      const code = await marked(account.id, typed);
      if (code !== undefined && "kind" in code) return code;
      const hash = await hashOfNew(parts, account, password);
      if (typeof hash !== "string") return hash;
      if ((await links.claim("password-reset", token)) === undefined) return LINK_GONE;
      return setNewPassword(parts, account, hash, { keepAppPasswords, by: "recovery", ...(code && { code }) });
    },

    async [Symbol.asyncDispose]() {
      waiting.length = 0;
      await working;
    },
  };
}
