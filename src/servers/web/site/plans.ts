/** The plans as pages and letters show them: a table, a row a plan, in the order of the settings. */
import { type Html, html } from "../markup.ts";
import type { Language } from "./language.ts";
import { amountIn, numberIn, sizeIn, words } from "./words.ts";

export type ShownPlan = {
  readonly name: string;
  /** In hundredths of the currency, with the tax that people pay. */
  readonly cents: number;
  /** ISO 4217, as "EUR". */
  readonly currency: string;
  readonly every: "month" | "year";
  readonly quotaBytes: number;
  readonly aliases: number;
  readonly recipientsADay: number;
};

export type PlanCell = { readonly head: string; readonly text: string };

/** What is said of a plan, its name first. */
export function planCells(
  { name, cents, currency, every, quotaBytes, aliases, recipientsADay }: ShownPlan,
  language: Language,
): readonly [PlanCell, ...PlanCell[]] {
  const word = words[language];
  return [
    { head: word.plan, text: name },
    { head: word.price, text: `${amountIn(language, cents, currency)} ${word.every[every]}` },
    { head: word.room, text: sizeIn(language, quotaBytes) },
    { head: word.aliases, text: numberIn(language, aliases) },
    { head: word.recipients, text: numberIn(language, recipientsADay) },
  ];
}

export function plansTable(plans: readonly ShownPlan[], language: Language): Html {
  const word = words[language];
  const [first] = plans;
  if (first === undefined) return html`<p class="notice">${word.noPlans}</p>\n`;
  const [name, ...heads] = planCells(first, language);
  return html`<div class="scroll" role="group" aria-label="${word.table}" tabindex="0"><table class="plans">
<thead><tr><th scope="col">${name.head}</th>${heads.map(({ head }) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${plans.map((plan) => row(plan, language))}
</tbody></table></div>\n`;
}

function row(plan: ShownPlan, language: Language): Html {
  const [name, ...cells] = planCells(plan, language);
  return html`
<tr><th scope="row">${name.text}</th>${cells.map(({ text }) => html`<td class="number">${text}</td>`)}</tr>`;
}
