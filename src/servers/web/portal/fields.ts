/**
 * The parts of forms: a field with label, hint and what is wrong with it, joined for those who hear the page; the list of
 * what is wrong, each leading to its field; choices; buttons. They work without a script and ask browsers for their help.
 * The line breaks are for browsers that show text alone; our style takes them out.
 */
import { type Html, html } from "../markup.ts";
import type { Language } from "../site/language.ts";
import { words } from "../site/words.ts";

/** By name of field: a sentence that says what to do. */
export type Problems = ReadonlyMap<string, string>;

export const noProblems: Problems = new Map();

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: "text" | "password" | "email";
  /** What browsers and password managers may fill in (HTML standard, section 4.10.18.7). */
  readonly autocomplete: "username" | "current-password" | "new-password" | "one-time-code" | "email" | "off";
  /** Never of a password. */
  readonly value?: string;
  readonly inputmode?: "numeric" | "email";
  readonly maxLength?: number;
  readonly isOptional?: boolean;
  /** Stands behind the field: "@example.org". */
  readonly suffix?: string;
};

export type Choice = {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  readonly isChosen?: boolean;
};

export function field(given: Field, problems: Problems): Html {
  const { name, label, hint, suffix, isOptional = false } = given;
  const wrong = problems.get(name);
  const told = [...(hint === undefined ? [] : [`${name}-hint`]), ...(wrong === undefined ? [] : [`${name}-wrong`])];
  const input = html`<input id="${name}" name="${name}" type="${given.type ?? "text"}" autocomplete="${given.autocomplete}"${attribute("value", given.value)}${attribute("inputmode", given.inputmode)}${attribute("maxlength", given.maxLength)}${attribute("aria-describedby", told.length === 0 ? undefined : told.join(" "))}${isOptional ? "" : html` required`}${wrong === undefined ? "" : html` aria-invalid="true"`}${given.type === "password" || given.type === "email" || given.autocomplete === "username" ? html` autocapitalize="none" spellcheck="false"` : ""}>`;
  return html`<div class="field">
<label for="${name}">${label}</label><br>
${hintOf(name, hint)}${wrongOf(name, wrong)}${suffix === undefined ? input : html`<div class="affixed">${input}<span>${suffix}</span></div>`}
</div>
`;
}

/** A box to tick. */
export function tick(given: Omit<Choice, "value">, problems: Problems): Html {
  const { name, label, hint, isChosen = false } = given;
  const wrong = problems.get(name);
  const told = [...(hint === undefined ? [] : [`${name}-hint`]), ...(wrong === undefined ? [] : [`${name}-wrong`])];
  return html`<div class="choice">
<input id="${name}" name="${name}" type="checkbox" value="yes"${isChosen ? html` checked` : ""}${attribute("aria-describedby", told.length === 0 ? undefined : told.join(" "))}${wrong === undefined ? "" : html` aria-invalid="true"`}>
<label for="${name}">${label}</label><br>
${hintOf(name, hint)}${wrongOf(name, wrong)}</div>
`;
}

/** One of several. */
export function choices(legend: string, given: readonly Choice[], problems: Problems): Html {
  const name = given[0]?.name ?? "";
  return html`<fieldset${attribute("aria-describedby", problems.has(name) ? `${name}-wrong` : undefined)}>
<legend>${legend}</legend>
${wrongOf(name, problems.get(name))}${given.map((choice, index) => one(choice, index))}</fieldset>
`;
}

/** The first one has the name of all as its id, so that the list of problems leads to it. */
function one({ name, value, label, hint, isChosen = false }: Choice, index: number): Html {
  const id = index === 0 ? name : `${name}-${index + 1}`;
  return html`<div class="choice">
<input id="${id}" name="${name}" type="radio" value="${value}" required${isChosen ? html` checked` : ""}${attribute("aria-describedby", hint === undefined ? undefined : `${id}-hint`)}>
<label for="${id}">${label}</label><br>
${hintOf(id, hint)}</div>
`;
}

/** Stands above the form; nothing when nothing is wrong. */
export function problemList(problems: Problems, language: Language): Html {
  if (problems.size === 0) return html``;
  return html`<div class="problems" role="alert" aria-labelledby="problems" tabindex="-1">
<h2 id="problems">${words[language].problem(problems.size)}</h2>
<ul>${[...problems].map(([name, sentence]) => html`<li><a href="#${name}">${sentence}</a></li>`)}</ul>
</div>
`;
}

/** A form that comes back to this server: with the visitor's token in it. */
export function form(action: string, formToken: string, ...parts: readonly Html[]): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="${FORM_TOKEN}" value="${formToken}">
${parts}</form>`;
}

/** The hidden field of every form. */
export const FORM_TOKEN = "form";

export type Button = { readonly label: string; readonly name?: string; readonly look?: "second" | "grave" };

export const buttons = (...given: readonly Button[]): Html =>
  html`<div class="buttons">${given.map(({ label, name, look }) => html`<button type="submit"${attribute("class", look)}${attribute("name", name)}${attribute("value", name === undefined ? undefined : "yes")}>${label}</button>`)}</div>
`;

export const notice = (text: string | Html, look?: "good" | "warning"): Html =>
  html`<div class="notice${look === undefined ? "" : ` ${look}`}"><p>${text}</p></div>
`;

const hintOf = (name: string, hint: string | undefined): Html =>
  hint === undefined ? html`` : html`<span class="hint" id="${name}-hint">${hint}</span><br>\n`;
const wrongOf = (name: string, wrong: string | undefined): Html =>
  wrong === undefined ? html`` : html`<span class="wrong" id="${name}-wrong">${wrong}</span><br>\n`;
const attribute = (name: string, value: string | number | undefined): Html =>
  value === undefined ? html`` : html` ${name}="${value}"`;
