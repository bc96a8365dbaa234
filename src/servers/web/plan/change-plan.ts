/** Another plan, up or down; a smaller one waits until what is there fits. */
import { html } from "../markup.ts";
import { buttons, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { failureOf, type Holder, planReply, plansToChoose, tooSmall, toPlan } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

export const changeRoute = (services: PlanServices): PortalRoute => ({
  path: planPaths.change,
  access: "session",
  get: (visit) => page(services, visit),
  async post(visit, sent) {
    const { language } = visit;
    const word = planWords[language];
    const plan = sent.text("plan");
    const refuse = (sentence: string, code: 422 | 503 = 422): Promise<Reply> =>
      page(services, visit, { chosen: plan, problems: new Map([["plan", sentence]]), code });
    const changed = await services.billing.changePlan(visit.session.account, plan);
    switch (changed.kind) {
      case "changed":
        return toPlan(visit, "changed");
      case "same":
        return refuse(word.same);
      case "no-plan":
        return refuse(word.noPlan);
      case "too-small":
        return refuse(tooSmall(changed, language));
      case "not-paid":
        return refuse(word.notPaid);
      case "not-bought":
        return toPlan(visit);
      case "failed": {
        const { sentence, code } = failureOf(changed, language);
        return refuse(sentence, code);
      }
    }
  },
});

async function page(
  { billing, plans }: PlanServices,
  visit: Holder,
  said: { readonly chosen?: string; readonly problems?: Problems; readonly code?: 200 | 422 | 503 } = {},
): Promise<Reply> {
  const { problems = noProblems, code = 200 } = said;
  const word = planWords[visit.language];
  const contract = await billing.contract(visit.session.account);
  if (contract.kind === "not-bought") return toPlan(visit);
  const { standing, withdrawnAt } = contract;
  if (withdrawnAt !== undefined || (standing !== "paid" && standing !== "ending"))
    return planReply(visit, word.change, notice(word.notPaid), { code: 409 });
  const chosen = said.chosen ?? contract.plan;
  const body = html`<p>${word.changeText}</p>
${form(
  visit.to(planPaths.change),
  visit.formToken(),
  plansToChoose(plans, { now: contract.plan, chosen, problems }, visit.language),
  buttons({ label: word.changeButton }),
)}`;
  return planReply(visit, word.change, body, { problems, code });
}
