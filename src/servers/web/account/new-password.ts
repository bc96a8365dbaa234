/**
 * The way back after a lost password (promise A4): who asks hears the same for every name; the link that arrives opens a
 * form for a new password, which needs a recovery code where the second step is on.
 */
import type { RefusalReason } from "../../../service/accounts/accounts.ts";
import { type Html, html } from "../markup.ts";
import { buttons, field, form, noProblems, notice, type Problems, tick } from "../portal/fields.ts";
import type { PortalRoute, Reply, Visit } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { linkPage, linkRoute, paths } from "./account-paths.ts";
import { wayOn } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { holderWords, problemOf } from "./holder-words.ts";
import { linkGone } from "./link-gone.ts";
import { keepWords, newPasswordFields, newPasswordProblems } from "./password-fields.ts";

const en = {
  title: "Lost password",
  lead: "Type your address. If it is the primary address of an account that has a confirmed recovery address, we mail a link there; the link works for one hour.",
  none: "Without a confirmed recovery address there is no way back: nobody can open the account for you, and neither can we.",
  name: "Address",
  ask: "Mail the link",
  askedTitle: "Look into your other mailbox",
  asked:
    "If there is such an account with a confirmed recovery address, a link is on its way there. Whether there is one we tell nobody.",
  notCome:
    "If nothing comes within some minutes: look into the folder for spam there, and see that you typed your primary address, not an alias.",
  often: "So many links were asked for from your network that we mail no more for a while. Try again in an hour.",
  newTitle: "A new password",
  newLead: "When you set it, all sessions end: in browsers and in mail programs that use the account password.",
  code: "Recovery code",
  codeHint:
    "Two-step log-in is on, so you need one of the codes that you wrote down then: 16 letters and digits. It works once.",
  set: "Set the password",
  invalid: "This password cannot be used. Choose another: several words, say.",
  wrongCode: "This is not one of your unused recovery codes. Each works once; type one of 16 letters and digits.",
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Borttappat lösenord",
    lead: "Skriv din adress. Om den är huvudadress till ett konto som har en bekräftad återställningsadress skickar vi en länk dit; länken fungerar i en timme.",
    none: "Utan en bekräftad återställningsadress finns ingen väg tillbaka: ingen kan öppna kontot åt dig, inte heller vi.",
    name: "Adress",
    ask: "Skicka länken",
    askedTitle: "Titta i din andra brevlåda",
    asked:
      "Om det finns ett sådant konto med en bekräftad återställningsadress är en länk på väg dit. Om det finns talar vi inte om för någon.",
    notCome:
      "Om inget kommer inom några minuter: titta i skräpposten där, och se efter att du skrev din huvudadress, inte ett alias.",
    often: "Så många länkar har begärts från ditt nät att vi inte skickar fler en stund. Försök igen om en timme.",
    newTitle: "Ett nytt lösenord",
    newLead:
      "När du anger det avslutas alla sessioner: i webbläsare och i e-postprogram som använder kontots lösenord.",
    code: "Återställningskod",
    codeHint:
      "Tvåstegsinloggning är på, så du behöver en av koderna som du antecknade då: 16 bokstäver och siffror. Den fungerar en gång.",
    set: "Ange lösenordet",
    invalid: "Det här lösenordet går inte att använda. Välj ett annat, till exempel flera ord.",
    wrongCode:
      "Det här är inte en av dina oanvända återställningskoder. Var och en fungerar en gång; skriv en på 16 bokstäver och siffror.",
  },
};

type Services = Pick<HolderServices, "reset" | "domains" | "serviceName" | "askOfResets">;

const LONGEST_NAME = 320;

