/**
 * Makes a sign-up of a form, or says what is wrong with it, field by field. Asks nobody anything: what can be known without
 * the service is found here first, so that who errs costs nothing.
 */
import { checkName } from "../../../rules/sign-up/address-rules.ts";
import { nameWords } from "../../../rules/sign-up/sign-up-words.ts";
import { preparePassword } from "../../../service/accounts/password-text.ts";
import { checkRecoveryAddress } from "../../../service/accounts/recovery-address-text.ts";
import { newPasswordProblems } from "../account/password-fields.ts";
import type { Problems } from "../portal/fields.ts";
import type { Form } from "../portal/form.ts";
import type { Language } from "../site/language.ts";
import type { Typed } from "./sign-up-page.ts";
import type { SignUpServices } from "./sign-up-services.ts";
import { signUpWords } from "./sign-up-words.ts";

export type Wanted = {
  readonly address: string;
  /** See password-text.ts. */
  readonly prepared: string;
  readonly recovery: string | undefined;
  readonly plan: string;
  readonly code: string;
};

export type CheckedSignUp =
  | { readonly kind: "wanted"; readonly wanted: Wanted }
  | { readonly kind: "wrong"; readonly problems: Problems };

type Rules = Pick<SignUpServices, "serviceName" | "domains" | "ours" | "by" | "plans">;

export const typedIn = (form: Form): Typed => ({
  name: form.text("name"),
  domain: form.text("domain"),
  recovery: form.text("recovery"),
  plan: form.text("plan"),
  code: form.text("code"),
  agrees: form.has("terms"),
  begins: form.has("begin"),
});

/** The address that a form asks for, or why there can be none. */
export function checkAddress(
  { name: typed, domain }: Pick<Typed, "name" | "domain">,
  { serviceName, domains, ours }: Pick<Rules, "serviceName" | "domains" | "ours">,
  language: Language,
): { readonly kind: "address"; readonly address: string } | { readonly kind: "wrong"; readonly problems: Problems } {
  const [usual = ""] = domains;
  const at = domains.includes(domain) ? domain : usual;
  // Who types the whole address means its name.
  const name = typed.trim().toLowerCase().endsWith(`@${at}`) ? typed.trim().slice(0, -at.length - 1) : typed;
  const checked = checkName(name, [serviceName, ...ours]);
  return checked.kind === "name"
    ? { kind: "address", address: `${checked.name}@${at}` }
    : { kind: "wrong", problems: new Map([["name", nameWords[language][checked.why]]]) };
}

export function checkSignUp(form: Form, rules: Rules, language: Language): CheckedSignUp {
  const { serviceName, ours, by, plans } = rules;
  const [word, typed] = [signUpWords[language], typedIn(form)];
  const checked = checkAddress(typed, rules, language);
  const address = checked.kind === "address" ? checked.address : "";
  const problems = new Map<string, string>(checked.kind === "wrong" ? checked.problems : []);
  const password = newPasswordProblems(form, language, { address, ownNames: [serviceName, ...ours] });
  for (const [name, sentence] of password) problems.set(name, sentence);
  const recovery = typed.recovery.trim() === "" ? undefined : checkRecoveryAddress(typed.recovery, ours);
  if (recovery?.kind === "invalid") problems.set("recovery", word.recoveryInvalid);
  if (by === "payment" && !plans.some(({ name }) => name === typed.plan)) problems.set("plan", word.planMissing);
  if (by === "invitation" && typed.code.trim() === "") problems.set("code", word.codeMissing);
  if (!typed.agrees) problems.set("terms", word.agreeMissing);
  if (by === "payment" && !typed.begins) problems.set("begin", word.beginMissing);
  const prepared = preparePassword(form.text("password"));
  if (problems.size > 0 || prepared === undefined) return { kind: "wrong", problems };
  return {
    kind: "wanted",
    wanted: {
      address,
      prepared,
      recovery: recovery?.kind === "address" ? recovery.address : undefined,
      plan: typed.plan,
      code: typed.code,
    },
  };
}
