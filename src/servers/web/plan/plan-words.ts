/** What the pages about the contract say, a language a table. */
import type { Stage } from "../../../rules/subscription/lapse.ts";
import type { StandingKind } from "../../../store/billing.ts";
import type { Language } from "../site/language.ts";

type Begins = Readonly<Record<Exclude<Stage, "open">, string>>;

export type PlanWords = {
  readonly title: string;
  readonly plan: string;
  readonly state: string;
  readonly until: string;
  readonly withdrawable: string;
  readonly standings: Readonly<Record<StandingKind, string>>;
  readonly notBought: string;
  readonly soldNoMore: string;
  readonly stages: Readonly<Record<Exclude<Stage, "open">, string>>;
  /** Above the list of what comes. */
  readonly ahead: string;
  readonly aheadWithdrawn: string;
  readonly begins: Begins;
  readonly withdrawn: (when: string) => string;
  readonly stateWithdrawn: string;
  readonly did: Readonly<Record<string, string>>;
  readonly menu: string;
  readonly back: string;
  readonly close: string;
  readonly closeWhat: string;
  readonly notPaid: string;
  readonly declined: string;
  readonly stripe: string;
  readonly tooSmall: string;
  readonly octetsOver: (amount: string) => string;
  readonly aliasesOver: (count: string) => string;

  readonly change: string;
  readonly changeWhat: string;
  readonly changeText: string;
  readonly choose: string;
  readonly now: string;
  readonly same: string;
  readonly noPlan: string;
  readonly changeButton: string;

  readonly end: string;
  readonly endWhat: string;
  readonly endText: string;
  readonly endAfter: string;
  readonly endNothing: string;
  readonly endButton: string;
  readonly goOn: string;
  readonly goOnWhat: string;
  readonly goOnText: string;
  readonly goOnButton: string;

  readonly pay: string;
  readonly payWhat: string;
  readonly payText: string;
  readonly payBack: string;
  readonly payButton: string;
  readonly payRunning: string;
  readonly payClosing: string;
  readonly payWaiting: string;
  readonly payBusy: string;

  readonly cards: string;
  readonly cardsWhat: string;
  readonly cardsText: string;
  readonly cardsButton: string;
  readonly cardsReady: string;
  readonly cardsLink: string;

  readonly withdraw: string;
  readonly withdrawWhat: string;
  readonly withdrawUntil: (when: string) => string;
  readonly withdrawPoints: (days: string) => readonly string[];
  readonly withdrawStep: string;
  readonly withdrawButton: string;
  readonly withdrawLate: (when: string) => string;
  readonly withdrawOver: string;
};

