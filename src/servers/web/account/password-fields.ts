/** The field for the password that somebody has, and the two for one that is chosen: what they say, and what is wrong. */
import { weaknessOf } from "../../../rules/sign-up/common-passwords.ts";
import { weakPasswordWords } from "../../../rules/sign-up/sign-up-words.ts";
import { MAX_PASSWORD_BYTES, MIN_PASSWORD_BYTES, preparePassword } from "../../../service/accounts/password-text.ts";
import type { Account } from "../../../store/directory.ts";
import { type Html, html } from "../markup.ts";
import { field, type Problems } from "../portal/fields.ts";
import type { Form } from "../portal/form.ts";
import type { Language } from "../site/language.ts";
import { holderWords } from "./holder-words.ts";

const en = {
  password: "New password",
  hint: "Several words that you remember are good. Nobody can look it up for you later.",
  again: "New password, once more",
  differ: "The two passwords are not the same. Type the new one twice.",
  signs: "The password holds a sign that cannot be typed on every device. Use letters, digits, signs and spaces.",
  short: `The password is too short: it needs at least ${MIN_PASSWORD_BYTES} characters.`,
  long: `The password is too long: it may have at most ${MAX_PASSWORD_BYTES} octets.`,
  keep: "Keep my app passwords",
  keepHint: "Without this, all of them end, and every mail program needs a new one.",
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    password: "Nytt lösenord",
    hint: "Flera ord som du kommer ihåg är bra. Ingen kan ta fram det åt dig senare.",
    again: "Nytt lösenord, en gång till",
    differ: "De två lösenorden är inte lika. Skriv det nya två gånger.",
    signs:
      "Lösenordet innehåller ett tecken som inte går att skriva på alla enheter. Använd bokstäver, siffror, tecken och mellanslag.",
    short: `Lösenordet är för kort: det måste ha minst ${MIN_PASSWORD_BYTES} tecken.`,
    long: `Lösenordet är för långt: det får ha högst ${MAX_PASSWORD_BYTES} oktetter.`,
    keep: "Behåll mina applösenord",
    keepHint: "Annars slutar alla att gälla, och varje e-postprogram behöver ett nytt.",
  },
};

export const keepWords = (language: Language): { readonly label: string; readonly hint: string } => ({
  label: words[language].keep,
  hint: words[language].keepHint,
});

/**
 * The account password once more, with whose it is for those programs that keep passwords; that is not sent.
 * @param name of the field, where a page has several forms
 */
export function passwordNow(language: Language, problems: Problems, { primary }: Whose, name = "now"): Html {
  const { passwordNow: label, passwordNowHint: hint, whose } = holderWords[language];
  return html`<label hidden for="${name}-whose">${whose}</label><input id="${name}-whose" type="text" autocomplete="username" value="${primary}" readonly hidden>
${field({ name, label, hint, type: "password", autocomplete: "current-password" }, problems)}`;
}

type Whose = Pick<Account, "primary">;

export function newPasswordFields(language: Language, problems: Problems): Html {
  const { password, again, hint } = words[language];
  const shared = { type: "password", autocomplete: "new-password" } as const;
  return html`${field({ ...shared, name: "password", label: password, hint }, problems)}${field({ ...shared, name: "again", label: again }, problems)}`;
}

/** What is wrong with what was typed, before anything is asked of the service. */
export function newPasswordProblems(
  form: Form,
  language: Language,
  whose: { readonly address: string; readonly ownNames: readonly string[] },
): Problems {
  const sentence = passwordSentence(form.text("password"), language, whose);
  if (sentence !== undefined) return new Map([["password", sentence]]);
  return form.text("password") === form.text("again") ? new Map() : new Map([["again", words[language].differ]]);
}

function passwordSentence(
  typed: string,
  language: Language,
  whose: Parameters<typeof newPasswordProblems>[2],
): string | undefined {
  const prepared = preparePassword(typed);
  if (prepared === undefined) return words[language].signs;
  const bytes = Buffer.byteLength(prepared);
  if (bytes < MIN_PASSWORD_BYTES) return words[language].short;
  if (bytes > MAX_PASSWORD_BYTES) return words[language].long;
  const weakness = weaknessOf(prepared, whose);
  return weakness === undefined ? undefined : weakPasswordWords[language][weakness];
}
