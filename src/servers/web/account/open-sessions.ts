/** The sessions of an account: what is logged in here, ended one by one, or all others at once (promise W3). */

import type { WebSession } from "../../../service/web-access/web-sessions.ts";
import type { Account } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, form, noProblems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { paths } from "./account-paths.ts";
import { deed, done, doneNotice, holderRoute, list, type Mine, shown, timeOf } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { holderWords } from "./holder-words.ts";

const en = {
  title: "Sessions",
  lead: "Browsers that are logged in to these pages. A session ends when you log out, when it was not used for a day, or, with “stay logged in”, for ten days. Mail programs are not among them: they come with a password each time.",
  begun: "begun",
  seen: "last seen",
  staying: "stays logged in",
  short: "until the browser closes",
  here: "this one",
  end: "End it",
  others: "End all others",
  done: { ended: "The session is ended.", others: "All other sessions are ended." },
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Sessioner",
    lead: "Webbläsare som är inloggade på de här sidorna. En session tar slut när du loggar ut, när den inte har använts på ett dygn eller, med ”förbli inloggad”, på tio dagar. E-postprogram hör inte dit: de kommer med ett lösenord varje gång.",
    begun: "började",
    seen: "senast sedd",
    staying: "förblir inloggad",
    short: "tills webbläsaren stängs",
    here: "den här",
    end: "Avsluta den",
    others: "Avsluta alla andra",
    done: { ended: "Sessionen är avslutad.", others: "Alla andra sessioner är avslutade." },
  },
};

type Services = Pick<HolderServices, "directory" | "sessions" | "clock">;

export function sessionRoutes({ directory, sessions, clock }: Services): readonly PortalRoute[] {
  return [
    holderRoute(directory, paths.sessions, {
      get: async (visit, { id }) => page(visit, await sessions.list(id, clock.now())),
      async post(visit, sent, { id }: Account) {
        if (sent.has("others")) {
          await sessions.endAll(id, visit.session.id);
          return done(visit, paths.sessions, "others");
        }
        // One that is gone by now is what was asked for.
        await sessions.endOne(id, sent.text("session"));
        return done(visit, paths.sessions, "ended");
      },
    }),
  ];
}

function page(visit: Mine, sessions: readonly WebSession[]): Reply {
  const { language } = visit;
  const word = words[language];
  const entries = sessions.map(({ id, begunAt, seenAt, isStaying }) => ({
    name: html`${word.begun} ${timeOf(begunAt)}${id === visit.session.id && html`, <strong>${word.here}</strong>`}`,
    more: html`${word.seen} ${timeOf(seenAt)}; ${isStaying ? word.staying : word.short}`,
    // The id of a session is a hash that opens nothing.
    ...(id !== visit.session.id && {
      deed: deed(visit, paths.sessions, { name: "session", value: id, label: word.end, whose: minuteOf(begunAt) }),
    }),
  }));
  return shown(
    visit,
    word.title,
    noProblems,
    doneNotice(visit, word.done),
    html`<p>${word.lead} ${holderWords[language].utc}</p>
${list(entries)}
${sessions.length > 1 && form(visit.to(paths.sessions), visit.formToken(), buttons({ label: word.others, name: "others" }))}
`,
  );
}

const minuteOf = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
