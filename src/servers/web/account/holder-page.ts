/** The parts that the holder's pages share: whose page it is, how it ends, what was done, tables, times. */
import type { Account, Directory } from "../../../store/directory.ts";
import { type Html, html, type Part } from "../markup.ts";
import { form, notice, type Problems } from "../portal/fields.ts";
import type { Form } from "../portal/form.ts";
import type { PortalRoute, Reply, Visit } from "../portal/route.ts";
import type { PortalSession } from "../portal/sessions.ts";
import { paths } from "./account-paths.ts";
import { holderWords } from "./holder-words.ts";

export type Mine = Visit<PortalSession>;

type Deeds = {
  readonly get?: (visit: Mine, account: Account) => Reply | Promise<Reply>;
  readonly post?: (visit: Mine, form: Form, account: Account) => Reply | Promise<Reply>;
};

/** A page of somebody who is logged in. Who was deleted in this very moment is led out. */
export function holderRoute(directory: Pick<Directory, "byId">, path: string, { get, post }: Deeds): PortalRoute {
  const find = (visit: Mine): Promise<Account | undefined> => directory.byId(visit.session.account);
  const leave = (visit: Mine): Reply => ({ kind: "go", path: visit.to(paths.logIn), session: { kind: "end" } });
  return {
    path,
    access: "session",
    ...(get && {
      get: async (visit: Mine) => {
        const account = await find(visit);
        return account === undefined ? leave(visit) : get(visit, account);
      },
    }),
    ...(post && {
      post: async (visit: Mine, form: Form) => {
        const account = await find(visit);
        return account === undefined ? leave(visit) : post(visit, form, account);
      },
    }),
  };
}

/** Shows a page, with the way back at its end. */
export function shown(visit: Visit, title: string, problems: Problems, ...parts: readonly (Html | "")[]): Reply {
  const body = html`${parts}${wayOn(visit.to(paths.overview), holderWords[visit.language].back)}`;
  return { kind: "page", ...(problems.size > 0 && { code: 422 }), page: { title, body, problems } };
}

/** Where to go from the end of a page, apart from the form above. */
export const wayOn = (to: string, words: string): Html => html`<div class="buttons"><a href="${to}">${words}</a></div>
`;

/** What a holder has several of: what it is, what else is to be said, and what can be done with it. */
export const list = (
  entries: readonly { readonly name: Part; readonly more?: Part; readonly deed?: Part }[],
): Html => html`<div class="index"><ul>${entries.map(
  ({ name, more, deed }) => html`
<li>${name}${more !== undefined && html`<br><span>${more}</span>`}${deed}</li>`,
)}
</ul></div>
`;

/** A button of its own that does something with one of several. */
export const deed = (visit: Visit, to: string, { name, value, label, whose }: Deed): Html =>
  form(
    visit.to(to),
    visit.formToken(),
    html`<input type="hidden" name="${name}" value="${value}">
<button type="submit" class="second" aria-label="${label}: ${whose}">${label}</button>`,
  );

/** `whose`: said to those who hear the button alone. */
type Deed = { readonly name: string; readonly value: string; readonly label: string; readonly whose: string };

/** Leads to a page that says what was done: `key` is one of its words. */
export const done = (visit: Visit, path: string, key: string): Reply => ({
  kind: "go",
  path: `${visit.to(path)}?done=${key}`,
});

/** What was just done, if this page knows the word for it. */
export function doneNotice(visit: Visit, words: Readonly<Record<string, string>>): Html | "" {
  const key = visit.query.get("done") ?? "";
  const sentence = Object.hasOwn(words, key) ? words[key] : undefined;
  return sentence === undefined ? "" : notice(sentence, "good");
}

/** A table that scrolls by itself where it is wider than the window. */
export const table = (
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Part[])[],
): Html => html`<div class="scroll" role="group" aria-label="${label}" tabindex="0"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`;

/** A list of what is the case. */
export const facts = (given: readonly (readonly [name: string, value: Part])[]): Html =>
  html`<dl class="facts">${given.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
`;

/** A point in time as it reads alike in every language; in UTC, which a page with it says. */
export function timeOf(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}
