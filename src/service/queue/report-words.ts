/**
 * What a delivery report says to the sender, in words: which message it is about, what happened, to whom, what the other side
 * said or we found, what to do.
 */
import type { Language } from "../../store/directory.ts";
import type { RemoteReply, ReportedRecipient } from "../../store/outbound-queue.ts";
import { dateWords } from "../notices/date-words.ts";
import { given, type Letter } from "../notices/letter.ts";
import { wordsIn } from "./findings.ts";
import { replyWords } from "./reply-words.ts";

export type ReportAbout = {
  /** Of the message, as its field has it, decoded; empty: it has none. */
  readonly subject: string;
  readonly submittedAt: number;
  /** With one action. */
  readonly recipients: readonly ReportedRecipient[];
  /** For how long it was tried. */
  readonly days: number;
  readonly contact: string;
  /** Ours: what it said, we said. */
  readonly hostName: string;
};

type Action = ReportedRecipient["action"];
type Words = {
  readonly language: Language;
  readonly subjects: Readonly<Record<Action, string>>;
  readonly about: (subject: string, date: string) => string;
  readonly aboutUntitled: (date: string) => string;
  /** How it went; who is concerned follows. */
  readonly went: (recipient: Pick<ReportedRecipient, "action" | "cause">, about: ReportAbout) => string;
  readonly said: (host: string, words: string) => string;
  readonly unreached: (host: string, words: string) => string;
  readonly found: (host: string, words: string) => string;
};

const en: Words = {
  language: "en",
  subjects: {
    relayed: "Delivery report: your message was handed over",
    delivered: "Delivery report: your message was delivered",
    delayed: "Delivery report: your message is delayed",
    failed: "Delivery report: your message could not be delivered",
  },
  about: (subject, date) => `This is about your message “${subject}”, sent on ${date}.`,
  aboutUntitled: (date) => `This is about your message without a subject, sent on ${date}.`,
  went({ action, cause }, { days, contact }) {
    switch (action) {
      case "relayed":
        return "It was taken by the next host, which sends no reports of its own, for these recipients:";
      case "delivered":
        return "It was delivered to these recipients, whose mailboxes are here:";
      case "delayed":
        return "It has not reached these recipients yet. You need do nothing: it is tried again by itself, and you hear of it if it cannot be delivered in the end.";
      case "failed":
        return cause === "held"
          ? `It was kept back, because sending from your account was paused or the operator held it, and its time is over. It was not sent to these recipients. Questions go to ${contact}.`
          : cause === "expired"
            ? `It could not be delivered to these recipients within ${days} days and is given up. You may send it again later, or reach them in another way.`
            : "It could not be delivered to these recipients. Check the addresses; what stands below them may tell more.";
    }
  },
  said: (host, words) => `${host} said: ${words}`,
  unreached: (host, words) => `We could not reach ${host}: ${words}`,
  found: (host, words) => `What we found at ${host}: ${words}`,
};

const sv: Words = {
  language: "sv",
  subjects: {
    relayed: "Leveransrapport: brevet har tagits emot",
    delivered: "Leveransrapport: brevet har levererats",
    delayed: "Leveransrapport: brevet kommer senare",
    failed: "Leveransrapport: brevet kunde inte levereras",
  },
  about: (subject, date) => `Rapporten gäller ditt brev ”${subject}”, skickat ${date}.`,
  aboutUntitled: (date) => `Rapporten gäller ditt brev utan ämnesrad, skickat ${date}.`,
  went({ action, cause }, { days, contact }) {
    switch (action) {
      case "relayed":
        return "Brevet har tagits emot av nästa server, som inte skickar egna rapporter, för de här mottagarna:";
      case "delivered":
        return "Brevet har levererats till de här mottagarna, som har sina brevlådor här:";
      case "delayed":
        return "Brevet har inte nått de här mottagarna än. Du behöver inte göra något: vi försöker igen, och du får veta om det till slut inte går.";
      case "failed":
        return cause === "held"
          ? `Brevet hölls kvar, eftersom utskick från ditt konto var pausade eller operatören höll kvar det, och tiden är ute. Det skickades inte till de här mottagarna. Frågor besvaras av ${contact}.`
          : cause === "expired"
            ? `Brevet kunde inte levereras till de här mottagarna inom ${days} dagar och vi försöker inte längre. Du kan skicka det igen senare eller nå dem på annat sätt.`
            : "Brevet kunde inte levereras till de här mottagarna. Kontrollera adresserna; det som står under dem kan säga mer.";
    }
  },
  said: (host, words) => `${host} svarade: ${words}`,
  unreached: (host, words) => `Vi nådde inte ${host}: ${words}`,
  found: (host, words) => `Vad vi fann hos ${host}: ${words}`,
};

const LONGEST_SUBJECT = 100;

/** Subjects of reports are ASCII. */
export function reportWords(language: Language, about: ReportAbout): Letter {
  const words = { en, sv }[language];
  const subject = shortened(given(about.subject));
  const date = dateWords(about.submittedAt, language);
  // What joined may have another cause.
  const parts = Map.groupBy(about.recipients, ({ cause }) => cause).values();
  return {
    subject: words.subjects[about.recipients[0]?.action ?? "failed"],
    paragraphs: [
      subject === "" ? words.aboutUntitled(date) : words.about(subject, date),
      ...parts.flatMap((part) => [
        ...part.slice(0, 1).map((one) => words.went(one, about)),
        ...part.map((one) => listed(words, one, about.hostName)),
      ]),
    ],
  };
}

/** Indented lines are not broken, so this is two; remote words are shown as what they are. */
function listed(words: Words, { address, action, reply }: ReportedRecipient, hostName: string): string {
  return [address, ...(action === "delivered" ? [] : [findingOf(words, reply, hostName)])]
    .map((line) => `  ${line}`)
    .join("\n");
}

function findingOf(words: Words, reply: RemoteReply, hostName: string): string {
  const { code, enhanced } = reply;
  const host = given(reply.host ?? "");
  const finding = given(wordsIn(words.language, reply)) || enhanced;
  if (host === "" || host === hostName) return finding;
  if (code !== undefined) return words.said(host, replyWords(reply));
  // RFC 3463 section 3.5, X.4.1: no answer from the host.
  return enhanced.endsWith(".4.1") ? words.unreached(host, finding) : words.found(host, finding);
}

const shortened = (text: string): string =>
  text.length <= LONGEST_SUBJECT ? text : `${text.slice(0, LONGEST_SUBJECT - 1).toWellFormed()}…`;
