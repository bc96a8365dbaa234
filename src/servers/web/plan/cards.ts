/**
 * The way to Stripe's own pages for cards, open payments and receipts. The link is made when somebody asks for it by a form,
 * for each is a request to Stripe, and shown as a plain link: a form of ours leads nowhere but to us.
 */
import { html } from "../markup.ts";
import { buttons, form, notice } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { failureOf, type Holder, planReply, toPlan } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

/** The id that the list of problems leads to. */
const ASK = "ask";

export const cardsRoute = ({ billing, origin }: PlanServices): PortalRoute => ({
  path: planPaths.cards,
  access: "session",
  get: (visit) => page(visit),
  async post(visit) {
    const { language } = visit;
    const word = planWords[language];
    const made = await billing.portal(visit.session.account, `${origin}${visit.to(planPaths.plan)}`, language);
    if (made.kind === "not-bought") return toPlan(visit);
    if (made.kind === "failed") return page(visit, failureOf(made, language));
    return planReply(
      visit,
      word.cards,
      html`${notice(word.cardsReady, "good")}<p><a href="${made.url}"><strong>${word.cardsLink}</strong></a></p>`,
    );
  },
});

function page(visit: Holder, wrong?: { readonly sentence: string; readonly code: 422 | 503 }): Reply {
  const word = planWords[visit.language];
  const body = html`<p id="${ASK}">${word.cardsText}</p>
${form(visit.to(planPaths.cards), visit.formToken(), buttons({ label: word.cardsButton }))}`;
  if (wrong === undefined) return planReply(visit, word.cards, body);
  return planReply(visit, word.cards, body, { problems: new Map([[ASK, wrong.sentence]]), code: wrong.code });
}
