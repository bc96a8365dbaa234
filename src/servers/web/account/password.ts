/** A holder changes the password (promise D7): the old one is needed, and everybody else has to log in again. */
import type { Account } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, form, noProblems, type Problems, tick } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { done, doneNotice, holderRoute, type Mine, shown } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { problemOf } from "./holder-words.ts";
import { keepWords, newPasswordFields, newPasswordProblems, passwordNow } from "./password-fields.ts";

const en = {
  title: "Password",
  lead: "This password opens these pages and, while two-step log-in is off, your mail. It rests here only as a hash: nobody can look it up for you.",
  after: "Other browsers are logged out, and mail programs that use this password have to be given the new one.",
  change: "Change the password",
  invalid: "This password cannot be used. Choose another: several words, say.",
  done: { changed: "The password is changed. Every other session is ended." },
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Lösenord",
    lead: "Det här lösenordet öppnar de här sidorna och, så länge tvåstegsinloggning är av, din post. Det finns här bara som ett hashvärde: ingen kan ta fram det åt dig.",
    after: "Andra webbläsare loggas ut, och e-postprogram som använder lösenordet måste få det nya.",
    change: "Byt lösenord",
    invalid: "Det här lösenordet går inte att använda. Välj ett annat, till exempel flera ord.",
    done: { changed: "Lösenordet är ändrat. Alla andra sessioner är avslutade." },
  },
};

export function passwordRoutes({
  directory,
  changePassword,
  serviceName,
  domains,
}: Pick<HolderServices, "directory" | "changePassword" | "serviceName" | "domains">): readonly PortalRoute[] {
  return [
    holderRoute(directory, paths.password, {
      get: (visit, account) => page(visit, account, noProblems, true),
      async post(visit, sent, account) {
        const { id, primary } = account;
        const { language, session } = visit;
        const keepAppPasswords = sent.has("keep");
        const whose = { address: primary, ownNames: [serviceName, ...domains] };
        const problems = newPasswordProblems(sent, language, whose);
        if (problems.size > 0) return page(visit, account, problems, keepAppPasswords);
        const outcome = await changePassword(id, {
          old: sent.text("now"),
          password: sent.text("password"),
          keepAppPasswords,
          session: session.id,
        });
        if (outcome.kind === "done") return done(visit, paths.password, "changed");
        const { invalid } = words[language];
        const wrong = problemOf(language, outcome, (why) => (why === "invalid" ? "password" : "now"), { invalid });
        return page(visit, account, wrong, keepAppPasswords);
      },
    }),
  ];
}

function page(visit: Mine, account: Account, problems: Problems, isKept: boolean): Reply {
  const { language } = visit;
  const word = words[language];
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`<p>${word.lead}</p>
<p>${word.after}</p>
`,
    form(
      visit.to(paths.password),
      visit.formToken(),
      passwordNow(language, problems, account),
      newPasswordFields(language, problems),
      tick({ name: "keep", ...keepWords(language), isChosen: isKept }, problems),
      buttons({ label: word.change }),
    ),
  );
}
