/**
 * Closing an account by its holder (promise D5): the password, then a link that is mailed to the account itself, then a
 * page that shows what happens when and what is still on its way, and a button. Nothing can be taken back after that.
 */
import { type OnItsWay, onItsWay } from "../../../service/holder/on-its-way.ts";
import { dateWords } from "../../../service/notices/date-words.ts";
import type { Closing } from "../../../service/recovery/close.ts";
import type { Account } from "../../../store/directory.ts";
import type { AccountId } from "../../../store/ids.ts";
import { type Html, html } from "../markup.ts";
import { buttons, form, noProblems, notice, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { confirmingRoute } from "./confirming-route.ts";
import { done, doneNotice, facts, holderRoute, type Mine, shown } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { problemOf } from "./holder-words.ts";
import { onItsWayPart } from "./on-its-way.ts";
import { passwordNow } from "./password-fields.ts";

const en = {
  title: "Close the account",
  lead: "Fetch first what you want to keep: closing cannot be undone, by anybody.",
  steps: [
    "You type your password here, and we mail a link to your own INBOX.",
    "The link shows once more what happens, and has the button that does it.",
    "From the button on nobody can log in, and mail to you is refused. Within ten minutes all mail, settings, addresses and passwords are erased.",
    "What you sent and is still on its way gets one last try before that. What is not taken then is never delivered.",
    "Encrypted backups and logs that still hold something of it end within ten days. Nothing is brought back from them.",
    "Nobody ever gets your addresses again, neither somebody else nor you.",
  ],
  money:
    "A contract that you pay for ends with the account; what is left of the paid time is lost. If you may still withdraw from it, do that first.",
  plan: "Plan and payment",
  ask: "Mail the link",
  enough: "We have mailed several links already. Use the latest one, or wait an hour.",
  done: { mailed: "A link is in your INBOX. It works for one hour; until you press its button nothing happens." },
  confirmTitle: "Close this account for good?",
  addresses: "Addresses",
  at: "At once",
  atWhat: "no log-in, no mail in or out",
  doneBy: "Erased by",
  copies: "Backups and logs end by",
  final: "There is no way back from here.",
  confirm: "Close the account for good",
  closed: "The account is being closed",
  closedLead:
    "Nobody can log in any more. All mail, settings and addresses are erased within ten minutes. If you had a confirmed recovery address, it gets our last mail, with the times, and a list of whom your mail on its way did not reach. Farewell.",
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Avsluta kontot",
    lead: "Hämta först det du vill behålla: det går inte att ångra, inte för någon.",
    steps: [
      "Du skriver ditt lösenord här, och vi skickar en länk till din egen INBOX.",
      "Länken visar en gång till vad som händer, och har knappen som gör det.",
      "Från och med knappen kan ingen logga in, och post till dig avvisas. Inom tio minuter är alla brev, inställningar, adresser och lösenord raderade.",
      "För det som du har skickat och som ännu är på väg görs ett sista försök dessförinnan. Det som inte tas emot då kommer aldrig fram.",
      "Krypterade säkerhetskopior och loggar som ännu innehåller något av det försvinner inom tio dagar. Inget hämtas tillbaka ur dem.",
      "Ingen får någonsin dina adresser igen, varken någon annan eller du.",
    ],
    money:
      "Ett avtal som du betalar för upphör med kontot; det som är kvar av den betalda tiden går förlorat. Om du ännu kan ångra köpet, gör det först.",
    plan: "Abonnemang och betalning",
    ask: "Skicka länken",
    enough: "Vi har redan skickat flera länkar. Använd den senaste, eller vänta en timme.",
    done: {
      mailed: "En länk ligger i din INBOX. Den fungerar i en timme; tills du trycker på dess knapp händer ingenting.",
    },
    confirmTitle: "Avsluta det här kontot för gott?",
    addresses: "Adresser",
    at: "Genast",
    atWhat: "ingen inloggning, ingen post in eller ut",
    doneBy: "Raderat senast",
    copies: "Kopior och loggar borta senast",
    final: "Härifrån finns ingen väg tillbaka.",
    confirm: "Avsluta kontot för gott",
    closed: "Kontot avslutas",
    closedLead:
      "Ingen kan logga in längre. Alla brev, inställningar och adresser raderas inom tio minuter. Om du hade en bekräftad återställningsadress får den vårt sista brev, med tiderna, och en lista över vilka dina brev på väg inte nådde. Farväl.",
  },
};

type Services = Pick<HolderServices, "directory" | "closing" | "queue" | "recovery" | "clock" | "beside">;

/** What is on its way, and whether its end can be told when the account is gone. */
type Way = { readonly way: OnItsWay; readonly isToldAfter: boolean };

/** Entries are long; who has more of them sees that there are more. */
const MOST_ON_ITS_WAY = 20;

export function closeRoutes(services: Services): readonly PortalRoute[] {
  const { directory, closing, recovery, beside } = services;
  const isSold = beside.plan;
  const wayOf = async (id: AccountId): Promise<Way> => ({
    way: await onItsWay(services, id, MOST_ON_ITS_WAY),
    isToldAfter: (await recovery.show(id))?.verified === true,
  });
  const show = async (visit: Mine, account: Account, problems: Problems): Promise<Reply> =>
    page(visit, account, problems, isSold, await wayOf(account.id));
  return [
    holderRoute(directory, paths.close, {
      get: (visit, account) => show(visit, account, noProblems),
      async post(visit, sent, account) {
        const { language } = visit;
        const outcome = await closing.ask(account.id, sent.text("now"));
        if (outcome.kind === "done") return done(visit, paths.close, "mailed");
        const own = { "too-many": words[language].enough };
        return show(
          visit,
          account,
          problemOf(language, outcome, () => "now", own),
        );
      },
    }),
    confirmingRoute({
      purpose: "close-account",
      async look(token) {
        const about = await closing.look(token);
        const account = about && (await directory.byAddress(about.primary));
        return account && about && { ...about, ...(await wayOf(account.id)) };
      },
      ask: whatHappens,
      confirm: (token) => closing.confirm(token),
      done: { path: paths.closed, session: { kind: "end" } },
      anew: paths.close,
    }),
    {
      path: paths.closed,
      access: "everybody",
      get(visit) {
        const { closed: title, closedLead } = words[visit.language];
        return { kind: "page", page: { title, body: html`<p>${closedLead}</p>` } };
      },
    },
  ];
}

function page(visit: Mine, account: Account, problems: Problems, isSold: boolean, { way, isToldAfter }: Way): Reply {
  const { language } = visit;
  const word = words[language];
  const money: Html | false = isSold && html`<p>${word.money} <a href="${visit.to(paths.plan)}">${word.plan}</a></p>\n`;
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`${notice(word.lead, "warning")}<ol>${word.steps.map((step) => html`<li>${step}</li>`)}</ol>
${money}${form(visit.to(paths.close), visit.formToken(), passwordNow(language, problems, account), buttons({ label: word.ask, look: "grave" }))}
${onItsWayPart(way, isToldAfter, language)}`,
  );
}

function whatHappens({ primary, aliases, doneBy, copiesUntil, way, isToldAfter }: Closing & Way, language: Language) {
  const word = words[language];
  const lead = html`${facts([
    [word.addresses, [primary, ...aliases].join(", ")],
    [word.at, word.atWhat],
    [word.doneBy, dateWords(doneBy, language)],
    [word.copies, dateWords(copiesUntil, language)],
  ])}${onItsWayPart(way, isToldAfter, language)}${notice(word.final, "warning")}`;
  return { title: word.confirmTitle, lead, button: { label: word.confirm, look: "grave" } } as const;
}
