/** Cancelling, and taking that back: the contract ends with the time that is paid, and the page says what follows when. */
import type { Contract } from "../../../service/billing/manage.ts";
import { type Html, html } from "../markup.ts";
import { buttons, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { failureOf, type Holder, momentOf, planReply, stepsAhead, toPlan } from "./plan-page.ts";
import { type PlanServices, planPaths } from "./plan-services.ts";
import { planWords } from "./plan-words.ts";

/** What the form wishes. */
const ENDS = "ends";

export const endRoute = (services: PlanServices): PortalRoute => ({
  path: planPaths.end,
  access: "session",
  get: (visit) => page(services, visit),
  async post(visit, sent) {
    const { language } = visit;
    const ends = sent.text(ENDS) === "yes";
    const done = await services.billing.setEnding(visit.session.account, ends);
    switch (done.kind) {
      case "done":
        return toPlan(visit, ends ? "ends" : "goes");
      case "not-bought":
        return toPlan(visit);
      case "not-paid":
        return page(services, visit, { problems: new Map([[ENDS, planWords[language].notPaid]]), code: 422 });
      case "failed": {
        const { sentence, code } = failureOf(done, language);
        return page(services, visit, { problems: new Map([[ENDS, sentence]]), code });
      }
    }
  },
});

async function page(
  services: PlanServices,
  visit: Holder,
  { problems = noProblems, code = 200 }: { readonly problems?: Problems; readonly code?: 200 | 422 | 503 } = {},
): Promise<Reply> {
  const contract = await services.billing.contract(visit.session.account);
  if (contract.kind === "not-bought") return toPlan(visit);
  const word = planWords[visit.language];
  const isEnding = contract.standing === "ending";
  return planReply(visit, isEnding ? word.goOn : word.end, bodyOf(services, visit, contract), { problems, code });
}

function bodyOf({ lengths }: PlanServices, visit: Holder, { standing, until, withdrawnAt }: Contract): Html {
  const { language } = visit;
  const word = planWords[language];
  const formOf = (ends: "yes" | "no", label: string): Html =>
    form(
      visit.to(planPaths.end),
      visit.formToken(),
      html`<input type="hidden" id="${ENDS}" name="${ENDS}" value="${ends}">`,
      buttons({ label }),
    );
  if (withdrawnAt !== undefined || (standing !== "paid" && standing !== "ending" && standing !== "unpaid"))
    return notice(word.endNothing);
  if (standing === "ending") return html`<p>${word.goOnText}</p>\n${formOf("no", word.goOnButton)}`;
  const from = until ?? 0;
  const stop = from + lengths.notSendingMs;
  const ahead = [
    { stage: "not-sending", at: from },
    { stage: "reading-only", at: stop },
    { stage: "closing", at: stop + lengths.readingOnlyMs },
  ] as const;
  return html`${until === undefined ? "" : html`<p>${word.until}: ${momentOf(until, language)}.</p>\n`}<p>${word.endText}</p>
${until === undefined ? "" : stepsAhead(ahead, language)}<p>${word.endAfter}</p>
${formOf("yes", word.endButton)}`;
}
