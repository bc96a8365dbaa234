/**
 * HTML as a value: hono's template, which escapes whatever is put in unless it is such a value itself, held to values that
 * are there at once. What nobody gave (`undefined`, `false`) leaves nothing.
 */
import { html as template, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Html = HtmlEscapedString;
export type Part = string | number | Html | undefined | false | readonly (string | Html)[];

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  template(strings, ...parts) as Html;

/** Text that is HTML already: of our own making, never of a stranger's. */
export const madeHtml = (text: string): Html => raw(text);
