/**
 * What a holder who closes the account has sent and others have not taken yet: whom it is for, since when, what was heard
 * last, when it would be tried again, and what closing means for it (promise D5).
 */
import type { NextTry, OnItsWay, RecipientOnItsWay } from "../../../service/holder/on-its-way.ts";
import { replyWords } from "../../../service/queue/reply-words.ts";
import { type Html, html, type Part } from "../markup.ts";
import { notice } from "../portal/fields.ts";
import type { Language } from "../site/language.ts";
import { facts, timeOf } from "./holder-page.ts";
import { holderWords } from "./holder-words.ts";

const en = {
  title: "Still on its way",
  none: "Nothing that you sent is still on its way.",
  lead: "You sent mail to these recipients, and their servers have not taken it yet. When the account closes each of them gets one last try, at once and for a minute at most. What is not taken then is never delivered, and no copy of it is left here.",
  told: "A letter to your recovery address then lists the recipients that nothing reached.",
  untold:
    "You have no confirmed recovery address, so nobody can tell you then whom it did not reach. If that matters to you, wait: what arrives leaves this list, and “Sent mail” says how it ended.",
  from: "From",
  sent: "Sent",
  answer: "Last answer",
  noAnswer: "none yet",
  next: "Next try",
  now: "at this moment",
  held: {
    account: "when the account may send again",
    operator: "none: it is kept back by the operator, in the last try too",
  },
  more: "There are more; these are the first.",
};

const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Ännu på väg",
    none: "Inget som du har skickat är på väg längre.",
    lead: "Du har skickat brev till de här mottagarna, och deras servrar har inte tagit emot dem ännu. När kontot avslutas görs ett sista försök för var och en, genast och i högst en minut. Det som inte tas emot då kommer aldrig fram, och ingen kopia finns kvar här.",
    told: "Ett brev till din återställningsadress räknar sedan upp de mottagare som inget nådde.",
    untold:
      "Du har ingen bekräftad återställningsadress, så ingen kan berätta för dig sedan vilka det inte nådde. Om det är viktigt för dig, vänta: det som kommer fram försvinner ur listan, och ”Skickade brev” säger hur det gick.",
    from: "Från",
    sent: "Skickat",
    answer: "Senaste svar",
    noAnswer: "inget ännu",
    next: "Nästa försök",
    now: "just nu",
    held: {
      account: "när kontot får skicka igen",
      operator: "inget: det hålls kvar av driften, också vid det sista försöket",
    },
    more: "Det finns fler; de här är de första.",
  },
};

/** @param isToldAfter whether there is a recovery address that what stays undelivered is told to */
export function onItsWayPart({ recipients, isMore }: OnItsWay, isToldAfter: boolean, language: Language): Html {
  const word = words[language];
  if (recipients.length === 0) return html`<p>${word.none}</p>\n`;
  return html`<h2>${word.title}</h2>
<p>${word.lead} ${isToldAfter && word.told} ${holderWords[language].utc}</p>
${!isToldAfter && notice(word.untold, "warning")}${recipients.map((one) => entry(one, language))}${isMore && html`<p>${word.more}</p>\n`}`;
}

/** Remote words are text like any other. */
function entry({ recipient, sender, submittedAt, reply, next }: RecipientOnItsWay, language: Language): Html {
  const word = words[language];
  const answer = [reply?.host, reply && replyWords(reply, language)].filter(
    (part) => part !== undefined && part !== "",
  );
  return html`<h3>${recipient}</h3>
${facts([
  [word.from, sender],
  [word.sent, timeOf(submittedAt)],
  [word.answer, answer.join(" ") || word.noAnswer],
  [word.next, nextWords(next, language)],
])}`;
}

function nextWords(next: NextTry, language: Language): Part {
  const word = words[language];
  switch (next.kind) {
    case "now":
      return word.now;
    case "at":
      return timeOf(next.at);
    case "held":
      return word.held[next.by];
  }
}
