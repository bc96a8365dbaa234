/** What the page of sign-up says, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Open an account",
  before: "Before you begin, read the",
  terms: "terms of service",
  and: "and the",
  privacy: "privacy policy",
  asked:
    "We ask for an address and a password, and for nothing else that you must give: no name, no telephone number, no address where you live.",
  nothingSold: "Nothing is sold here. Who has an invitation code opens an account with it.",
  code: "Invitation code",
  codeHint: "As you were given it. Capitals and hyphens do not matter.",
  codeMissing: "Type the invitation code that you were given.",
  codeUnknown: "This code is not known, or it was used already. Look at it again, or ask for another.",
  name: "Address",
  nameHint:
    "3 to 40 letters from a to z, digits, dots, hyphens and underscores. It is yours as long as you have the account, and nobody gets it after you.",
  goOn: "Go on",
  free: (address: string) => `${address} is free. It is kept for you once you have ordered.`,
  freeNow: (address: string) => `${address} is free.`,
  domain: "Domain",
  recovery: "Recovery address (optional)",
  recoveryHint:
    "Your address with another provider. It is the only way back if you lose your password: without one the account is lost then, and nobody can help you.",
  recoveryInvalid:
    "This cannot be a recovery address. Write an address with another provider as name@domain, or nothing.",
  plan: "Plan",
  planMissing: "Choose a plan.",
  planFacts: (room: string, aliases: string, recipients: string) =>
    `${room} of storage, ${aliases} aliases, ${recipients} recipients a day`,
  renews: "With tax. It renews itself for the same time until you cancel, which you can on any day.",
  agree: "I have read the terms of service and agree to them.",
  agreeMissing: "Without the terms there is no contract: read them, and tick the box.",
  begin: "Begin at once.",
  beginHint:
    "I ask you to open the account as soon as it is paid. I can still withdraw within 14 days, and get back all that I paid.",
  beginMissing: "Without this wish we would have to wait for 14 days: tick the box.",
  order: "Order with obligation to pay",
  orderHint:
    "You pay at Stripe, on the next page. As long as you have not paid, nothing is ordered and nothing is owed.",
  open: "Open the account",
  busy: "Too many people are signing up at this moment. Nothing was kept; send the form once more in a minute.",
  stripe:
    "The payment could not be prepared: Stripe does not answer just now. Nothing was kept; send the form once more in some minutes.",
  wait: (minutes: number) =>
    `From your network many names were asked for. Wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}, then send the form once more.`,
};

export const signUpWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Öppna ett konto",
    before: "Läs först",
    terms: "användarvillkoren",
    and: "och",
    privacy: "integritetspolicyn",
    asked:
      "Vi ber om en adress och ett lösenord, och du måste inte uppge något mer: inget namn, inget telefonnummer, ingen bostadsadress.",
    nothingSold: "Här säljs ingenting. Den som har en inbjudningskod öppnar ett konto med den.",
    code: "Inbjudningskod",
    codeHint: "Så som du fick den. Stora bokstäver och bindestreck spelar ingen roll.",
    codeMissing: "Skriv inbjudningskoden som du har fått.",
    codeUnknown: "Koden är okänd eller redan använd. Kontrollera den, eller be om en ny.",
    name: "Adress",
    nameHint:
      "3 till 40 bokstäver från a till z, siffror, punkter, bindestreck och understreck. Den är din så länge du har kontot, och ingen får den efter dig.",
    goOn: "Fortsätt",
    free: (address) => `${address} är ledig. Den hålls åt dig när du har beställt.`,
    freeNow: (address) => `${address} är ledig.`,
    domain: "Domän",
    recovery: "Återställningsadress (valfri)",
    recoveryHint:
      "Din adress hos en annan leverantör. Den är enda vägen tillbaka om du tappar bort lösenordet: utan den är kontot förlorat då, och ingen kan hjälpa dig.",
    recoveryInvalid:
      "Det här kan inte vara en återställningsadress. Skriv en adress hos en annan leverantör som namn@domän, eller ingenting.",
    plan: "Abonnemang",
    planMissing: "Välj ett abonnemang.",
    planFacts: (room, aliases, recipients) => `${room} utrymme, ${aliases} alias, ${recipients} mottagare per dygn`,
    renews:
      "Moms ingår. Det förnyas av sig självt för samma tid tills du säger upp det, vilket du kan göra vilken dag som helst.",
    agree: "Jag har läst användarvillkoren och godkänner dem.",
    agreeMissing: "Utan villkoren blir det inget avtal: läs dem och kryssa i rutan.",
    begin: "Börja genast.",
    beginHint:
      "Jag ber er öppna kontot så snart det är betalt. Jag kan ändå ångra avtalet inom 14 dagar och får då tillbaka allt jag har betalat.",
    beginMissing: "Utan den önskan skulle vi behöva vänta i 14 dagar: kryssa i rutan.",
    order: "Beställ med betalningsskyldighet",
    orderHint:
      "Du betalar hos Stripe, på nästa sida. Så länge du inte har betalat är ingenting beställt, och du är inte skyldig något.",
    open: "Öppna kontot",
    busy: "Just nu är det för många som öppnar konton. Ingenting sparades; skicka formuläret en gång till om en minut.",
    stripe:
      "Betalningen kunde inte förberedas: Stripe svarar inte just nu. Ingenting sparades; skicka formuläret en gång till om några minuter.",
    wait: (minutes) =>
      `Från ditt nät har det frågats efter många namn. Vänta ${minutes === 1 ? "en minut" : `${minutes} minuter`} och skicka formuläret en gång till.`,
  },
};
