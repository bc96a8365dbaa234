/** The parts that the pages about the contract share: their frame, points in time, the list of what comes, choices. */
import type { Stage } from "../../../rules/subscription/lapse.ts";
import type { Failure } from "../../../service/billing/payments.ts";
import { dateWords } from "../../../service/notices/date-words.ts";
import { type Html, html } from "../markup.ts";
import { choices, noProblems, type Problems } from "../portal/fields.ts";
import type { Reply, Visit } from "../portal/route.ts";
import type { PortalSession } from "../portal/sessions.ts";
import { planChoice } from "../sign-up/sign-up-page.ts";
import type { Language } from "../site/language.ts";
import type { ShownPlan } from "../site/plans.ts";
import { numberIn, sizeIn } from "../site/words.ts";
import { planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

export type Holder = Visit<PortalSession>;
type Code = 200 | 409 | 422 | 503;

/** A page below the one on plan and payment. */
export function planReply(
  { language, to }: Holder,
  title: string,
  body: Html,
  {
    problems = noProblems,
    code = problems.size > 0 ? 422 : 200,
  }: { readonly problems?: Problems; readonly code?: Code } = {},
): Reply {
  const back = html`<div class="buttons"><a href="${to(planPaths.plan)}">${planWords[language].back}</a></div>`;
  return { kind: "page", code, page: { title, body: html`${body}\n${back}`, problems } };
}

/** Leads to the first page. @param key of a word for what was done */
export const toPlan = ({ to }: Holder, key?: string): Reply => ({
  kind: "go",
  path: `${to(planPaths.plan)}${key === undefined ? "" : `?done=${key}`}`,
});

/** As our letters write it. */
export const momentOf = (at: number, language: Language): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${dateWords(at, language)}</time>`;

export function stepsAhead(ahead: readonly { readonly stage: Stage; readonly at: number }[], language: Language): Html {
  const { begins } = planWords[language];
  const rows = ahead.flatMap(({ stage, at }) => (stage === "open" ? [] : [{ begins: begins[stage], at }]));
  return html`<ul>
${rows.map((row) => html`<li>${momentOf(row.at, language)}: ${row.begins}</li>\n`)}</ul>
`;
}

export function plansToChoose(
  plans: readonly ShownPlan[],
  { now, chosen, problems }: { readonly now: string; readonly chosen: string; readonly problems: Problems },
  language: Language,
): Html {
  const word = planWords[language];
  const options = plans.map((plan) => {
    const choice = planChoice(plan, language);
    const hint = plan.name === now ? `${choice.hint}; ${word.now}` : choice.hint;
    return { ...choice, hint, isChosen: plan.name === chosen };
  });
  return choices(word.choose, options, problems);
}

/** What must go before a smaller plan fits. */
export function tooSmall(
  { octetsOver, aliasesOver }: { readonly octetsOver: number; readonly aliasesOver: number },
  language: Language,
): string {
  const word = planWords[language];
  return [
    word.tooSmall,
    ...(octetsOver > 0 ? [word.octetsOver(sizeIn(language, Math.max(octetsOver, 2 ** 20)))] : []),
    ...(aliasesOver > 0 ? [word.aliasesOver(numberIn(language, aliasesOver))] : []),
  ].join(" ");
}

/** What Stripe's answer means for who pays, and the code of the page that says it. */
export const failureOf = (
  { why }: Failure,
  language: Language,
): { readonly sentence: string; readonly code: 422 | 503 } =>
  why === "declined"
    ? { sentence: planWords[language].declined, code: 422 }
    : { sentence: planWords[language].stripe, code: 503 };
