/**
 * Withdrawal from the contract (Directive 2011/83/EU, articles 9 and 11a): two steps, the way here and the button that
 * confirms; durable before the page that tells the time of it, which a letter acknowledges.
 */

import { DAY } from "../../../host/clock.ts";
import { dateWords } from "../../../service/notices/date-words.ts";
import { html } from "../markup.ts";
import { buttons, form, notice } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { numberIn } from "../site/words.ts";
import { type Holder, planReply, toPlan } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

export const withdrawRoute = ({ billing, lengths }: PlanServices): PortalRoute => ({
  path: planPaths.withdraw,
  access: "session",
  async get(visit) {
    const { language } = visit;
    const word = planWords[language];
    const contract = await billing.contract(visit.session.account);
    if (contract.kind === "not-bought" || contract.withdrawnAt !== undefined) return toPlan(visit);
    if (contract.withdrawableUntil === undefined) return tooLate(visit, undefined);
    const days = numberIn(language, Math.floor(lengths.readingOnlyMs / DAY));
    const body = html`<p>${word.withdrawUntil(dateWords(contract.withdrawableUntil, language))}</p>
<ul>
${word.withdrawPoints(days).map((point) => html`<li>${point}</li>\n`)}</ul>
${notice(word.withdrawStep, "warning")}${form(
  visit.to(planPaths.withdraw),
  visit.formToken(),
  buttons({ label: word.withdrawButton, look: "grave" }),
)}`;
    return planReply(visit, word.withdraw, body);
  },
  async post(visit) {
    const outcome = await billing.withdraw(visit.session.account);
    return outcome.kind === "too-late" ? tooLate(visit, outcome.endedAt) : toPlan(visit);
  },
});

function tooLate(visit: Holder, endedAt: number | undefined): Reply {
  const { language } = visit;
  const word = planWords[language];
  const sentence = endedAt === undefined ? word.withdrawOver : word.withdrawLate(dateWords(endedAt, language));
  return planReply(visit, word.withdraw, notice(sentence), { code: 409 });
}
