/** What a delivery report says to the sender, in words: what happened, to whom, what the other side said, what to do. */
import type { Language } from "../../store/directory.ts";
import type { RemoteReply, ReportedRecipient } from "../../store/outbound-queue.ts";
import { given } from "../notices/letter.ts";

type Words = { readonly subject: string; readonly paragraphs: readonly string[] };
type About = { readonly recipients: readonly ReportedRecipient[]; readonly days: number; readonly contact: string };

/** Subjects are ASCII. */
export function reportWords(language: Language, about: About): Words {
  const action = about.recipients[0]?.action ?? "failed";
  const cause = about.recipients[0]?.cause;
  return { en, sv }[language](action, cause, about);
}

type Tell = (action: ReportedRecipient["action"], cause: ReportedRecipient["cause"], about: About) => Words;

const en: Tell = (action, cause, { recipients, days, contact }) => {
  const list = recipients.map((one) => `  ${one.address}\n  ${said(one.reply, "said", "No host answered for it")}`);
  switch (action) {
    case "relayed":
    case "delivered":
      return {
        subject: "Delivery report: your message was handed over",
        paragraphs: ["Your message was taken by the next host, which sends no reports of its own:", ...list],
      };
    case "delayed":
      return {
        subject: "Delivery report: your message is delayed",
        paragraphs: [
          "Your message has not reached these recipients yet. You need do nothing: it is tried again by itself, and you hear of it if it cannot be delivered in the end.",
          ...list,
        ],
      };
    case "failed":
      return {
        subject: "Delivery report: your message could not be delivered",
        paragraphs: [
          cause === "held"
            ? `Your message was kept back, because sending from your account was paused or the operator held it, and its time is over. It was not sent to these recipients. Questions go to ${contact}.`
            : cause === "expired"
              ? `Your message could not be delivered to these recipients within ${days} days and is given up. You may send it again later, or reach them in another way.`
              : "Your message could not be delivered to these recipients. Check the addresses; what the other side said may tell more.",
          ...list,
        ],
      };
  }
};

const sv: Tell = (action, cause, { recipients, days, contact }) => {
  const list = recipients.map(
    (one) => `  ${one.address}\n  ${said(one.reply, "svarade", "Ingen server svarade för adressen")}`,
  );
  switch (action) {
    case "relayed":
    case "delivered":
      return {
        subject: "Leveransrapport: brevet har tagits emot",
        paragraphs: ["Ditt brev har tagits emot av nästa server, som inte skickar egna rapporter:", ...list],
      };
    case "delayed":
      return {
        subject: "Leveransrapport: brevet kommer senare",
        paragraphs: [
          "Ditt brev har inte nått de här mottagarna än. Du behöver inte göra något: vi försöker igen, och du får veta om det till slut inte går.",
          ...list,
        ],
      };
    case "failed":
      return {
        subject: "Leveransrapport: brevet kunde inte levereras",
        paragraphs: [
          cause === "held"
            ? `Ditt brev hölls kvar, eftersom utskick från ditt konto var pausade eller operatören höll kvar det, och tiden är ute. Det skickades inte till de här mottagarna. Frågor besvaras av ${contact}.`
            : cause === "expired"
              ? `Ditt brev kunde inte levereras till de här mottagarna inom ${days} dagar och vi försöker inte längre. Du kan skicka det igen senare eller nå dem på annat sätt.`
              : "Ditt brev kunde inte levereras till de här mottagarna. Kontrollera adresserna; svaret från den andra sidan kan säga mer.",
          ...list,
        ],
      };
  }
};

/** Indented lines are not broken, so this is one; remote words are shown as what they are. */
function said({ host, code, enhanced, words }: RemoteReply, verb: string, nobody: string): string {
  const text = given([code, enhanced, words].filter((one) => one !== undefined && one !== "").join(" "));
  return host === undefined ? `${nobody}: ${text}` : `${given(host)} ${verb}: ${text}`;
}
