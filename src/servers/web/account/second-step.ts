/**
 * Two-step log-in: turned on with a code that shows that the app works, off with password and code. The page says before
 * what it does to mail programs. Recovery codes are shown in the answer to the form, and nowhere else.
 */

import type { RefusalReason, Refused } from "../../../service/accounts/accounts.ts";
import { enrolUri, secretOf } from "../../../service/accounts/one-time-code.ts";
import type { Account } from "../../../store/directory.ts";
import { type Html, html } from "../markup.ts";
import { buttons, field, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { numberIn } from "../site/words.ts";
import { paths } from "./account-paths.ts";
import { done, doneNotice, facts, holderRoute, type Mine, shown, wayOn } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { problemOf } from "./holder-words.ts";
import { passwordNow } from "./password-fields.ts";
import { qrCode } from "./qr-code.ts";
import { secondStepWords as words } from "./second-step-words.ts";

type Services = Pick<HolderServices, "directory" | "secondSteps" | "serviceName">;

/** One page, which turns it on where it is off, and changes it where it is on. */
export function secondStepRoutes(services: Services): readonly PortalRoute[] {
  const { directory, secondSteps } = services;
  return [
    holderRoute(directory, paths.secondStep, {
      get: (visit, account) => page(services, visit, account, noProblems),
      async post(visit, sent, account) {
        const proof = { password: sent.text("now"), code: sent.text("code"), session: visit.session.id };
        if (sent.has("off")) {
          const outcome = await secondSteps.turnOff(account.id, proof);
          if (outcome.kind === "done") return done(visit, paths.secondStep, "off");
          return page(services, visit, account, wrong(visit, outcome));
        }
        const secret = sent.text("secret");
        const outcome = sent.has("codes")
          ? await secondSteps.newCodes(account.id, proof)
          : await secondSteps.turnOn(account.id, { ...proof, secret });
        if (outcome.kind === "codes") return codesPage(visit, outcome.codes);
        return page(services, visit, account, wrong(visit, outcome), secret);
      },
    }),
  ];
}

const FIELDS: Partial<Readonly<Record<RefusalReason, "code">>> = { "wrong-code": "code", "too-many": "code" };

function wrong({ language }: Mine, refused: Refused): Problems {
  const { wait, damaged } = words[language];
  return problemOf(language, refused, (why) => FIELDS[why] ?? "now", { "too-many": wait, invalid: damaged });
}

/** @param secret of a form that came back: its picture was scanned already */
async function page(
  { secondSteps, serviceName }: Services,
  visit: Mine,
  account: Account,
  problems: Problems,
  secret = "",
): Promise<Reply> {
  const { language } = visit;
  const word = words[language];
  const { on, codesLeft } = await secondSteps.state(account.id);
  const title = on ? word.titleOn : word.title;
  if (on)
    return shown(visit, title, problems, doneNotice(visit, word.done), changeForm(visit, account, problems, codesLeft));
  const bytes = secretOf(secret);
  const names = { issuer: serviceName, account: account.primary };
  const proposed = bytes === undefined ? secondSteps.propose(account) : { secret, uri: enrolUri(bytes, names) };
  return shown(
    visit,
    title,
    problems,
    doneNotice(visit, word.done),
    html`<p>${word.lead}</p>
${notice(html`${word.mailPrograms} <a href="${visit.to(paths.appPasswords)}">${word.appPasswords}</a>`, "warning")}${turnOnForm(visit, account, problems, proposed)}`,
  );
}

function turnOnForm(
  visit: Mine,
  account: Account,
  problems: Problems,
  { secret, uri }: { readonly secret: string; readonly uri: string },
): Html {
  const { language } = visit;
  const word = words[language];
  const grouped = secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
  return html`<h2>${word.scanTitle}</h2>
<p>${word.scan}</p>
<p>${qrCode(uri, word.picture)}</p>
<p>${word.byHand}</p>
<p class="secret">${grouped}</p>
<h2>${word.turnOnTitle}</h2>
${form(
  visit.to(paths.secondStep),
  visit.formToken(),
  html`<input type="hidden" name="secret" value="${secret}">
`,
  field({ name: "code", label: word.code, hint: word.codeHint, autocomplete: "one-time-code" }, problems),
  passwordNow(language, problems, account),
  buttons({ label: word.turnOn }),
)}`;
}

function changeForm(visit: Mine, account: Account, problems: Problems, codesLeft: number): Html {
  const { language } = visit;
  const word = words[language];
  return html`<p>${word.leadOn}</p>
<p>${word.whatCodes}</p>
${facts([[word.codesLeft, numberIn(language, codesLeft)]])}${codesLeft <= 3 && notice(word.fewCodes, "warning")}${form(
  visit.to(paths.secondStep),
  visit.formToken(),
  field({ name: "code", label: word.code, hint: word.codeHintOn, autocomplete: "one-time-code" }, problems),
  passwordNow(language, problems, account),
  buttons({ label: word.newCodes, name: "codes" }, { label: word.turnOff, name: "off", look: "second" }),
)}
`;
}

function codesPage(visit: Mine, codes: readonly string[]): Reply {
  const word = words[visit.language];
  const body = html`<p>${word.codesLead}</p>
<ul class="secret">${codes.map((code) => html`<li>${code}</li>`)}</ul>
${notice(word.codesOnce, "warning")}${wayOn(visit.to(paths.appPasswords), word.toAppPasswords)}`;
  return shown(visit, word.codesTitle, noProblems, body);
}
