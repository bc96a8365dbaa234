/** The words of a holder's wishes, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Wishes",
  emptyTitle: "Emptying Junk and Trash",
  emptyLead:
    "By itself nothing is erased from these folders. If you give a number of days here, mail that has lain there for longer is erased for good, once a day.",
  junk: "Empty Junk after (days)",
  trash: "Empty Trash after (days)",
  daysHint: "Leave it empty for: never.",
  badDays: (most: number): string => `Give a whole number of days from 1 to ${most}, or leave it empty.`,
  saveDays: "Save the days",
  saveLanguage: "Save the language",
  forwardersTitle: "Forwarders",
  forwardersLead:
    "Does somebody pass mail on to you, such as an association or an old address? Forwarding breaks signs of authenticity. Name the domain that passes it on, and what it breaks is not held against the mail.",
  forwarder: "Domain of a forwarder",
  forwarderHint: "Such as alumni.example.org; as it stands behind the @ of the address that forwards to you.",
  badForwarder: "A forwarder is a domain with at least one dot, such as alumni.example.org; you may name up to 50.",
  add: "Add it",
  remove: "Remove",
  lettersTitle: "Language of our letters",
  letters: "What we write to you is in",
  languages: { en: "English", sv: "Swedish" },
  done: { changed: "It is as you wish from now on." },
};

export const wishWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Önskemål",
    emptyTitle: "Tömning av skräppost och papperskorg",
    emptyLead:
      "Av sig självt raderas inget ur de här mapparna. Om du anger ett antal dagar här raderas post som har legat där längre, för gott, en gång om dagen.",
    junk: "Töm skräpposten efter (dagar)",
    trash: "Töm papperskorgen efter (dagar)",
    daysHint: "Lämna tomt för: aldrig.",
    badDays: (most) => `Ange ett helt antal dagar från 1 till ${most}, eller lämna tomt.`,
    saveDays: "Spara dagarna",
    saveLanguage: "Spara språket",
    forwardersTitle: "Vidarebefordrare",
    forwardersLead:
      "Skickar någon post vidare till dig, till exempel en förening eller en gammal adress? Vidarebefordran bryter äkthetstecken. Ange domänen som skickar vidare, så läggs det som den bryter inte brevet till last.",
    forwarder: "Domän för en vidarebefordrare",
    forwarderHint: "Till exempel alumni.example.org; som den står efter @ i adressen som skickar vidare till dig.",
    badForwarder:
      "En vidarebefordrare är en domän med minst en punkt, till exempel alumni.example.org; du kan ange upp till 50.",
    add: "Lägg till",
    remove: "Ta bort",
    lettersTitle: "Språk i våra brev",
    letters: "Det vi skriver till dig är på",
    languages: { en: "engelska", sv: "svenska" },
    done: { changed: "Det är som du önskar från och med nu." },
  },
};
