/** What a holder wishes of the service: old mail of Junk and Trash erased, forwarders known, the language of letters. */

import { changeWishes, type Wishes, wishLimits } from "../../../service/holder/wishes.ts";
import { type Account, type Language as LetterLanguage, type Preferences } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, choices, field, form, noProblems, type Problems } from "../portal/fields.ts";
import type { Form } from "../portal/form.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { paths } from "./account-paths.ts";
import { deed, done, doneNotice, holderRoute, list, type Mine, shown } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { wishWords as words } from "./wish-words.ts";

type Services = Pick<HolderServices, "directory">;
/** What was typed. */
type Kept = { readonly junk?: string; readonly trash?: string; readonly forwarder?: string };

const LANGUAGES: readonly LetterLanguage[] = ["en", "sv"];

export function wishRoutes({ directory }: Services): readonly PortalRoute[] {
  const show = async (visit: Mine, account: Account, problems: Problems = noProblems, kept: Kept = {}) =>
    page(visit, account, await directory.preferences(account.id), { problems, kept });

  return [
    holderRoute(directory, paths.wishes, {
      get: (visit, account) => show(visit, account),
      async post(visit, sent, account) {
        const { language } = visit;
        const word = words[language];
        if (sent.has("letters")) {
          const wanted = LANGUAGES.find((one) => one === sent.text("letters"));
          if (wanted !== undefined) await directory.setLanguage(account.id, wanted);
          return done(visit, paths.wishes, "changed");
        }
        const { wishes, kept, fieldName, sentence } = wishIn(sent, word);
        const outcome = await changeWishes(directory, account.id, wishes);
        if (outcome.kind === "changed") return done(visit, paths.wishes, "changed");
        return show(visit, account, new Map([[fieldName, sentence]]), kept);
      },
    }),
  ];
}

/** One form of the page, and what to say where it was wrong. */
function wishIn(sent: Form, word: (typeof words)["en"]) {
  const removed = sent.text("remove");
  if (removed !== "")
    return { wishes: { noForwarders: [removed] }, kept: {}, fieldName: "forwarder", sentence: word.badForwarder };
  if (sent.has("forwarder")) {
    const forwarder = sent.text("forwarder");
    const wishes: Wishes = { forwarders: [forwarder] };
    return { wishes, kept: { forwarder }, fieldName: "forwarder", sentence: word.badForwarder };
  }
  const [junk, trash] = [sent.text("junk").trim(), sent.text("trash").trim()];
  const wishes: Wishes = { emptyJunk: junk === "" ? "never" : junk, emptyTrash: trash === "" ? "never" : trash };
  const fieldName = isDays(junk) ? "trash" : "junk";
  return { wishes, kept: { junk, trash }, fieldName, sentence: word.badDays(wishLimits.maxDays) };
}

const isDays = (text: string): boolean =>
  text === "" || (/^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= wishLimits.maxDays);

function page(
  visit: Mine,
  { language: letters }: Account,
  { emptyJunkDays, emptyTrashDays, forwarders }: Preferences,
  { problems, kept }: { readonly problems: Problems; readonly kept: Kept },
): Reply {
  const word = words[visit.language];
  const action = visit.to(paths.wishes);
  const daysField = (name: "junk" | "trash", now: number | undefined) =>
    field(
      {
        name,
        label: word[name],
        hint: word.daysHint,
        autocomplete: "off",
        inputmode: "numeric",
        maxLength: 4,
        isOptional: true,
        value: kept[name] ?? String(now ?? ""),
      },
      problems,
    );
  const entries = forwarders.map((domain) => ({
    name: domain,
    deed: deed(visit, paths.wishes, { name: "remove", value: domain, label: word.remove, whose: domain }),
  }));
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`<h2>${word.emptyTitle}</h2>
<p>${word.emptyLead}</p>
${form(action, visit.formToken(), daysField("junk", emptyJunkDays), daysField("trash", emptyTrashDays), buttons({ label: word.saveDays }))}
<h2>${word.forwardersTitle}</h2>
<p>${word.forwardersLead}</p>
${entries.length > 0 && list(entries)}${form(
  action,
  visit.formToken(),
  field(
    {
      name: "forwarder",
      label: word.forwarder,
      hint: word.forwarderHint,
      autocomplete: "off",
      maxLength: 253,
      value: kept.forwarder ?? "",
    },
    problems,
  ),
  buttons({ label: word.add }),
)}
<h2>${word.lettersTitle}</h2>
${form(
  action,
  visit.formToken(),
  choices(
    word.letters,
    LANGUAGES.map((value) => ({
      name: "letters",
      value,
      label: word.languages[value],
      isChosen: value === letters,
    })),
    problems,
  ),
  buttons({ label: word.saveLanguage }),
)}
`,
  );
}
