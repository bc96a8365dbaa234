/**
 * The confirmation of a contract on a durable medium (Directive 2011/83/EU, article 8(7); in Sweden distansavtalslagen): one
 * letter that holds what was bought, from whom, the wish to begin at once, the right of withdrawal with its form, and the
 * terms as they stood. Who keeps the letter needs no page of ours to know what was agreed.
 */
import type { Language } from "../../store/directory.ts";
import { dateWords } from "../notices/date-words.ts";
import { broken, headed, type Letter, type Sender } from "../notices/letter.ts";
import type { ContractMade, ContractPages } from "./parts.ts";

/** All of what the letter is made of. */
export type ContractFacts = {
  /** The account's. */
  readonly address: string;
  readonly made: ContractMade;
  readonly pages: ContractPages;
};

type Words = {
  readonly subject: string;
  readonly hello: string;
  readonly lead: string;
  readonly bought: string;
  readonly account: string;
  readonly madeOn: string;
  readonly paidUntil: string;
  readonly untilUnknown: string;
  readonly renews: (url: string) => string;
  readonly seller: string;
  readonly mail: string;
  readonly phone: string;
  readonly begin: string;
  readonly beginText: (agreed: string) => string;
  readonly withdrawal: string;
  readonly withdrawalText: (until: string, url: string) => readonly string[];
  readonly form: (seller: string, contact: string, address: string, made: string) => readonly string[];
  readonly refund: string;
  readonly terms: (made: string) => string;
  readonly questions: (contact: string) => string;
};

const EN: Words = {
  subject: "Your contract: what you bought, and the terms",
  hello: "Hello,",
  lead: "This letter confirms the contract for your mail account. Keep it: it holds what was agreed, and at its end the whole terms as they stood when the contract was made.",
  bought: "What you bought",
  account: "Account",
  madeOn: "Contract made",
  paidUntil: "Paid until",
  untilUnknown: 'see "Plan and payment" in your account',
  renews: (url) =>
    `Prices include tax. The plan renews itself for the same time until you cancel, which you can on any day at ${url} under "Plan and payment".`,
  seller: "From whom",
  mail: "Mail",
  phone: "Telephone",
  begin: "That we begin at once",
  beginText: (agreed) =>
    `When you ordered, on ${agreed}, you agreed to the terms, and asked us expressly to open the account as soon as it is paid, without waiting for 14 days. You keep the right of withdrawal all the same.`,
  withdrawal: "Your right of withdrawal",
  withdrawalText: (until, url) => [
    `You can withdraw from this contract within 14 days, without giving reasons: until ${until}. That is when the fourteenth day after the contract was made is over everywhere. It is enough to send your withdrawal before.`,
    `Withdraw at ${url} under "Plan and payment", "Withdraw from contract": two steps, and a letter confirms it with the time. Or write to us, by mail or by post; you can use this form and need not:`,
  ],
  form: (seller, contact, address, made) => [
    `To ${seller}, ${contact}`,
    "I withdraw from the contract about the provision of a mail account.",
    `Address of the account: ${address}`,
    `Bought on: ${made}`,
    "Date: ...",
    "Name and signature (only on paper): ...",
  ],
  refund: "You get back all that you paid; the terms below say when, and what becomes of your mail.",
  terms: (made) => `Below are the terms as they stood on ${made}.`,
  questions: (contact) => `Questions: write to ${contact}.`,
};

const SV: Words = {
  subject: "Ditt avtal: vad du har köpt, och villkoren",
  hello: "Hej!",
  lead: "Det här brevet bekräftar avtalet om ditt e-postkonto. Spara det: här står vad som är avtalat, och sist alla villkor så som de löd när avtalet ingicks.",
  bought: "Vad du har köpt",
  account: "Konto",
  madeOn: "Avtalet ingicks",
  paidUntil: "Betalt till",
  untilUnknown: 'se "Abonnemang och betalning" i ditt konto',
  renews: (url) =>
    `Moms ingår i priserna. Abonnemanget förnyas av sig självt för samma tid tills du säger upp det, vilket du kan göra vilken dag som helst på ${url} under "Abonnemang och betalning".`,
  seller: "Av vem",
  mail: "E-post",
  phone: "Telefon",
  begin: "Att vi börjar genast",
  beginText: (agreed) =>
    `När du beställde, ${agreed}, godkände du villkoren och bad oss uttryckligen att öppna kontot så snart det är betalt, utan att vänta i 14 dagar. Ångerrätten har du kvar ändå.`,
  withdrawal: "Din ångerrätt",
  withdrawalText: (until, url) => [
    `Du kan frånträda avtalet inom 14 dagar, utan att ange skäl: till ${until}. Då är den fjortonde dagen efter att avtalet ingicks slut överallt. Det räcker att du skickar din begäran dessförinnan.`,
    `Gör det på ${url} under "Abonnemang och betalning", "Ångra avtalet": två steg, och ett brev bekräftar det med tiden. Eller skriv till oss, per e-post eller med vanlig post. Du kan använda det här formuläret men behöver inte:`,
  ],
  form: (seller, contact, address, made) => [
    `Till ${seller}, ${contact}`,
    "Jag frånträder härmed avtalet om ett e-postkonto.",
    `Kontots adress: ${address}`,
    `Köpt den: ${made}`,
    "Datum: ...",
    "Namn och underskrift (bara på papper): ...",
  ],
  refund: "Du får tillbaka allt du har betalat; villkoren nedan säger när, och vad som händer med dina brev.",
  terms: (made) => `Här nedan står villkoren så som de löd ${made}.`,
  questions: (contact) => `Frågor: skriv till ${contact}.`,
};

const WORDS: Readonly<Record<Language, Words>> = { en: EN, sv: SV };

export function contractLetter({ address, made, pages }: ContractFacts, language: Language, sender: Sender): Letter {
  const words = WORDS[language];
  const { seller, contact, phone, accountUrl } = pages;
  const [at, end] = [dateWords(made.at, language), dateWords(made.withdrawableUntil, language)];
  const until = made.until === undefined ? words.untilUnknown : dateWords(made.until, language);
  const bought = [
    `${words.account}: ${address}`,
    ...pages.planLines(made.plan),
    `${words.madeOn}: ${at}`,
    `${words.paidUntil}: ${until}`,
  ];
  const reached = [`${words.mail}: ${contact}`, ...(phone === undefined ? [] : [`${words.phone}: ${phone}`])];
  const { agreedAt } = made;
  const begin =
    agreedAt === undefined ? [] : [headed(words.begin, "-"), words.beginText(dateWords(agreedAt, language))];
  return {
    subject: words.subject,
    paragraphs: [
      words.hello,
      words.lead,
      headed(words.bought, "-"),
      bought.join("\n"),
      words.renews(accountUrl),
      headed(words.seller, "-"),
      [seller, ...reached].join("\n"),
      ...begin,
      headed(words.withdrawal, "-"),
      ...words.withdrawalText(end, accountUrl),
      words
        .form(seller, contact, address, at)
        .map((line) => broken(line, "    ", "      "))
        .join("\n"),
      words.refund,
      words.questions(contact),
      sender.domain,
      words.terms(at),
      ...pages.terms,
    ],
  };
}
