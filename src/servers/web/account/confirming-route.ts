/**
 * The page of a mailed link that asks once more: GET shows what it is about and a button, POST does it, once. A mail scanner
 * that opens the link uses nothing up. It is for everybody: the link may be opened in a browser that is not logged in.
 */
import type { Refused } from "../../../service/accounts/accounts.ts";
import type { LinkPurpose } from "../../../service/recovery/mailed-links.ts";
import { type Html, html } from "../markup.ts";
import { type Button, buttons, form } from "../portal/fields.ts";
import type { PortalRoute, SessionChange } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { linkPage, linkRoute } from "./account-paths.ts";
import { linkGone } from "./link-gone.ts";

export type Confirming<T> = {
  readonly purpose: LinkPurpose;
  /** What the link is about; `undefined`: it is good no more. */
  readonly look: (token: string) => Promise<T | undefined>;
  readonly ask: (
    about: T,
    language: Language,
  ) => { readonly title: string; readonly lead: Html; readonly button: Button };
  readonly confirm: (token: string) => Promise<{ readonly kind: "done" | "closing" } | Refused>;
  /** Where it leads then, in English. */
  readonly done: { readonly path: string; readonly session?: SessionChange };
  /** Where a new link is asked for, in English. */
  readonly anew: string;
};

export function confirmingRoute<T>({ purpose, look, ask, confirm, done, anew }: Confirming<T>): PortalRoute {
  return {
    path: linkRoute(purpose),
    access: "everybody",
    async get(visit) {
      const token = visit.part("token");
      const about = await look(token);
      if (about === undefined) return linkGone(visit, anew);
      const { title, lead, button } = ask(about, visit.language);
      const body = html`${lead}${form(visit.to(linkPage(purpose, token)), visit.formToken(), buttons(button))}`;
      return { kind: "page", page: { title, body } };
    },
    async post(visit) {
      const outcome = await confirm(visit.part("token"));
      if (outcome.kind === "refused") return linkGone(visit, anew);
      return { kind: "go", ...done, path: visit.to(done.path) };
    },
  };
}
