/**
 * The pages of sign-up: first the name alone, then, when it is free, one form for the rest, with what was typed before,
 * passwords never. One button a form, so that the key Enter never means something else than the page says.
 */
import { newPasswordFields } from "../account/password-fields.ts";
import { type Html, html } from "../markup.ts";
import { buttons, choices, field, form, notice, type Problems, tick } from "../portal/fields.ts";
import type { PortalPage, Visit } from "../portal/route.ts";
import type { ShownPlan } from "../site/plans.ts";
import { amountIn, numberIn, sizeIn, words } from "../site/words.ts";
import { type SignUpServices, signUpPaths } from "./sign-up-services.ts";
import { signUpWords } from "./sign-up-words.ts";

/** What comes back into the form. */
export type Typed = {
  readonly name: string;
  readonly domain: string;
  readonly recovery: string;
  readonly plan: string;
  readonly code: string;
  readonly agrees: boolean;
  readonly begins: boolean;
};

export type SignUpSaid = {
  readonly typed: Typed;
  readonly problems: Problems;
  /** An address that was asked for and is free. */
  readonly free?: string;
};

type Shown = Pick<SignUpServices, "domains" | "by" | "plans">;

/** Says in a form that it is the second one. */
export const WHOLE = "whole";
/** A box is longer than a name, so that whoever types a whole address into it is told so. */
const MOST_TYPED = 254;

/** Asks for the name alone. */
export function namePage(visit: Visit, services: Shown, { typed, problems }: SignUpSaid): PortalPage {
  const word = signUpWords[visit.language];
  const body = html`${introduction(visit, services)}${form(
    visit.to(signUpPaths.signUp),
    visit.formToken(),
    nameFields(visit, services, typed, problems),
    buttons({ label: word.goOn }),
  )}`;
  return { title: word.title, body, problems };
}

/** Asks for everything. */
export function wholePage(visit: Visit, services: Shown, { typed, problems, free }: SignUpSaid): PortalPage {
  const { language } = visit;
  const word = signUpWords[language];
  const isSold = services.by === "payment";
  const { code, recovery, agrees, begins } = typed;
  const recoveryField = {
    name: "recovery",
    label: word.recovery,
    hint: word.recoveryHint,
    type: "email",
    autocomplete: "email",
    value: recovery,
    maxLength: MOST_TYPED,
    isOptional: true,
  } as const;
  const codeField = { name: "code", label: word.code, hint: word.codeHint, autocomplete: "off" } as const;
  const body = html`${free === undefined ? introduction(visit, services) : notice(isSold ? word.free(free) : word.freeNow(free), "good")}${form(
    visit.to(signUpPaths.signUp),
    visit.formToken(),
    html`<input type="hidden" name="${WHOLE}" value="yes">`,
    nameFields(visit, services, typed, problems),
    newPasswordFields(language, problems),
    field(recoveryField, problems),
    isSold
      ? planFields(visit, services.plans, typed, problems)
      : field({ ...codeField, value: code, maxLength: MOST_TYPED }, problems),
    tick({ name: "terms", label: word.agree, isChosen: agrees }, problems),
    isSold ? tick({ name: "begin", label: word.begin, hint: word.beginHint, isChosen: begins }, problems) : html``,
    isSold ? html`<p>${word.orderHint}</p>\n` : html``,
    buttons({ label: isSold ? word.order : word.open }),
  )}`;
  return { title: word.title, body, problems };
}

function introduction(visit: Visit, { by }: Shown): Html {
  const word = signUpWords[visit.language];
  return html`<p>${word.asked}</p>
${by === "invitation" ? html`<p>${word.nothingSold}</p>\n` : ""}<p>${word.before} <a href="${visit.to("/docs/terms")}">${word.terms}</a> ${word.and} <a href="${visit.to("/docs/privacy")}">${word.privacy}</a>.</p>
`;
}

function nameFields({ language }: Visit, { domains }: Shown, typed: Typed, problems: Problems): Html {
  const word = signUpWords[language];
  const [domain = ""] = domains;
  const name = field(
    {
      name: "name",
      label: word.name,
      hint: word.nameHint,
      autocomplete: "username",
      value: typed.name,
      maxLength: MOST_TYPED,
      ...(domains.length === 1 && { suffix: `@${domain}` }),
    },
    problems,
  );
  return domains.length === 1 ? name : html`${name}${domainFields(word.domain, domains, typed.domain, problems)}`;
}

function domainFields(legend: string, domains: readonly string[], chosen: string, problems: Problems): Html {
  const options = domains.map((domain, index) => ({
    name: "domain",
    value: domain,
    label: `@${domain}`,
    isChosen: chosen === "" ? index === 0 : domain === chosen,
  }));
  return choices(legend, options, problems);
}

function planFields({ language }: Visit, plans: readonly ShownPlan[], typed: Typed, problems: Problems): Html {
  const word = signUpWords[language];
  const options = plans.map((plan) => ({ ...planChoice(plan, language), isChosen: plan.name === typed.plan }));
  return html`${choices(word.plan, options, problems)}<p>${word.renews}</p>
`;
}

/** One plan to choose: name and price, and what is in it. */
export function planChoice(
  { name, cents, currency, every, quotaBytes, aliases, recipientsADay }: ShownPlan,
  language: Visit["language"],
): { readonly name: "plan"; readonly value: string; readonly label: string; readonly hint: string } {
  return {
    name: "plan",
    value: name,
    label: `${name}: ${amountIn(language, cents, currency)} ${words[language].every[every]}`,
    hint: signUpWords[language].planFacts(
      sizeIn(language, quotaBytes),
      numberIn(language, aliases),
      numberIn(language, recipientsADay),
    ),
  };
}
