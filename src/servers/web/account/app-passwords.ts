/**
 * App passwords (promise D7): one for each mail program, shown once, in the answer to the form that makes it, and nowhere
 * else; revoked one by one. A label that is there already makes no second one, so a page that is loaded anew makes none.
 */
import type { Account } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, field, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { deed, done, doneNotice, holderRoute, list, type Mine, shown, timeOf, wayOn } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { holderWords, problemOf } from "./holder-words.ts";

const en = {
  title: "App passwords",
  lead: "An app password opens your mail for one mail program. We make it, you see it once, and if you lose the device you revoke it here without touching the others. It does not open these pages.",
  none: "You have no app password.",
  madeAt: "made",
  label: "What it is for",
  hint: "Your own word for the program or device, such as: Thunderbird at home.",
  add: "Make an app password",
  revoke: "Revoke",
  made: (label: string): string => `App password for ${label}`,
  once: "Copy it into the program now. It is shown only this once; when it is lost, revoke it and make another.",
  how: (primary: string): string => `The user name in the program is ${primary}.`,
  invalid: "Give it a label of 1 to 64 characters, such as the name of the program.",
  there: "There is an app password with this label already. Choose another label, or revoke that one first.",
  full: "You have as many app passwords as an account can have. Revoke one that is not in use.",
  done: { revoked: "The app password is revoked. The program that used it gets in no more." },
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Applösenord",
    lead: "Ett applösenord öppnar din post för ett e-postprogram. Vi gör det, du ser det en gång, och om du tappar enheten återkallar du det här utan att röra de andra. Det öppnar inte de här sidorna.",
    none: "Du har inget applösenord.",
    madeAt: "skapat",
    label: "Vad det är till för",
    hint: "Ditt eget ord för programmet eller enheten, till exempel: Thunderbird hemma.",
    add: "Skapa ett applösenord",
    revoke: "Återkalla",
    made: (label) => `Applösenord för ${label}`,
    once: "Kopiera in det i programmet nu. Det visas bara den här gången; om det går förlorat, återkalla det och skapa ett nytt.",
    how: (primary) => `Användarnamnet i programmet är ${primary}.`,
    invalid: "Ge det en etikett på 1 till 64 tecken, till exempel programmets namn.",
    there: "Det finns redan ett applösenord med den etiketten. Välj en annan, eller återkalla det först.",
    full: "Du har så många applösenord som ett konto kan ha. Återkalla ett som inte används.",
    done: { revoked: "Applösenordet är återkallat. Programmet som använde det kommer inte in längre." },
  },
};

type Services = Pick<HolderServices, "directory" | "accounts">;

export function appPasswordRoutes(services: Services): readonly PortalRoute[] {
  const { directory, accounts } = services;
  return [
    holderRoute(directory, paths.appPasswords, {
      get: (visit, account) => page(services, visit, account, {}),
      async post(visit, sent, account) {
        const { language } = visit;
        const word = words[language];
        const revoked = sent.text("revoke");
        if (revoked !== "") {
          const outcome = await accounts.revokeAppPassword(account.primary, revoked);
          if (outcome.kind === "done") return done(visit, paths.appPasswords, "revoked");
          return page(services, visit, account, { problems: problemOf(language, outcome, () => "label") });
        }
        const label = sent.text("label").trim();
        const known = await directory.appPasswords(account.id);
        if (known.some((one) => one.label === label))
          return page(services, visit, account, { problems: new Map([["label", word.there]]), label });
        const outcome = await accounts.addAppPassword(account.primary, label);
        if (outcome.kind === "added") return made(visit, account, label, outcome.password);
        const own = { invalid: word.invalid, "too-many": word.full };
        return page(services, visit, account, { problems: problemOf(language, outcome, () => "label", own), label });
      },
    }),
  ];
}

function made(visit: Mine, { primary }: Account, label: string, password: string): Reply {
  const word = words[visit.language];
  const body = html`<p class="secret">${password}</p>
${notice(word.once, "warning")}<p>${word.how(primary)}</p>
${wayOn(visit.to(paths.appPasswords), word.title)}`;
  return shown(visit, word.made(label), noProblems, body);
}

async function page(
  { directory }: Services,
  visit: Mine,
  { id }: Account,
  { problems = noProblems, label = "" }: { readonly problems?: Problems; readonly label?: string },
): Promise<Reply> {
  const { language } = visit;
  const word = words[language];
  const known = await directory.appPasswords(id);
  const entries = known.map((one) => ({
    name: one.label,
    more: html`${word.madeAt} ${timeOf(one.createdAt)}`,
    deed: deed(visit, paths.appPasswords, { name: "revoke", value: one.id, label: word.revoke, whose: one.label }),
  }));
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`<p>${word.lead} ${entries.length > 0 && holderWords[language].utc}</p>
${entries.length === 0 ? html`<p>${word.none}</p>\n` : list(entries)}`,
    form(
      visit.to(paths.appPasswords),
      visit.formToken(),
      field(
        { name: "label", label: word.label, hint: word.hint, autocomplete: "off", value: label, maxLength: 64 },
        problems,
      ),
      buttons({ label: word.add }),
    ),
  );
}
