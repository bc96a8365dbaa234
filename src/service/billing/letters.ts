/** What billing tells, in words: what happened, what will happen when, and what can be done. Promise M2. */
import type { Stage } from "../../rules/subscription/lapse.ts";
import type { Language } from "../../store/directory.ts";
import { dateWords } from "../notices/date-words.ts";
import type { Letter, Sender } from "../notices/letter.ts";
import type { Ahead, BillingNotice } from "./parts.ts";

type Words = {
  readonly hello: string;
  /** Of each stage, as a line of a list. */
  readonly begins: Readonly<Record<Exclude<Stage, "open">, string>>;
  readonly dates: (list: string) => string;
  readonly renew: (sender: Sender) => string;
  readonly questions: (sender: Sender) => string;
  readonly letter: (
    notice: BillingNotice,
    at: string,
  ) => { readonly subject: string; readonly paragraphs: readonly string[] };
};

const WHY_EN = {
  ending: "You let the contract for your account end, and its time is nearly over.",
  ended: "The contract for your account has ended.",
  unpaid: "The payment for your account did not come through. Your bank or card may say why; we do not know.",
  refunded: "What was paid for your account went back to where it came from.",
} as const;
const WHY_SV = {
  ending: "Du har låtit avtalet för ditt konto löpa ut, och tiden är snart slut.",
  ended: "Avtalet för ditt konto har upphört.",
  unpaid: "Betalningen för ditt konto gick inte igenom. Din bank eller ditt kort kan säga varför; vi vet det inte.",
  refunded: "Det som betalades för ditt konto har gått tillbaka dit det kom ifrån.",
} as const;

const EN: Words = {
  hello: "Hello,",
  begins: {
    "not-sending": "sending stops; you read and receive mail as before",
    "reading-only": "receiving stops too; you can still log in, read and fetch all your mail",
    closing: "the account is closed, and all that is in it is deleted for good",
  },
  dates: (list) => `What happens when, if nothing is paid:\n${list}`,
  renew: ({ domain }) =>
    `To keep the account, log in at https://${domain}/account/ and pay; then everything is as it was, at once. If you do not want to keep it, you need not do anything but fetch your mail in time.`,
  questions: ({ contact }) => `Questions: answer this mail or write to ${contact}.`,
  letter: (notice, at) => {
    switch (notice.kind) {
      case "stage-ahead":
        return {
          subject: {
            open: "Your account",
            "not-sending": "Your account is not paid for",
            "reading-only": "Your account will soon stop receiving mail",
            closing: "Your account will soon be closed",
          }[notice.stage],
          paragraphs: [WHY_EN[notice.why]],
        };
      case "stage-begun":
        return {
          subject: {
            open: "Your account",
            "not-sending": "Sending from your account has stopped",
            "reading-only": "Your account no longer receives mail",
            closing: "Your account is being closed",
          }[notice.stage],
          paragraphs: [
            {
              open: "Your account works as before.",
              "not-sending":
                "As your account is not paid for, nothing can be sent from it any more. You read and receive mail as before.",
              "reading-only":
                "As your account is not paid for, it takes no mail any more: for some time senders are asked to try again later, after that mail goes back to them. You can still log in, read and fetch all your mail.",
              closing:
                "As was announced, your account is closed now, and all that is in it is deleted. Nobody will ever get its addresses.",
            }[notice.stage],
          ],
        };
      case "disputed":
        return {
          subject: "Sending from your account is stopped: a payment is disputed",
          paragraphs: [
            "The bank wants back what was paid for your account, and asks us about it. Until it has decided, nothing can be sent from the account. You log in, read and receive mail as before.",
            "If you know nothing of this, please ask your bank. If it was a mistake, tell the bank so: then sending goes on as soon as it says so to us.",
          ],
        };
      case "paid-again":
        return {
          subject: "Your account is paid for: everything is as before",
          paragraphs: ["Thank you. Your account is paid for, and works as before: sending, receiving and reading."],
        };
      case "withdrawn":
        return {
          subject: "Your withdrawal from the contract",
          paragraphs: [
            `We received your withdrawal from the contract on ${at}. All that you paid goes back the way it came; with most banks that takes five to ten days.`,
            "Sending and receiving have stopped. You can still log in, read and fetch all your mail until the account is closed.",
          ],
        };
      case "refund-made":
        return {
          subject: "Your money is on its way back",
          paragraphs: [`On ${at} we gave back all that you paid. How long it takes to arrive depends on your bank.`],
        };
      case "refund-failed":
        return {
          subject: "Your money could not be given back",
          paragraphs: [
            "We gave back what you paid, and your bank did not take it: the card or the account may be closed by now. The money is here and is yours.",
            "Write to us how it can reach you. Do not send numbers of cards by mail.",
          ],
        };
      case "sign-up-over":
        return {
          subject: "Your sign-up: the money is on its way back",
          paragraphs: [
            "You signed up for an account, and your payment came so late that the name was no longer kept for you and somebody else has it now, or that the sign-up was over. So no account was opened, and all that you paid goes back the way it came.",
            "You are welcome to sign up again with another name.",
          ],
        };
    }
  },
};

