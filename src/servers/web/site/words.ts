/** The words of the site's frame, a language a table: pages bring their own. Dates, prices and sizes as each language writes them. */
import type { Language } from "./language.ts";

export type Words = {
  readonly language: string;
  /** Said to who reads the other one. */
  readonly other: string;
  readonly skip: string;
  readonly navigation: string;
  readonly home: string;
  readonly account: string;
  readonly docs: string;
  readonly docsSentence: string;
  readonly more: string;
  readonly contents: string;
  readonly questions: string;
  readonly linkTo: string;
  readonly table: string;
  readonly example: string;
  readonly updated: string;
  readonly still: string;
  readonly plan: string;
  readonly price: string;
  readonly room: string;
  readonly aliases: string;
  readonly recipients: string;
  readonly noPlans: string;
  readonly every: Readonly<Record<"month" | "year", string>>;
  readonly problem: (count: number) => string;
  readonly problemPrefix: string;
  readonly errors: Readonly<Record<404 | 405 | 500, readonly [title: string, sentence: string]>>;
  readonly toDocs: string;
};

export const words: Readonly<Record<Language, Words>> = {
  en: {
    language: "English",
    other: "Svenska",
    skip: "Skip to the text",
    navigation: "Main",
    home: "Home",
    account: "Account",
    docs: "Docs",
    docsSentence: "How to set up a mail client, what we promise, and how the service works.",
    more: "More",
    contents: "On this page",
    questions: "Questions",
    linkTo: "Link to",
    table: "Table",
    example: "Example",
    updated: "Last updated",
    still: "No cookies and no scripts on this page.",
    plan: "Plan",
    price: "Price",
    room: "Storage",
    aliases: "Aliases",
    recipients: "Recipients a day",
    noPlans: "Nothing is sold here: the operator of this installation opens accounts.",
    every: { month: "a month", year: "a year" },
    problem: (count) => (count === 1 ? "One thing needs your attention" : `${count} things need your attention`),
    problemPrefix: "Problem",
    errors: {
      404: ["No such page", "There is no page at this address. It may have moved, or the address has a slip in it."],
      405: ["Not that way", "This page can be read, but nothing can be sent to it."],
      500: [
        "Our mistake",
        "This page could not be made. The fault is ours, and our log has its place. Try again later.",
      ],
    },
    toDocs: "All pages are listed under Docs.",
  },
  sv: {
    language: "Svenska",
    other: "English",
    skip: "Hoppa till texten",
    navigation: "Huvudmeny",
    home: "Hem",
    account: "Konto",
    docs: "Dokument",
    docsSentence: "Hur du ställer in ett e-postprogram, vad vi lovar och hur tjänsten fungerar.",
    more: "Övrigt",
    contents: "På den här sidan",
    questions: "Frågor",
    linkTo: "Länk till",
    table: "Tabell",
    example: "Exempel",
    updated: "Senast ändrad",
    still: "Inga kakor och inga skript på den här sidan.",
    plan: "Abonnemang",
    price: "Pris",
    room: "Utrymme",
    aliases: "Alias",
    recipients: "Mottagare per dygn",
    noPlans: "Här säljs ingenting: den som driver installationen öppnar konton.",
    every: { month: "per månad", year: "per år" },
    problem: (count) => (count === 1 ? "En sak behöver rättas" : `${count} saker behöver rättas`),
    problemPrefix: "Fel",
    errors: {
      404: [
        "Sidan finns inte",
        "Det finns ingen sida på den här adressen. Den kan ha flyttats, eller så är adressen felskriven.",
      ],
      405: ["Inte så", "Den här sidan går att läsa, men det går inte att skicka något till den."],
      500: ["Vårt fel", "Sidan kunde inte visas. Felet är vårt och står i vår logg. Försök igen senare."],
    },
    toDocs: "Alla sidor finns under Dokument.",
  },
};

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", sv: "sv-SE" };
const GIB: number = 2 ** 30;
const MIB: number = 2 ** 20;

/** "2026-11-21" as people write it. */
export const dayIn = (language: Language, day: string): string =>
  new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "long", timeZone: "UTC" }).format(new Date(day));

/** An amount in hundredths of its currency; whole ones without the hundredths. */
export const amountIn = (language: Language, cents: number, currency: string): string =>
  new Intl.NumberFormat(LOCALES[language], {
    style: "currency",
    currency,
    minimumFractionDigits: cents % 100 === 0 ? 0 : 2,
  }).format(cents / 100);

export const numberIn = (language: Language, value: number): string =>
  new Intl.NumberFormat(LOCALES[language]).format(value);

/** Octets as GiB or MiB, whatever is even. */
export function sizeIn(language: Language, octets: number): string {
  const [unit, name] = octets >= GIB ? [GIB, "GiB"] : [MIB, "MiB"];
  return `${new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 }).format(octets / unit)}\u00a0${name}`;
}
