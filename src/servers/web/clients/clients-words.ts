/** What the page on mail programs says, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Set up a mail program",
  lead: "Most programs find their settings by themselves: give them your address and a password, and compare with the table below.",
  appPassword: "Make an app password for each program",
  appPasswordText: "first. You can revoke one of them without touching the others.",
  mustBeApp: "Log-in in two steps is on: programs take app passwords only, never the password of the account.",
  settings: "Settings",
  user: "User name",
  userText: "your primary address, for reading and for sending; an alias is no log-in name",
  server: "Server",
  reading: "Reading (IMAP)",
  sending: "Sending (SMTP)",
  blocked: "If that is blocked",
  tls: (port: number) => `port ${port}, SSL/TLS from the beginning`,
  startTls: (port: number) => `port ${port}, STARTTLS`,
  apple: "iPhone, iPad and Mac",
  appleText:
    "This profile holds servers, ports and your address, and no password: the device asks for it. Open it on the device, and install it in the settings under downloaded profiles.",
  appleLink: "Load the profile for Apple's devices",
  guides: "Step by step",
  guide: {
    "/docs/thunderbird": "Thunderbird",
    "/docs/android": "Android",
    "/docs/apple-mail": "Apple Mail",
    "/docs/mutt": "mutt and neomutt",
    "/docs/mbsync": "mbsync",
    "/docs/offlineimap": "offlineimap",
    "/docs/apps": "Apps that copy your mail and your password to their makers",
  },
};

export const clientsWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Ställ in ett e-postprogram",
    lead: "De flesta program hittar sina inställningar själva: ge dem din adress och ett lösenord, och jämför med tabellen nedan.",
    appPassword: "Skapa ett applösenord för varje program",
    appPasswordText: "först. Du kan återkalla ett av dem utan att röra de andra.",
    mustBeApp: "Tvåstegsinloggningen är på: program godtar bara applösenord, aldrig kontots lösenord.",
    settings: "Inställningar",
    user: "Användarnamn",
    userText: "din huvudadress, för läsning och sändning; ett alias går inte att logga in med",
    server: "Server",
    reading: "Läsa (IMAP)",
    sending: "Skicka (SMTP)",
    blocked: "Om det är spärrat",
    tls: (port) => `port ${port}, SSL/TLS från början`,
    startTls: (port) => `port ${port}, STARTTLS`,
    apple: "iPhone, iPad och Mac",
    appleText:
      "Profilen innehåller servrar, portar och din adress, och inget lösenord: enheten frågar efter det. Öppna den på enheten och installera den i inställningarna under hämtade profiler.",
    appleLink: "Hämta profilen för Apples enheter",
    guides: "Steg för steg",
    guide: {
      "/docs/thunderbird": "Thunderbird",
      "/docs/android": "Android",
      "/docs/apple-mail": "Apple Mail",
      "/docs/mutt": "mutt och neomutt",
      "/docs/mbsync": "mbsync",
      "/docs/offlineimap": "offlineimap",
      "/docs/apps": "Appar som kopierar dina brev och ditt lösenord till sina tillverkare",
    },
  },
};