const en: PlanWords = {
  title: "Plan and payment",
  plan: "Plan",
  state: "State",
  until: "Paid until",
  withdrawable: "Withdrawal possible until",
  standings: {
    waiting: "Ordered; the first payment has not come yet.",
    void: "The first payment did not come.",
    paid: "Paid. The plan renews itself.",
    ending: "Paid, and it ends then: nothing is charged any more.",
    unpaid: "A payment did not come. Stripe tries again; you can pay at Stripe at any time.",
    ended: "Ended.",
    disputed: "Your bank wants a payment back. Until that is decided nothing can be sent.",
    refunded: "What was paid went back.",
  },
  notBought:
    "This account was not bought: the operator, or an invitation, opened it. Nothing is owed for it, and nothing ends here.",
  soldNoMore: "not sold any more",
  stages: {
    "not-sending": "Sending has stopped. You read and receive as before.",
    "reading-only":
      "Sending and receiving have stopped. You can still log in, read, and fetch all your mail. Whoever writes to you is asked to try later, then gets the mail back.",
    closing: "The account is being closed.",
  },
  ahead: "What happens when, if nothing is paid. Each step is told to you by mail before:",
  aheadWithdrawn: "What happens when:",
  begins: {
    "not-sending": "sending stops; you read and receive as before",
    "reading-only": "receiving stops too; you can still log in, read and fetch all your mail",
    closing: "the account is closed, and all that is in it is deleted for good",
  },
  withdrawn: (when) =>
    `You withdrew from the contract: we received it on ${when}. A mail in your INBOX acknowledges it. All that you paid goes back to where it came from.`,
  stateWithdrawn: "Withdrawn from.",
  did: {
    changed: "The plan is changed. Its storage, aliases and limits hold from now on.",
    ends: "It will end with the time that is paid. Until then everything stays as it is, and you can let it go on after all.",
    goes: "It goes on: the plan renews itself again.",
  },
  menu: "What you can do",
  back: "Back to plan and payment",
  close: "Close the account",
  closeWhat: "At once and for good, with all mail",
  notPaid: "This is only possible while the contract runs and is paid for.",
  declined:
    "The payment was declined by the bank or the card. Everything stays as it was. Use another card: see cards and invoices.",
  stripe: "Stripe does not answer just now. Nothing was changed; try again in some minutes.",
  tooSmall: "What you have does not fit into this plan.",
  octetsOver: (amount) => `Delete ${amount} of mail first, and empty the Trash.`,
  aliasesOver: (count) => `Remove ${count} of your aliases first.`,

  change: "Change the plan",
  changeWhat: "More storage or less, on any day",
  changeText:
    "The change holds at once. The difference in price for the rest of the time that is paid is charged at once, or set off against what you pay next. A smaller plan needs your mail and your aliases to fit into it.",
  choose: "New plan",
  now: "you have it now",
  same: "You have this plan already. Choose another one.",
  noPlan: "Choose one of the plans.",
  changeButton: "Change with obligation to pay",

  end: "Let it end",
  endWhat: "Cancel; it runs until the end of the time that is paid",
  endText:
    "Nothing is charged any more, and until then everything stays as it is. You can let it go on after all, on any day. Then:",
  endAfter:
    "You are told by mail before each step, at your recovery address too. Who pays in this time has everything as before.",
  endNothing: "There is nothing that could end: no contract runs.",
  endButton: "Let it end",
  goOn: "Let it go on",
  goOnWhat: "Take the cancellation back",
  goOnText:
    "You have cancelled. If you take that back, the plan renews itself again at the end of the time that is paid.",
  goOnButton: "Let it go on, with obligation to pay",

  pay: "Pay and keep the account",
  payWhat: "A new contract; then everything is as before, at once",
  payText: "You choose a plan and pay at Stripe, on the next page. As long as you have not paid nothing is owed.",
  payBack: "Nothing was paid. You can begin again here.",
  payButton: "Order with obligation to pay",
  payRunning: "Your contract runs. What is open is paid at Stripe: see cards and invoices.",
  payClosing: "It is too late: the account is being closed.",
  payWaiting: "An earlier payment is on its way. Look again in some minutes.",
  payBusy: "Too many people are ordering at this moment. Nothing was kept; try again in a minute.",

  cards: "Cards and invoices",
  cardsWhat: "Another card, open payments and receipts, at Stripe",
  cardsText:
    "Cards, open payments and receipts are at Stripe; we have nothing of them. We make you a link that works for a few minutes and leads there without another password.",
  cardsButton: "Make the link",
  cardsReady: "The link is ready. It works for a few minutes.",
  cardsLink: "To your cards and invoices at Stripe",

  withdraw: "Withdraw from contract",
  withdrawWhat: "Within 14 days of the purchase, without a reason; all your money goes back",
  withdrawUntil: (when) => `You can withdraw until ${when}. You need not give a reason, and it costs nothing.`,
  withdrawPoints: (days) => [
    "All that you paid goes back at once, in the way in which you paid; most banks take five to ten days.",
    "Sending and receiving end at once.",
    `You can log in, read and fetch your mail for ${days} days more; then the account is closed, and all that is in it is deleted.`,
    "A mail to your INBOX acknowledges it with the time at which we received it, and one to your recovery address if you have one.",
  ],
  withdrawStep: "This is the second of two steps: with the button your withdrawal is made, and cannot be taken back.",
  withdrawButton: "Confirm withdrawal",
  withdrawLate: (when) =>
    `The time to withdraw ended on ${when}. You can let the contract end with the time that is paid instead.`,
  withdrawOver: "The time to withdraw is over. You can let the contract end with the time that is paid instead.",
};