export function newPasswordRoutes({ reset, domains, serviceName, askOfResets }: Services): readonly PortalRoute[] {
  return [
    {
      path: paths.forgotten,
      access: "everybody",
      get: (visit) => (visit.query.has("asked") ? askedPage(visit) : askPage(visit, noProblems, "")),
      post(visit, sent) {
        const typed = sent.text("name").trim().slice(0, LONGEST_NAME);
        const { often } = words[visit.language];
        if (askOfResets.ask(visit.peerAddress) > 0) return askPage(visit, new Map([["name", often]]), typed);
        reset.ask(typed.includes("@") ? typed : `${typed}@${domains[0] ?? ""}`);
        return { kind: "go", path: `${visit.to(paths.forgotten)}?asked=yes` };
      },
    },
    {
      path: linkRoute("password-reset"),
      access: "everybody",
      async get(visit) {
        const link = await reset.look(visit.part("token"));
        return link === undefined
          ? linkGone(visit, paths.forgotten)
          : newPage(visit, noProblems, { needsCode: link.needsCode, isKept: false });
      },
      async post(visit, sent) {
        const { language } = visit;
        const token = visit.part("token");
        const link = await reset.look(token);
        if (link === undefined) return linkGone(visit, paths.forgotten);
        const shape = { needsCode: link.needsCode, isKept: sent.has("keep") };
        const problems = newPasswordProblems(sent, language, { address: "", ownNames: [serviceName, ...domains] });
        if (problems.size > 0) return newPage(visit, problems, shape);
        const wish = { password: sent.text("password"), keepAppPasswords: shape.isKept, code: sent.text("code") };
        const outcome = await reset.reset(token, wish);
        if (outcome.kind === "done")
          return { kind: "go", path: `${visit.to(paths.logIn)}?done=password`, session: { kind: "end" } };
        if (GONE.has(outcome.reason)) return linkGone(visit, paths.forgotten);
        const { invalid, wrongCode } = words[language];
        const fieldOf = (why: RefusalReason): string => (why === "wrong-code" ? "code" : "password");
        return newPage(visit, problemOf(language, outcome, fieldOf, { invalid, "wrong-code": wrongCode }), shape);
      },
    },
  ];
}

/** Then there is no form to come back to. */
const GONE: ReadonlySet<RefusalReason> = new Set(["link-gone", "no-account", "state"]);

function askPage(visit: Visit, problems: Problems, typed: string): Reply {
  const { title, lead, none, name, ask } = words[visit.language];
  const body = html`<p>${lead}</p>
${notice(none)}${form(
  visit.to(paths.forgotten),
  visit.formToken(),
  field(
    { name: "name", label: name, autocomplete: "username", inputmode: "email", value: typed, maxLength: LONGEST_NAME },
    problems,
  ),
  buttons({ label: ask }),
)}
${toLogIn(visit)}`;
  return { kind: "page", code: problems.size === 0 ? 200 : 429, page: { title, body, problems } };
}

function askedPage(visit: Visit): Reply {
  const { askedTitle: title, asked, notCome } = words[visit.language];
  const body = html`<p>${asked}</p>
<p>${notCome}</p>
${toLogIn(visit)}`;
  return { kind: "page", page: { title, body } };
}

function newPage(
  visit: Visit,
  problems: Problems,
  { needsCode, isKept }: { readonly needsCode: boolean; readonly isKept: boolean },
): Reply {
  const { language } = visit;
  const { newTitle: title, newLead, code, codeHint, set } = words[language];
  const body = html`<p>${newLead}</p>
${form(
  visit.to(linkPage("password-reset", visit.part("token"))),
  visit.formToken(),
  newPasswordFields(language, problems),
  needsCode ? field({ name: "code", label: code, hint: codeHint, autocomplete: "off" }, problems) : html``,
  tick({ name: "keep", ...keepWords(language), isChosen: isKept }, problems),
  buttons({ label: set }),
)}`;
  return { kind: "page", code: problems.size === 0 ? 200 : 422, page: { title, body, problems } };
}

const toLogIn = (visit: Visit): Html => wayOn(visit.to(paths.logIn), holderWords[visit.language].toLogIn);
