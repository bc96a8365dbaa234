/** The plans as a page shows them: a table, a row a plan, in the order of the settings. */
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

export function plansTable(plans: readonly ShownPlan[], language: Language): Html {
  const word = words[language];
  if (plans.length === 0) return html`<p class="notice">${word.noPlans}</p>\n`;
  const heads = [word.price, word.room, word.aliases, word.recipients];
  return html`<div class="scroll" role="group" aria-label="${word.table}" tabindex="0"><table class="plans">
<thead><tr><th scope="col">${word.plan}</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${plans.map((plan) => row(plan, language))}
</tbody></table></div>\n`;
}

function row(
  { name, cents, currency, every, quotaBytes, aliases, recipientsADay }: ShownPlan,
  language: Language,
): Html {
  const price = `${amountIn(language, cents, currency)} ${words[language].every[every]}`;
  const cells = [price, sizeIn(language, quotaBytes), numberIn(language, aliases), numberIn(language, recipientsADay)];
  return html`
<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`;
}
