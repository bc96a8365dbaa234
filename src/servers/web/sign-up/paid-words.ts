/** What the page says that leads to Stripe and that a browser comes back to, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  pay: "One step is left: pay at Stripe",
  back: "Nothing was paid. You can still pay, or give it up below: then the name is free again at once.",
  payText:
    "We take no money ourselves and see no card. Stripe gets from us a random number, the price, and the address of this page; no mail address. What it asks you for stays there.",
  payLink: "Pay at Stripe",
  payKept:
    "The name is kept for you until the payment page closes, some hours from now. When you have paid, Stripe leads you back here.",
  abandon: "I do not want it after all",
  abandonText: "Then what you typed is erased at once, and the name is free for others.",
  waiting: "Your payment is on its way",
  waitingText:
    "Stripe has your order, and has not told us yet that it is paid. With a card that takes seconds; with some other methods it takes days. The account opens by itself when the money is there.",
  waitingKeep:
    "You may close this page and come back to it: keep its address. Nothing is lost if you do not come back.",
  refresh: "Look again",
  open: "Your account is open",
  openText:
    "It is paid for, and it works from now on. A letter in its INBOX confirms the contract, with the terms: keep it.",
  openedText: "It works from now on.",
  openSteps: "How to go on:",
  logIn: "Log in",
  logInText: "with the address and the password that you chose.",
  confirm: "Confirm your recovery address",
  confirmText: "if you gave one: it counts only then. Without one a lost password means a lost account.",
  clients: "Set up a mail program",
  clientsText: "(most find their settings from the address alone).",
  moving: "Bring your mail along",
  movingText: "from the provider that you had before.",
  refunded: "The name was taken meanwhile",
  refundedText:
    "Your payment came after its time was over, and somebody else has the address by now. You get all of your money back, in the way in which you paid; that takes some days. We are sorry.",
  over: "Nothing is waiting here",
  overText:
    "Either the time to pay is over, or it was given up, or this address has a slip in it. Nothing was paid by it, and what was typed is erased.",
  anew: "Sign up anew",
  failed: "Stripe does not answer",
  failedText: "Whether you have paid cannot be found out at this moment. Nothing is lost: look again in some minutes.",
};

export const paidWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    pay: "Ett steg är kvar: betala hos Stripe",
    back: "Ingenting har betalats. Du kan fortfarande betala, eller avstå här nedanför: då blir namnet genast ledigt igen.",
    payText:
      "Vi tar inte emot pengar själva och ser inget kort. Stripe får av oss ett slumptal, priset och adressen till den här sidan; ingen e-postadress. Det som Stripe frågar efter stannar där.",
    payLink: "Betala hos Stripe",
    payKept:
      "Namnet hålls åt dig tills betalsidan stänger, om några timmar. När du har betalat leder Stripe dig tillbaka hit.",
    abandon: "Jag vill ändå inte",
    abandonText: "Då raderas det du skrev genast, och namnet blir ledigt för andra.",
    waiting: "Din betalning är på väg",
    waitingText:
      "Stripe har din beställning men har inte sagt oss ännu att den är betald. Med kort tar det sekunder; med vissa andra betalsätt tar det dagar. Kontot öppnas av sig självt när pengarna är framme.",
    waitingKeep:
      "Du kan stänga sidan och komma tillbaka till den: spara dess adress. Ingenting går förlorat om du inte kommer tillbaka.",
    refresh: "Titta igen",
    open: "Ditt konto är öppet",
    openText:
      "Det är betalt och fungerar från och med nu. Ett brev i INBOX bekräftar avtalet, med villkoren: spara det.",
    openedText: "Det fungerar från och med nu.",
    openSteps: "Så här går du vidare:",
    logIn: "Logga in",
    logInText: "med adressen och lösenordet som du valde.",
    confirm: "Bekräfta din återställningsadress",
    confirmText: "om du uppgav en: först då räknas den. Utan en sådan är kontot förlorat om du tappar bort lösenordet.",
    clients: "Ställ in ett e-postprogram",
    clientsText: "(de flesta hittar sina inställningar med bara adressen).",
    moving: "Ta med dig dina brev",
    movingText: "från leverantören som du hade förut.",
    refunded: "Namnet hann bli upptaget",
    refundedText:
      "Din betalning kom efter att tiden hade gått ut, och någon annan har adressen nu. Du får tillbaka alla dina pengar, på samma sätt som du betalade; det tar några dagar. Vi beklagar.",
    over: "Här väntar ingenting",
    overText:
      "Antingen har tiden att betala gått ut, eller så gavs det upp, eller så är adressen felskriven. Ingenting har betalats med den, och det som skrevs är raderat.",
    anew: "Öppna ett konto på nytt",
    failed: "Stripe svarar inte",
    failedText:
      "Just nu går det inte att ta reda på om du har betalat. Ingenting är förlorat: titta igen om några minuter.",
  },
};
