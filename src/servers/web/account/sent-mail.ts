/**
 * What became of sent mail (promise D2: ten days, without content): for each recipient when and how it ended, what the
 * other side said, and under which TLS it was handed over.
 */
import { type SentPosition, type SentRecipient, sentPage } from "../../../service/queue/delivery-record.ts";
import type { Feedback, RecipientEnd } from "../../../store/outbound-queue.ts";
import { replyWords, tlsWords } from "../../../service/queue/reply-words.ts";
import { type Html, html } from "../markup.ts";
import { noProblems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { facts, holderRoute, type Mine, shown, timeOf } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { holderWords } from "./holder-words.ts";

type Words = {
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly from: string;
  readonly sent: string;
  readonly ended: string;
  readonly outcome: string;
  readonly answer: string;
  readonly tls: string;
  readonly noTls: string;
  readonly later: string;
  readonly ends: Readonly<Record<RecipientEnd, string>>;
  readonly feedbacks: Readonly<Record<Feedback, string>>;
  readonly older: string;
};

const words: Readonly<Record<Language, Words>> = {
  en: {
    title: "Sent mail",
    lead: "What became of the mail that you sent in the last ten days, recipient by recipient, newest first. We keep no copy of it: this is all that is left.",
    none: "Nothing that you sent has come to its end in the last ten days.",
    from: "From",
    sent: "Sent",
    ended: "Ended",
    outcome: "Outcome",
    answer: "Answer",
    tls: "Handed over with",
    noTls: "no encryption",
    later: "Came back later",
    ends: {
      delivered: "delivered to the recipient's server",
      relayed: "taken by a server that tells nothing more",
      failed: "refused; you have a report",
      expired: "given up after its time; you have a report",
      dropped: "taken out of the queue",
    },
    feedbacks: {
      bounce: "a report that it did not arrive",
      complaint: "the recipient called it spam",
    },
    older: "Older ones",
  },
  sv: {
    title: "Skickade brev",
    lead: "Hur det gick för breven som du har skickat de senaste tio dagarna, mottagare för mottagare, de senaste först. Vi behåller ingen kopia: det här är allt som finns kvar.",
    none: "Inget som du har skickat har kommit till sitt slut de senaste tio dagarna.",
    from: "Från",
    sent: "Skickat",
    ended: "Slut",
    outcome: "Utfall",
    answer: "Svar",
    tls: "Överlämnat med",
    noTls: "ingen kryptering",
    later: "Kom tillbaka senare",
    ends: {
      delivered: "levererat till mottagarens server",
      relayed: "mottaget av en server som inte säger något mer",
      failed: "avvisat; du har fått en rapport",
      expired: "gavs upp när tiden var ute; du har fått en rapport",
      dropped: "taget ur kön",
    },
    feedbacks: {
      bounce: "en rapport om att det inte kom fram",
      complaint: "mottagaren kallade det skräppost",
    },
    older: "Äldre",
  },
};

const MOST = 50;

export function sentMailRoutes({
  directory,
  queue,
  clock,
}: Pick<HolderServices, "directory" | "queue" | "clock">): readonly PortalRoute[] {
  return [
    holderRoute(directory, paths.sent, {
      async get(visit, { id }) {
        const { recipients, next } = await sentPage({ queue, clock }, id, { from: positionIn(visit), most: MOST });
        return page(visit, recipients, next);
      },
    }),
  ];
}

/** Where the page begins, by its address; what is not such a place is the beginning. */
function positionIn({ query }: Mine): SentPosition | undefined {
  const [at, passed] = [query.get("at") ?? "", query.get("passed") ?? ""];
  return /^[0-9]{1,15}$/.test(at) && /^[0-9]{1,9}$/.test(passed)
    ? { at: Number(at), passed: Number(passed) }
    : undefined;
}

function page(visit: Mine, recipients: readonly SentRecipient[], next: SentPosition | undefined): Reply {
  const { language } = visit;
  const word = words[language];
  const older =
    next !== undefined &&
    html`<p><a href="${visit.to(paths.sent)}?at=${next.at}&amp;passed=${next.passed}">${word.older}</a></p>
`;
  return shown(
    visit,
    word.title,
    noProblems,
    html`<p>${word.lead} ${holderWords[language].utc}</p>
${recipients.length === 0 ? html`<p>${word.none}</p>\n` : recipients.map((one) => entry(visit, one))}${older}`,
  );
}

/** Remote words are text like any other. */
function entry({ language }: Mine, one: SentRecipient): Html {
  const word = words[language];
  const answer = [one.host, replyWords(one, language)].filter((part) => part !== undefined && part !== "");
  return html`<h2>${one.recipient}</h2>
${facts([
  [word.outcome, word.ends[one.end]],
  [word.from, one.sender],
  [word.sent, timeOf(one.submittedAt)],
  [word.ended, timeOf(one.endedAt)],
  ...(answer.length === 0 ? [] : [[word.answer, answer.join(" ")] as const]),
  ...(one.host === undefined
    ? []
    : [[word.tls, one.tls === undefined ? word.noTls : tlsWords(one.tls, language)] as const]),
  ...(one.feedback === undefined ? [] : [[word.later, word.feedbacks[one.feedback]] as const]),
])}`;
}