const sv: PlanWords = {
  title: "Abonnemang och betalning",
  plan: "Abonnemang",
  state: "Läge",
  until: "Betalt till och med",
  withdrawable: "Kan ångras till och med",
  standings: {
    waiting: "Beställt; den första betalningen har inte kommit ännu.",
    void: "Den första betalningen kom inte.",
    paid: "Betalt. Abonnemanget förnyas av sig självt.",
    ending: "Betalt, och det upphör sedan: inget mer debiteras.",
    unpaid: "En betalning kom inte. Stripe försöker igen; du kan när som helst betala hos Stripe.",
    ended: "Upphört.",
    disputed: "Din bank vill ha tillbaka en betalning. Tills det är avgjort går det inte att skicka.",
    refunded: "Det som betalades har gått tillbaka.",
  },
  notBought:
    "Kontot är inte köpt: den som driver tjänsten, eller en inbjudan, öppnade det. Ingenting ska betalas för det, och inget upphör här.",
  soldNoMore: "säljs inte längre",
  stages: {
    "not-sending": "Det går inte att skicka. Du läser och tar emot som förut.",
    "reading-only":
      "Det går varken att skicka eller ta emot. Du kan fortfarande logga in, läsa och hämta all din post. Den som skriver till dig ombeds försöka senare och får sedan brevet tillbaka.",
    closing: "Kontot håller på att avslutas.",
  },
  ahead: "Vad som händer när, om inget betalas. Varje steg får du veta per e-post innan:",
  aheadWithdrawn: "Vad som händer när:",
  begins: {
    "not-sending": "det går inte längre att skicka; du läser och tar emot som förut",
    "reading-only": "det går inte heller att ta emot; du kan fortfarande logga in, läsa och hämta all din post",
    closing: "kontot avslutas, och allt som finns i det raderas för gott",
  },
  withdrawn: (when) =>
    `Du har ångrat avtalet: vi tog emot det ${when}. Ett brev i din INBOX bekräftar det. Allt du har betalat går tillbaka dit det kom ifrån.`,
  stateWithdrawn: "Avtalet är ångrat.",
  did: {
    changed: "Abonnemanget är bytt. Dess utrymme, alias och gränser gäller från och med nu.",
    ends: "Det upphör när den betalda tiden är slut. Till dess är allt som det är, och du kan låta det fortsätta ändå.",
    goes: "Det fortsätter: abonnemanget förnyas av sig självt igen.",
  },
  menu: "Vad du kan göra",
  back: "Tillbaka till abonnemang och betalning",
  close: "Avsluta kontot",
  closeWhat: "Genast och för gott, med alla brev",
  notPaid: "Det går bara så länge avtalet löper och är betalt.",
  declined:
    "Betalningen avvisades av banken eller kortet. Allt är som det var. Använd ett annat kort: se kort och kvitton.",
  stripe: "Stripe svarar inte just nu. Ingenting har ändrats; försök igen om några minuter.",
  tooSmall: "Det du har får inte plats i det här abonnemanget.",
  octetsOver: (amount) => `Radera först ${amount} brev, och töm papperskorgen.`,
  aliasesOver: (count) => `Ta först bort ${count} av dina alias.`,

  change: "Byt abonnemang",
  changeWhat: "Mer utrymme eller mindre, vilken dag som helst",
  changeText:
    "Bytet gäller genast. Skillnaden i pris för resten av den betalda tiden debiteras genast, eller räknas av från det du betalar härnäst. För ett mindre abonnemang måste dina brev och alias få plats i det.",
  choose: "Nytt abonnemang",
  now: "du har det nu",
  same: "Du har redan det här abonnemanget. Välj ett annat.",
  noPlan: "Välj ett av abonnemangen.",
  changeButton: "Byt med betalningsskyldighet",

  end: "Låt det upphöra",
  endWhat: "Säg upp; det löper till slutet av den betalda tiden",
  endText:
    "Inget mer debiteras, och till dess är allt som det är. Du kan låta det fortsätta ändå, vilken dag som helst. Sedan:",
  endAfter:
    "Du får veta det per e-post före varje steg, också på din återställningsadress. Den som betalar under den tiden har allt som förut.",
  endNothing: "Det finns inget som kan upphöra: inget avtal löper.",
  endButton: "Låt det upphöra",
  goOn: "Låt det fortsätta",
  goOnWhat: "Ta tillbaka uppsägningen",
  goOnText:
    "Du har sagt upp. Tar du tillbaka det förnyas abonnemanget av sig självt igen när den betalda tiden är slut.",
  goOnButton: "Låt det fortsätta, med betalningsskyldighet",

  pay: "Betala och behåll kontot",
  payWhat: "Ett nytt avtal; då är allt som förut, genast",
  payText:
    "Du väljer ett abonnemang och betalar hos Stripe, på nästa sida. Så länge du inte har betalat är du inte skyldig något.",
  payBack: "Ingenting har betalats. Du kan börja om här.",
  payButton: "Beställ med betalningsskyldighet",
  payRunning: "Ditt avtal löper. Det som är obetalt betalas hos Stripe: se kort och kvitton.",
  payClosing: "Det är för sent: kontot håller på att avslutas.",
  payWaiting: "En tidigare betalning är på väg. Titta igen om några minuter.",
  payBusy: "Just nu är det för många som beställer. Ingenting sparades; försök igen om en minut.",

  cards: "Kort och kvitton",
  cardsWhat: "Ett annat kort, obetalda belopp och kvitton, hos Stripe",
  cardsText:
    "Kort, obetalda belopp och kvitton finns hos Stripe; vi har inget av det. Vi gör en länk åt dig som gäller i några minuter och leder dit utan ett lösenord till.",
  cardsButton: "Gör länken",
  cardsReady: "Länken är klar. Den gäller i några minuter.",
  cardsLink: "Till dina kort och kvitton hos Stripe",

  withdraw: "Ångra avtalet",
  withdrawWhat: "Inom 14 dagar från köpet, utan skäl; alla dina pengar går tillbaka",
  withdrawUntil: (when) =>
    `Du kan ångra avtalet till och med ${when}. Du behöver inte ange något skäl, och det kostar ingenting.`,
  withdrawPoints: (days) => [
    "Allt du har betalat går genast tillbaka, på samma sätt som du betalade; hos de flesta banker tar det fem till tio dagar.",
    "Det går genast varken att skicka eller ta emot.",
    `Du kan logga in, läsa och hämta dina brev i ${days} dagar till; sedan avslutas kontot, och allt som finns i det raderas.`,
    "Ett brev i din INBOX bekräftar det med tiden då vi tog emot det, och ett till din återställningsadress om du har en.",
  ],
  withdrawStep: "Det här är det andra av två steg: med knappen är avtalet ångrat, och det går inte att ta tillbaka.",
  withdrawButton: "Bekräfta att jag ångrar avtalet",
  withdrawLate: (when) =>
    `Tiden att ångra avtalet gick ut ${when}. Du kan i stället låta det upphöra när den betalda tiden är slut.`,
  withdrawOver: "Tiden att ångra avtalet har gått ut. Du kan i stället låta det upphöra när den betalda tiden är slut.",
};

export const planWords: Readonly<Record<Language, PlanWords>> = { en, sv };