const SV: Words = {
  hello: "Hej!",
  begins: {
    "not-sending": "det går inte längre att skicka; du läser och tar emot brev som vanligt",
    "reading-only": "kontot tar inte heller emot brev; du kan logga in, läsa och hämta all din post",
    closing: "kontot stängs, och allt som finns i det raderas för gott",
  },
  dates: (list) => `Vad som händer när, om ingenting betalas:\n${list}`,
  renew: ({ domain }) =>
    `För att behålla kontot, logga in på https://${domain}/account/ och betala; då är allt genast som förut. Vill du inte behålla det behöver du bara hämta din post i tid.`,
  questions: ({ contact }) => `Frågor: svara på det här brevet eller skriv till ${contact}.`,
  letter: (notice, at) => {
    switch (notice.kind) {
      case "stage-ahead":
        return {
          subject: {
            open: "Ditt konto",
            "not-sending": "Ditt konto är inte betalt",
            "reading-only": "Ditt konto slutar snart att ta emot post",
            closing: "Ditt konto stängs snart",
          }[notice.stage],
          paragraphs: [WHY_SV[notice.why]],
        };
      case "stage-begun":
        return {
          subject: {
            open: "Ditt konto",
            "not-sending": "Det går inte längre att skicka från ditt konto",
            "reading-only": "Ditt konto tar inte längre emot post",
            closing: "Ditt konto stängs nu",
          }[notice.stage],
          paragraphs: [
            {
              open: "Ditt konto fungerar som förut.",
              "not-sending":
                "Eftersom ditt konto inte är betalt går det inte längre att skicka från det. Du läser och tar emot brev som vanligt.",
              "reading-only":
                "Eftersom ditt konto inte är betalt tar det inte längre emot post: en tid ombeds avsändare att försöka igen senare, därefter går breven tillbaka till dem. Du kan fortfarande logga in, läsa och hämta all din post.",
              closing:
                "Som vi har förvarnat om stängs ditt konto nu, och allt som finns i det raderas. Ingen annan får någonsin dess adresser.",
            }[notice.stage],
          ],
        };
      case "disputed":
        return {
          subject: "Utskick från ditt konto är stoppade: en betalning är bestridd",
          paragraphs: [
            "Banken vill ha tillbaka det som betalades för ditt konto och frågar oss om det. Tills den har bestämt sig går det inte att skicka från kontot. Du loggar in, läser och tar emot brev som vanligt.",
            "Om du inte känner till detta, fråga din bank. Om det var ett misstag, säg det till banken: utskicken är igång igen så snart den meddelar oss det.",
          ],
        };
      case "paid-again":
        return {
          subject: "Ditt konto är betalt: allt är som förut",
          paragraphs: ["Tack. Ditt konto är betalt och fungerar som förut: skicka, ta emot och läsa."],
        };
      case "withdrawn":
        return {
          subject: "Din ånger av köpet",
          paragraphs: [
            `Vi tog emot din ånger av köpet ${at}. Allt du har betalat går tillbaka samma väg som det kom; hos de flesta banker tar det fem till tio dagar.`,
            "Det går inte längre att skicka eller ta emot. Du kan fortfarande logga in, läsa och hämta all din post tills kontot stängs.",
          ],
        };
      case "refund-made":
        return {
          subject: "Dina pengar är på väg tillbaka",
          paragraphs: [`Vi betalade tillbaka allt du har betalat ${at}. Hur lång tid det tar beror på din bank.`],
        };
      case "refund-failed":
        return {
          subject: "Dina pengar kunde inte betalas tillbaka",
          paragraphs: [
            "Vi betalade tillbaka det du har betalat, men din bank tog inte emot det: kortet eller kontot kan vara avslutat. Pengarna finns hos oss och är dina.",
            "Skriv till oss hur de kan nå dig. Skicka inga kortnummer i brev.",
          ],
        };
      case "sign-up-over":
        return {
          subject: "Din registrering: pengarna är på väg tillbaka",
          paragraphs: [
            "Du registrerade dig för ett konto, men betalningen kom så sent att namnet inte längre hölls åt dig och någon annan har det nu, eller att registreringen var över. Därför öppnades inget konto, och allt du betalade går tillbaka samma väg som det kom.",
            "Du är välkommen att registrera dig igen med ett annat namn.",
          ],
        };
    }
  },
};

const WORDS: Readonly<Record<Language, Words>> = { en: EN, sv: SV };

export function billingLetter(notice: BillingNotice, language: Language, sender: Sender): Letter {
  const words = WORDS[language];
  const { subject, paragraphs } = words.letter(notice, dateWords(notice.at, language));
  const ahead = "ahead" in notice ? notice.ahead : [];
  const canKeep = ahead.length > 0 && notice.kind !== "withdrawn";
  return {
    subject,
    paragraphs: [
      words.hello,
      ...paragraphs,
      ...(ahead.length > 0 ? [words.dates(listed(ahead, words, language))] : []),
      ...(canKeep ? [words.renew(sender)] : []),
      words.questions(sender),
      sender.domain,
    ],
  };
}

function listed(ahead: Ahead, { begins }: Words, language: Language): string {
  return ahead
    .flatMap(({ stage, at }) => (stage === "open" ? [] : [`${dateWords(at, language)}: ${begins[stage]}`]))
    .join("\n");
}
