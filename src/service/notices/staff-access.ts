/** Promise A7: staff could read in the holder's account, or log in as the holder; who, why, when, and what can be done. */
import { dateWords } from "./date-words.ts";
import { given, type Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type StaffAccess = Extract<HolderNotice, { readonly kind: "staff-access" }>;

const SCOPES: Readonly<Record<"en" | "sv", Readonly<Record<StaffAccess["scope"], string>>>> = {
  en: {
    mail: "the mail in your account, that is, what you received, sent and kept",
    "log-in": "the log-in to your account, for example to set a new password or to remove a second step",
    logs: "the access logs of your account: times, network addresses and mail programs of the last ten days, and to whom you sent mail in them; no mail",
    all: "everything in your account: the mail, the log-in, the access logs, and to whom you sent mail",
  },
  sv: {
    mail: "breven i ditt konto, det vill säga vad du har tagit emot, skickat och sparat",
    "log-in": "inloggningen till ditt konto, till exempel för att sätta ett nytt lösenord eller ta bort ett andra steg",
    logs: "åtkomstloggarna för ditt konto: tider, nätverksadresser och e-postprogram de senaste tio dagarna, och vilka du har skickat brev till under dem; inga brev",
    all: "allt i ditt konto: breven, inloggningen, åtkomstloggarna och vilka du har skickat brev till",
  },
};

export const staffAccess: Telling<StaffAccess> = {
  en: (notice, { contact, domain }) => ({
    subject: "Staff had access to your account",
    paragraphs: [
      "Hello,",
      `we do not look into accounts unless we investigate abuse or the law compels us. Now somebody of our staff was given access to yours, and you have a right to know.`,
      `When: from ${dateWords(notice.at, "en")} until ${dateWords(notice.until, "en")} at the latest.\n` +
        `To what: ${SCOPES.en[notice.scope]}.\n` +
        `Why: ${given(notice.reason)}\n` +
        `Case: ${given(notice.case)}`,
      ...(notice.barredUntil === undefined
        ? []
        : [
            `We were forbidden by law to tell you this before ${dateWords(notice.barredUntil, "en")}. That time is over, so we tell you now.`,
          ]),
      "What this means: in that time staff could come near to what is named above. It does not say that everything was read. Each use was written to a record that cannot be altered unnoticed.",
      `What you can do: answer this mail, or write to ${contact} and name the case. Ask what was done in your account and why; you get an answer from that record. We keep it for 12 months from today. If you think that this was wrong, you may complain to the data protection authority of your country.`,
      "You need not change your password because of this mail, and we never ask for it.",
      `${domain}, by a program that tells each such access`,
    ],
  }),
  sv: (notice, { contact, domain }) => ({
    subject: "Vår personal har haft tillgång till ditt konto",
    paragraphs: [
      "Hej!",
      "Vi tittar inte i konton, om vi inte utreder missbruk eller lagen tvingar oss. Nu har någon i vår personal fått tillgång till ditt, och du har rätt att veta det.",
      `När: från ${dateWords(notice.at, "sv")} till senast ${dateWords(notice.until, "sv")}.\n` +
        `Till vad: ${SCOPES.sv[notice.scope]}.\n` +
        `Varför: ${given(notice.reason)}\n` +
        `Ärende: ${given(notice.case)}`,
      ...(notice.barredUntil === undefined
        ? []
        : [
            `Lagen förbjöd oss att berätta detta för dig före ${dateWords(notice.barredUntil, "sv")}. Den tiden är över, så vi berättar det nu.`,
          ]),
      "Vad det betyder: under den tiden kunde personalen komma åt det som står ovan. Det säger inte att allt har lästs. Varje användning skrevs in i en förteckning som inte kan ändras obemärkt.",
      `Vad du kan göra: svara på det här brevet, eller skriv till ${contact} och ange ärendet. Fråga vad som gjordes i ditt konto och varför; du får svar ur förteckningen. Vi sparar den i 12 månader från i dag. Om du tycker att det var fel kan du klaga hos dataskyddsmyndigheten i ditt land, i Sverige Integritetsskyddsmyndigheten.`,
      "Du behöver inte byta lösenord på grund av det här brevet, och vi frågar aldrig efter det.",
      `${domain}, genom ett program som berättar om varje sådan åtkomst`,
    ],
  }),
};
