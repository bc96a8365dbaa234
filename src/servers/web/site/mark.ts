/** The mark beside the name: the back of an envelope with its seal. Drawn once, used in pages and as their icon. */
import { type Html, madeHtml } from "../markup.ts";

const lines = `<rect x="1.5" y="4.5" width="29" height="23" rx="1.5"/><path d="M2.5 5.5 16 17.5 29.5 5.5M2.5 26.5 12 14M29.5 26.5 20 14"/>`;
const seal = `cx="16" cy="17.5" r="4.5"`;
const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"`;

/** Within a page: colours are those of the text and of the style's seal. */
export const mark: Html = madeHtml(
  `<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><g fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round">${lines}</g><circle class="seal" ${seal}/></svg>`,
);

/** By itself, for the tab of a browser. */
export const icon: string = `${open}><rect width="32" height="32" rx="4" fill="#fdfcf9"/><g fill="none" stroke="#262320" stroke-width="1.75" stroke-linejoin="round">${lines}</g><circle ${seal} fill="#96281b"/></svg>\n`;
