/** Pays for an account whose contract ended, to the last day before it is closed: a plan, then the page with the link to Stripe. */
import { html } from "../markup.ts";
import { buttons, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { signUpPaths } from "../sign-up/sign-up-services.ts";
import { failureOf, type Holder, planReply, plansToChoose, tooSmall, toPlan } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

export const payRoute = (services: PlanServices): PortalRoute => ({
  path: planPaths.pay,
  access: "session",
  get: (visit) => page(services, visit),
  async post(visit, sent) {
    const { language } = visit;
    const { billing, origin } = services;
    const word = planWords[language];
    const plan = sent.text("plan");
    const refuse = (sentence: string, code: 409 | 422 | 503 = 422): Promise<Reply> =>
      page(services, visit, { chosen: plan, problems: new Map([["plan", sentence]]), code });
    const renewed = await billing.renew({
      account: visit.session.account,
      plan,
      language,
      successUrl: (reference) => `${origin}${visit.to(signUpPaths.paid)}${reference}`,
      cancelUrl: () => `${origin}${visit.to(planPaths.pay)}?back`,
    });
    switch (renewed.kind) {
      case "link":
        return { kind: "go", path: `${visit.to(signUpPaths.paid)}${renewed.reference}` };
      case "running":
        return refuse(word.payRunning, 409);
      case "closing":
        return refuse(word.payClosing, 409);
      case "waiting":
        return refuse(word.payWaiting, 409);
      case "too-small":
        return refuse(tooSmall(renewed, language));
      case "no-plan":
        return refuse(word.noPlan);
      case "taken":
      case "full":
        return refuse(word.payBusy, 503);
      case "not-bought":
        return toPlan(visit);
      case "failed": {
        const { sentence, code } = failureOf(renewed, language);
        return refuse(sentence, code);
      }
    }
  },
});

async function page(
  { billing, plans }: PlanServices,
  visit: Holder,
  said: { readonly chosen?: string; readonly problems?: Problems; readonly code?: 200 | 409 | 422 | 503 } = {},
): Promise<Reply> {
  const { problems = noProblems, code = 200 } = said;
  const word = planWords[visit.language];
  const contract = await billing.contract(visit.session.account);
  if (contract.kind === "not-bought") return toPlan(visit);
  const chosen = said.chosen ?? contract.plan;
  const body = html`${visit.query.has("back") ? notice(word.payBack) : ""}<p>${word.payText}</p>
${form(
  visit.to(planPaths.pay),
  visit.formToken(),
  plansToChoose(plans, { now: "", chosen, problems }, visit.language),
  buttons({ label: word.payButton }),
)}`;
  return planReply(visit, word.pay, body, { problems, code });
}
