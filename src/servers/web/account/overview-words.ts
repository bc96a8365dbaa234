/** The words of an account's first page, a language a table. */
import type { StandingKind } from "../../../store/billing.ts";
import type { LogInProtocol } from "../../../store/web-access.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";

type Words = {
  readonly title: string;
  readonly address: string;
  readonly plan: string;
  readonly standing: (standing: StandingKind) => string;
  readonly aliases: string;
  readonly countOf: (count: string, most: string) => string;
  readonly mails: string;
  readonly room: string;
  readonly roomOf: (used: string, all: string) => string;
  readonly paused: string;
  readonly noRecovery: string;
  readonly giveRecovery: string;
  readonly menuTitle: string;
  readonly menu: readonly (readonly [path: string, title: string, sentence: string])[];
  readonly logIns: string;
  readonly logInsSentence: string;
  readonly noLogIns: string;
  readonly notMe: string;
  readonly heads: readonly string[];
  readonly protocols: Readonly<Record<LogInProtocol, string>>;
  readonly unknown: string;
  readonly logOut: string;
};

export const overviewWords: Readonly<Record<Language, Words>> = {
  en: {
    title: "Your account",
    address: "Address",
    plan: "Plan",
    standing: (standing) => (standing === "paid" ? "Paid until" : standing === "ending" ? "Ends on" : "Was paid until"),
    aliases: "Aliases",
    countOf: (count, most) => `${count} of ${most}`,
    mails: "Mails",
    room: "Storage",
    roomOf: (used, all) => `${used} of ${all}`,
    paused: "Sending is paused for this account. You read and receive as before; a letter in your INBOX says more.",
    noRecovery:
      "There is no confirmed recovery address. If you lose your password, the account and its mail are lost: nobody can open it for you.",
    giveRecovery: "Give one.",
    menuTitle: "Pages of your account",
    menu: [
      [paths.plan, "Plan and payment", "Change the plan, pay, let it end, withdraw from the contract"],
      [paths.clients, "Set up a mail program", "Server, name, and files that set up programs by themselves"],
      [paths.aliases, "Aliases", "Further addresses for receiving and sending"],
      [paths.appPasswords, "App passwords", "One for each mail program, revoked one by one"],
      [paths.password, "Password", "Change the one that you log in with"],
      [paths.recovery, "Recovery address", "The only way back after a lost password"],
      [paths.secondStep, "Two-step log-in", "A code from an app besides the password"],
      [paths.sessions, "Sessions", "Browsers that are logged in here"],
      [paths.sent, "Sent mail", "What became of it in the last ten days"],
      [paths.wishes, "Wishes", "Emptying Junk and Trash, forwarders, the language of our letters"],
      [paths.held, "What we hold", "All that we know of you, and the memory of the spam filter"],
      [paths.close, "Close the account", "For good, with all mail"],
    ],
    logIns: "Log-ins of the last ten days",
    logInsSentence: "By day, program and network address.",
    noLogIns: "Nobody has logged in during the last ten days.",
    notMe: "If one of them was not you: change your password, and revoke the app password of that program.",
    heads: ["Last", "Program", "For", "From", "Times"],
    protocols: { web: "these pages", imap: "reading", submission: "sending", managesieve: "filters" },
    unknown: "unknown",
    logOut: "Log out",
  },
  sv: {
    title: "Ditt konto",
    address: "Adress",
    plan: "Abonnemang",
    standing: (standing) =>
      standing === "paid" ? "Betalt till och med" : standing === "ending" ? "Upphör" : "Var betalt till och med",
    aliases: "Alias",
    countOf: (count, most) => `${count} av ${most}`,
    mails: "Brev",
    room: "Utrymme",
    roomOf: (used, all) => `${used} av ${all}`,
    paused: "Sändning är pausad för kontot. Du läser och tar emot som vanligt; ett brev i din INBOX säger mer.",
    noRecovery:
      "Det finns ingen bekräftad återställningsadress. Om du tappar bort lösenordet är kontot och dess brev förlorade: ingen kan öppna det åt dig.",
    giveRecovery: "Ange en.",
    menuTitle: "Kontots sidor",
    menu: [
      [paths.plan, "Abonnemang och betalning", "Byt abonnemang, betala, låt det upphöra, utnyttja ångerrätten"],
      [paths.clients, "Ställ in ett e-postprogram", "Server, namn, och filer som ställer in program av sig själva"],
      [paths.aliases, "Alias", "Fler adresser att ta emot och skicka med"],
      [paths.appPasswords, "Applösenord", "Ett för varje e-postprogram, återkallas ett och ett"],
      [paths.password, "Lösenord", "Byt det som du loggar in med"],
      [paths.recovery, "Återställningsadress", "Enda vägen tillbaka när lösenordet är borta"],
      [paths.secondStep, "Tvåstegsinloggning", "En kod från en app utöver lösenordet"],
      [paths.sessions, "Sessioner", "Webbläsare som är inloggade här"],
      [paths.sent, "Skickade brev", "Hur det gick för dem de senaste tio dagarna"],
      [paths.wishes, "Önskemål", "Tömning av skräppost och papperskorg, vidarebefordrare, språket i våra brev"],
      [paths.held, "Vad vi har", "Allt vi vet om dig, och skräppostfiltrets minne"],
      [paths.close, "Avsluta kontot", "För gott, med alla brev"],
    ],
    logIns: "Inloggningar de senaste tio dagarna",
    logInsSentence: "Per dag, program och nätadress.",
    noLogIns: "Ingen har loggat in under de senaste tio dagarna.",
    notMe: "Om någon av dem inte var du: byt lösenord, och återkalla applösenordet för det programmet.",
    heads: ["Senast", "Program", "För", "Från", "Gånger"],
    protocols: { web: "de här sidorna", imap: "läsning", submission: "sändning", managesieve: "filter" },
    unknown: "okänt",
    logOut: "Logga ut",
  },
};
