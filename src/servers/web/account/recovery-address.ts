/**
 * The recovery address (promise A4): given, changed, removed with the password; it counts when the link that was mailed
 * there was opened and its button pressed. The page of the link is for everybody: it may be opened in another browser.
 */
import type { Account } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, field, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { confirmingRoute } from "./confirming-route.ts";
import { done, doneNotice, facts, holderRoute, type Mine, shown } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { problemOf } from "./holder-words.ts";
import { passwordNow } from "./password-fields.ts";
import { recoveryWords as words } from "./recovery-words.ts";

type Services = Pick<HolderServices, "directory" | "recovery">;

/** RFC 5321 section 4.5.3.1.3: no path is longer. */
const LONGEST = 254;

export function recoveryRoutes(services: Services): readonly PortalRoute[] {
  const { directory, recovery } = services;
  return [
    holderRoute(directory, paths.recovery, {
      get: (visit, account) => page(services, visit, account, {}),
      async post(visit, sent, account) {
        const { language } = visit;
        const word = words[language];
        if (sent.has("remove")) {
          const outcome = await recovery.remove(account.id, sent.text("now-remove"));
          if (outcome.kind === "done") return done(visit, paths.recovery, "removed");
          return page(services, visit, account, { problems: problemOf(language, outcome, () => "now-remove") });
        }
        const typed = sent.text("address");
        const outcome = await recovery.set(account.id, { address: typed, password: sent.text("now") });
        if (outcome.kind === "done") return done(visit, paths.recovery, "mailed");
        const own = { invalid: word.invalid, state: word.same, "too-many": word.enough };
        const fieldOf = (why: string): string => (why === "wrong-password" || why === "busy" ? "now" : "address");
        return page(services, visit, account, { problems: problemOf(language, outcome, fieldOf, own), typed });
      },
    }),
    confirmingRoute({
      purpose: "recovery-address",
      look: (token) => recovery.look(token),
      ask: whatCounts,
      confirm: (token) => recovery.confirm(token),
      done: { path: paths.confirmed },
      anew: paths.recovery,
    }),
    {
      path: paths.confirmed,
      access: "everybody",
      get(visit) {
        const { confirmed, confirmedSentence } = words[visit.language];
        return shown(visit, confirmed, noProblems, html`<p>${confirmedSentence}</p>\n`);
      },
    },
  ];
}

async function page(
  { recovery }: Services,
  visit: Mine,
  account: Account,
  { problems = noProblems, typed = "" }: { readonly problems?: Problems; readonly typed?: string },
): Promise<Reply> {
  const { language } = visit;
  const word = words[language];
  const action = visit.to(paths.recovery);
  const now = await recovery.show(account.id);
  const state =
    now === undefined
      ? notice(word.none, "warning")
      : html`${facts([
          [word.address, now.address],
          [word.state, now.verified ? word.verified : word.unverified],
        ])}${!now.verified && notice(word.notYet, "warning")}`;
  const removal =
    now !== undefined &&
    html`<h2>${word.removeTitle}</h2>
<p>${word.removeLead}</p>
${form(
  action,
  visit.formToken(),
  passwordNow(language, problems, account, "now-remove"),
  buttons({ label: word.remove, name: "remove", look: "second" }),
)}
`;
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`<p>${word.lead}</p>
${state}<h2>${now === undefined ? word.giveTitle : word.changeTitle}</h2>
${form(
  action,
  visit.formToken(),
  field(
    {
      name: "address",
      label: word.newAddress,
      hint: word.hint,
      type: "email",
      autocomplete: "email",
      maxLength: LONGEST,
      value: typed,
    },
    problems,
  ),
  passwordNow(language, problems, account),
  buttons({ label: word.give }),
)}
${removal}`,
  );
}

function whatCounts(address: string, language: Language) {
  const { confirmTitle: title, confirmLead, confirm: label } = words[language];
  return { title, lead: html`<p>${confirmLead(address)}</p>\n`, button: { label } };
}
