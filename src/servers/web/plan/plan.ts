/**
 * Plan and payment (promises M1, M2): what was bought, until when it is paid, what happens when it is not, and the ways on
 * from there. Only ways that are open now are shown.
 */
import type { Contract } from "../../../service/billing/manage.ts";
import { dateWords } from "../../../service/notices/date-words.ts";
import { paths } from "../account/account-paths.ts";
import { doneNotice, facts } from "../account/holder-page.ts";
import { holderWords } from "../account/holder-words.ts";
import { type Html, html } from "../markup.ts";
import { notice } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { amountIn, words } from "../site/words.ts";
import { cardsRoute } from "./cards.ts";
import { changeRoute } from "./change-plan.ts";
import { endRoute } from "./end-plan.ts";
import { payRoute } from "./pay-anew.ts";
import { type Holder, momentOf, stepsAhead } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";
import { withdrawRoute } from "./withdraw.ts";

export const planRoutes = (services: PlanServices): readonly PortalRoute[] => [
  planRoute(services),
  changeRoute(services),
  endRoute(services),
  payRoute(services),
  cardsRoute(services),
  withdrawRoute(services),
];

const planRoute = (services: PlanServices): PortalRoute => ({
  path: planPaths.plan,
  access: "session",
  async get(visit) {
    const contract = await services.billing.contract(visit.session.account);
    const word = planWords[visit.language];
    const body =
      contract.kind === "not-bought" ? html`<p>${word.notBought}</p>\n` : contractBody(visit, services, contract);
    return shown(visit, body);
  },
});

function shown({ language, to }: Holder, body: Html): Reply {
  const back = html`<div class="buttons"><a href="${to(paths.overview)}">${holderWords[language].back}</a></div>`;
  return { kind: "page", page: { title: planWords[language].title, body: html`${body}${back}` } };
}

function contractBody(visit: Holder, { plans }: PlanServices, contract: Contract): Html {
  const { language } = visit;
  const word = planWords[language];
  const { stage, standing, until, ahead, withdrawableUntil, withdrawnAt } = contract;
  const rows: readonly (readonly [string, string | Html])[] = [
    [word.plan, nameOf(contract.plan, plans, language)],
    [word.state, withdrawnAt === undefined ? word.standings[standing] : word.stateWithdrawn],
    ...(until === undefined || withdrawnAt !== undefined ? [] : [[word.until, momentOf(until, language)] as const]),
    ...(withdrawableUntil === undefined ? [] : [[word.withdrawable, momentOf(withdrawableUntil, language)] as const]),
  ];
  return html`${doneNotice(visit, word.did)}${withdrawnAt === undefined ? "" : notice(word.withdrawn(dateWords(withdrawnAt, language)), "good")}${stage === "open" ? "" : notice(word.stages[stage], "warning")}${facts(rows)}${
    ahead.length === 0
      ? ""
      : html`<p>${withdrawnAt === undefined ? word.ahead : word.aheadWithdrawn}</p>\n${stepsAhead(ahead, language)}`
  }<h2>${word.menu}</h2>
<ul>
${waysOn(contract, language).map(([path, title, what]) => html`<li><a href="${visit.to(path)}">${title}</a>: ${what}</li>\n`)}</ul>
`;
}

function waysOn(
  contract: Contract,
  language: Language,
): readonly (readonly [path: string, title: string, what: string])[] {
  const word = planWords[language];
  const { standing, stage, withdrawableUntil, withdrawnAt } = contract;
  const runs = withdrawnAt === undefined && (standing === "paid" || standing === "ending");
  const isOver = standing === "ended" || standing === "void" || standing === "refunded";
  const { close } = paths;
  return [
    ...(isOver && stage !== "closing" ? [[planPaths.pay, word.pay, word.payWhat] as const] : []),
    ...(runs ? [[planPaths.change, word.change, word.changeWhat] as const] : []),
    ...(runs && standing === "paid" ? [[planPaths.end, word.end, word.endWhat] as const] : []),
    ...(runs && standing === "ending" ? [[planPaths.end, word.goOn, word.goOnWhat] as const] : []),
    [planPaths.cards, word.cards, word.cardsWhat],
    ...(withdrawableUntil === undefined ? [] : [[planPaths.withdraw, word.withdraw, word.withdrawWhat] as const]),
    [close, word.close, word.closeWhat],
  ];
}

function nameOf(name: string, plans: PlanServices["plans"], language: Language): string {
  const plan = plans.find((one) => one.name === name);
  if (plan === undefined) return `${name} (${planWords[language].soldNoMore})`;
  return `${name}, ${amountIn(language, plan.cents, plan.currency)} ${words[language].every[plan.every]}`;
}
