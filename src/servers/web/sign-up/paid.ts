/**
 * The page between us and Stripe: it holds the plain link to pay, and a browser comes back to it. It reads where the sign-up
 * is and says so, as often as somebody looks; a link looks again, for no script does. Its address holds the random reference,
 * which is all that it takes, and the page names nobody.
 */
import type { Progress } from "../../../service/billing/sign-up.ts";
import { paths } from "../account/account-paths.ts";
import { type Html, html } from "../markup.ts";
import { buttons, form, notice } from "../portal/fields.ts";
import type { PortalRoute, Reply, Visit } from "../portal/route.ts";
import { paidWords } from "./paid-words.ts";
import { type SignUpServices, signUpPaths } from "./sign-up-services.ts";

/** As service/billing makes it. */
const REFERENCE = /^[0-9a-f]{32}$/;
const OVER: Progress = { kind: "over" };

export const paidRoutes = ({ billing }: Pick<SignUpServices, "billing">): readonly PortalRoute[] => [
  {
    path: `${signUpPaths.paid}:reference`,
    access: "everybody",
    async get(visit) {
      const reference = visit.part("reference");
      return pageOf(visit, reference, REFERENCE.test(reference) ? await billing.progress(reference) : OVER);
    },
    /** Gives it up. */
    async post(visit) {
      const reference = visit.part("reference");
      if (REFERENCE.test(reference)) await billing.abandon(reference);
      return { kind: "go", path: here(visit, reference) };
    },
  },
  {
    path: signUpPaths.opened,
    access: "everybody",
    get: (visit) => page(paidWords[visit.language].open, openedBody(visit, paidWords[visit.language].openedText)),
  },
];

function pageOf(visit: Visit, reference: string, progress: Progress): Reply {
  const word = paidWords[visit.language];
  switch (progress.kind) {
    case "pay":
      return page(word.pay, payBody(visit, reference, progress.url));
    case "waiting":
      return page(word.waiting, html`<p>${word.waitingText}</p>\n${again(visit, reference)}<p>${word.waitingKeep}</p>`);
    case "open":
      return page(word.open, openedBody(visit, word.openText));
    case "refunded":
      return page(word.refunded, html`<p>${word.refundedText}</p>\n${anew(visit)}`);
    case "over":
      return page(word.over, html`<p>${word.overText}</p>\n${anew(visit)}`, 404);
    case "failed":
      return page(word.failed, html`<p>${word.failedText}</p>\n${again(visit, reference)}`, 503);
  }
}

function payBody(visit: Visit, reference: string, url: string): Html {
  const word = paidWords[visit.language];
  return html`${visit.query.has("back") ? notice(word.back) : ""}<p>${word.payText}</p>
<p><a href="${url}"><strong>${word.payLink}</strong></a></p>
<p>${word.payKept}</p>
<h2>${word.abandon}</h2>
<p>${word.abandonText}</p>
${form(here(visit, reference), visit.formToken(), buttons({ label: word.abandon, look: "second" }))}`;
}

function openedBody(visit: Visit, first: string): Html {
  const word = paidWords[visit.language];
  const step = (path: string, link: string, more: string): Html =>
    html`<li><a href="${visit.to(path)}">${link}</a> ${more}</li>\n`;
  return html`<p>${first}</p>
<p>${word.openSteps}</p>
<ol>
${step(paths.logIn, word.logIn, word.logInText)}${step(paths.recovery, word.confirm, word.confirmText)}${step("/docs/settings", word.clients, word.clientsText)}${step("/docs/moving", word.moving, word.movingText)}</ol>`;
}

const page = (title: string, body: Html, code: 200 | 404 | 503 = 200): Reply => ({
  kind: "page",
  code,
  page: { title, body },
});
const here = (visit: Visit, reference: string): string =>
  `${visit.to(signUpPaths.paid)}${encodeURIComponent(reference)}`;
const again = (visit: Visit, reference: string): Html =>
  html`<p><a href="${here(visit, reference)}">${paidWords[visit.language].refresh}</a></p>\n`;
const anew = (visit: Visit): Html =>
  html`<p><a href="${visit.to(signUpPaths.signUp)}">${paidWords[visit.language].anew}</a></p>`;
