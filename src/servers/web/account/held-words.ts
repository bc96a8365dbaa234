/** The words of "what we hold", a language a table. */
import type { Holdings } from "../../../store/defence-memory.ts";
import type { AccountState, Language as LetterLanguage } from "../../../store/directory.ts";
import type { Language } from "../site/language.ts";

type Words = {
  readonly title: string;
  readonly lead: string;
  readonly address: string;
  readonly aliases: string;
  readonly made: string;
  readonly state: string;
  readonly states: Readonly<Record<AccountState, string>>;
  readonly language: string;
  readonly languages: Readonly<Record<LetterLanguage, string>>;
  readonly plan: string;
  readonly money: string;
  readonly moneyOf: string;
  readonly password: string;
  readonly hash: string;
  readonly appPasswords: string;
  readonly recovery: string;
  readonly secondStep: string;
  readonly stepOn: (codes: number) => string;
  readonly stepOff: string;
  readonly wishes: string;
  readonly wishesOf: (junk: string, trash: string, forwarders: string) => string;
  readonly never: string;
  readonly days: (count: number) => string;
  readonly mail: string;
  readonly mailOf: (count: string, size: string) => string;
  readonly sessions: string;
  readonly logIns: string;
  readonly none: string;
  readonly elsewhere: string;
  readonly policy: string;
  readonly memoryTitle: string;
  readonly memory: string;
  readonly heads: readonly string[];
  readonly parts: readonly (readonly [part: Exclude<keyof Holdings, "isOn">, name: string, meaning: string])[];
  readonly clear: string;
  readonly clearSentence: string;
  readonly turnOff: string;
  readonly turnOn: string;
  readonly isOff: string;
  readonly done: Readonly<Record<"cleared" | "on" | "off", string>>;
};

export const heldWords: Readonly<Record<Language, Words>> = {
  en: {
    title: "What we hold",
    lead: "This is the record of your account. There is no name, telephone or postal address in it, because we never asked.",
    address: "Address",
    aliases: "Aliases",
    made: "Made",
    state: "State",
    states: { active: "in use", paused: "sending is paused", suspended: "suspended", closing: "being closed" },
    language: "Language of our letters",
    languages: { en: "English", sv: "Swedish" },
    plan: "Plan",
    money: "Payment",
    moneyOf: "Stripe's numbers for you and for the contract, its state, and until when it is paid; no name, no card",
    password: "Password",
    hash: "only a hash of it",
    appPasswords: "App passwords",
    recovery: "Recovery address",
    secondStep: "Two-step log-in",
    stepOn: (codes) => `on, ${codes} recovery codes unused`,
    stepOff: "off",
    wishes: "Wishes",
    wishesOf: (junk, trash, forwarders) => `Junk emptied: ${junk}; Trash emptied: ${trash}; forwarders: ${forwarders}`,
    never: "never",
    days: (count) => `after ${count} days`,
    mail: "Mail",
    mailOf: (count, size) => `${count} mails, ${size}`,
    sessions: "Sessions",
    logIns: "Log-ins listed, of ten days",
    none: "none",
    elsewhere: "Besides there are logs and the record of sent mail, for ten days, and backups, for ten days.",
    policy: "The privacy policy says all of it.",
    memoryTitle: "The memory of your spam filter",
    memory:
      "The filter of your account learns from what you do with mail. It keeps fingerprints under a key of your own, no addresses or words that could be read; so it can be counted, but not shown.",
    heads: ["Part", "Entries", "What it is"],
    parts: [
      ["correspondents", "Correspondents", "addresses that you have written to"],
      ["senders", "Senders", "names whose mail you called wanted or unwanted"],
      ["words", "Words", "how often they stood in wanted and unwanted mail"],
      ["lessons", "Lessons", "mails that you moved into Junk, or out of it"],
      ["contacts", "Strangers", "senders that were asked to come again, and did"],
    ],
    clear: "Clear the memory",
    clearSentence:
      "Clearing erases all of it, with its key, and the filter begins anew. Switched off, it erases all and learns nothing more.",
    turnOff: "Switch it off",
    turnOn: "Switch it on",
    isOff: "The memory is off: nothing is held, and nothing is learned.",
    done: {
      cleared: "The memory is cleared.",
      on: "The memory is on.",
      off: "The memory is off, and what it held is erased.",
    },
  },
  sv: {
    title: "Vad vi har",
    lead: "Det här är vad som står om ditt konto. Där finns inget namn, telefonnummer eller postadress, för det har vi aldrig frågat efter.",
    address: "Adress",
    aliases: "Alias",
    made: "Skapat",
    state: "Läge",
    states: { active: "i bruk", paused: "sändning är pausad", suspended: "avstängt", closing: "avslutas" },
    language: "Språk i våra brev",
    languages: { en: "engelska", sv: "svenska" },
    plan: "Abonnemang",
    money: "Betalning",
    moneyOf: "Stripes nummer för dig och för avtalet, dess läge, och till när det är betalt; inget namn, inget kort",
    password: "Lösenord",
    hash: "bara ett hashvärde av det",
    appPasswords: "Applösenord",
    recovery: "Återställningsadress",
    secondStep: "Tvåstegsinloggning",
    stepOn: (codes) => `på, ${codes} återställningskoder oanvända`,
    stepOff: "av",
    wishes: "Önskemål",
    wishesOf: (junk, trash, forwarders) =>
      `Skräppost töms: ${junk}; papperskorg töms: ${trash}; vidarebefordrare: ${forwarders}`,
    never: "aldrig",
    days: (count) => `efter ${count} dagar`,
    mail: "Post",
    mailOf: (count, size) => `${count} brev, ${size}`,
    sessions: "Sessioner",
    logIns: "Inloggningar i listan, tio dagar",
    none: "inga",
    elsewhere: "Därutöver finns loggar och uppgifter om skickade brev, i tio dagar, och säkerhetskopior, i tio dagar.",
    policy: "Allt står i integritetspolicyn.",
    memoryTitle: "Skräppostfiltrets minne",
    memory:
      "Kontots filter lär sig av vad du gör med post. Det sparar fingeravtryck under en egen nyckel, inga adresser eller ord som går att läsa; därför kan det räknas men inte visas.",
    heads: ["Del", "Poster", "Vad det är"],
    parts: [
      ["correspondents", "Brevvänner", "adresser som du har skrivit till"],
      ["senders", "Avsändare", "namn vars post du har kallat önskad eller oönskad"],
      ["words", "Ord", "hur ofta de stod i önskad och oönskad post"],
      ["lessons", "Lektioner", "brev som du flyttade till skräpposten, eller därifrån"],
      ["contacts", "Främlingar", "avsändare som ombads återkomma, och gjorde det"],
    ],
    clear: "Töm minnet",
    clearSentence:
      "Att tömma raderar allt, med nyckeln, och filtret börjar om. Avslaget raderar det allt och lär sig inget mer.",
    turnOff: "Slå av det",
    turnOn: "Slå på det",
    isOff: "Minnet är av: inget finns sparat, och inget lärs in.",
    done: { cleared: "Minnet är tömt.", on: "Minnet är på.", off: "Minnet är av, och det som fanns är raderat." },
  },
};
