/** The words of log-in, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Log in",
  name: "Address",
  nameHint: (domain: string): string => `Your primary address, such as ada@${domain}; an alias is no log-in name.`,
  password: "Password",
  stay: "Stay logged in",
  stayHint:
    "A cookie stays in this browser until you log out, or have not been here for ten days. Not on a computer that others use.",
  forgotten: "I have lost my password",
  noAccount: "You have no account yet?",
  signUp: "Open one",
  wrong: "Address or password is wrong. App passwords open mail, not this page.",
  later:
    "We cannot check this now: there were many tries for this address or from your network, or too many people are logging in. Nothing is locked. Wait some minutes and try again; from where you usually log in it goes sooner.",
  suspended: "This account is suspended. Write to us to learn why and what to do.",
  unpaid: "The contract for this account has ended, and the account is being closed. Write to us if this is a mistake.",
  done: {
    out: "You are logged out.",
    over: "The time for the second step was over. Log in again.",
    password: "Your password is changed, and every session is ended. Log in with the new one.",
  },
  codeTitle: "Second step",
  code: "Code",
  codeHint: "Six digits from your app, or one of your recovery codes.",
  codeWrong:
    "The code is wrong, or was used already. Wait for the next one, and see that the clock of your device is right.",
  codeWait: "Too many wrong codes were typed. Codes of the app are taken again in an hour; a recovery code works now.",
  codeLostTitle: "The device with the app is lost?",
  codeLost:
    "Type one of the recovery codes that you wrote down; each works once. Without app and codes nobody can get into these pages, and neither can we.",
  goOn: "Go on",
  anew: "Begin again",
};

export const logInWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Logga in",
    name: "Adress",
    nameHint: (domain) => `Din huvudadress, till exempel ada@${domain}; ett alias går inte att logga in med.`,
    password: "Lösenord",
    stay: "Förbli inloggad",
    stayHint:
      "En kaka blir kvar i den här webbläsaren tills du loggar ut, eller inte har varit här på tio dagar. Inte på en dator som andra använder.",
    forgotten: "Jag har tappat bort mitt lösenord",
    noAccount: "Har du inget konto ännu?",
    signUp: "Öppna ett",
    wrong: "Adressen eller lösenordet är fel. Applösenord öppnar posten, inte den här sidan.",
    later:
      "Vi kan inte kontrollera det här nu: det har gjorts många försök för adressen eller från ditt nät, eller så är det för många som loggar in. Ingenting är spärrat. Vänta några minuter och försök igen; därifrån du brukar logga in går det fortare.",
    suspended: "Kontot är avstängt. Skriv till oss för att få veta varför och vad du kan göra.",
    unpaid: "Avtalet för kontot har upphört och kontot håller på att avslutas. Skriv till oss om det är ett misstag.",
    done: {
      out: "Du är utloggad.",
      over: "Tiden för det andra steget var slut. Logga in igen.",
      password: "Lösenordet är ändrat och alla sessioner är avslutade. Logga in med det nya.",
    },
    codeTitle: "Andra steget",
    code: "Kod",
    codeHint: "Sex siffror från din app, eller en av dina återställningskoder.",
    codeWrong: "Koden är fel eller redan använd. Vänta på nästa, och se till att klockan i din enhet går rätt.",
    codeWait:
      "För många felaktiga koder har skrivits. Appens koder tas emot igen om en timme; en återställningskod fungerar nu.",
    codeLostTitle: "Är enheten med appen borta?",
    codeLost:
      "Skriv en av återställningskoderna som du har antecknat; var och en fungerar en gång. Utan app och koder kommer ingen in på de här sidorna, inte heller vi.",
    goOn: "Fortsätt",
    anew: "Börja om",
  },
};
