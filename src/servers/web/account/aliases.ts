/**
 * Aliases (promise A3): a holder makes them, as many as the plan has, under the rules for names that are chosen at sign-up,
 * and removes them. Only the same account may take a removed one again. Whether a name is free is told as often as at
 * sign-up, and no more.
 */
import { checkName } from "../../../rules/sign-up/address-rules.ts";
import { nameWords } from "../../../rules/sign-up/sign-up-words.ts";
import type { Account } from "../../../store/directory.ts";
import { html } from "../markup.ts";
import { buttons, choices, field, form, noProblems, type Problems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { numberIn } from "../site/words.ts";
import { paths } from "./account-paths.ts";
import { deed, done, doneNotice, holderRoute, list, type Mine, shown } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { problemOf } from "./holder-words.ts";

const en = {
  title: "Aliases",
  lead: "An alias is a further address of your account: you receive and send with it, and nothing that we add to such mail names your primary address. It is no log-in name.",
  plus: "You need none for sorting: whatever stands behind a plus sign, as in ada+shop, reaches you too.",
  count: (count: string, most: string): string => `You have ${count} of ${most}.`,
  none: "You have no alias.",
  name: "New alias",
  domain: "Domain",
  add: "Make the alias",
  remove: "Remove",
  kept: "A removed alias is kept for you: nobody else can ever have it, and you can make it again.",
  full: "There is no room for another alias: remove one, or choose a larger plan. Those that were removed can be made again.",
  gone: "This alias is not there any more.",
  often: "So many names were asked for from your network that we tell no more for a while. Try again in an hour.",
  done: {
    added: "The alias is made, and works from now on.",
    removed: "The alias is removed. Mail to it is refused from now on.",
  },
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Alias",
    lead: "Ett alias är ytterligare en adress till ditt konto: du tar emot och skickar med den, och inget som vi lägger till i sådan post nämner din huvudadress. Det går inte att logga in med det.",
    plus: "För sortering behöver du inget: det som står efter ett plustecken, som i ada+handel, når också dig.",
    count: (count, most) => `Du har ${count} av ${most}.`,
    none: "Du har inget alias.",
    name: "Nytt alias",
    domain: "Domän",
    add: "Skapa aliaset",
    remove: "Ta bort",
    kept: "Ett borttaget alias är kvar åt dig: ingen annan kan någonsin få det, och du kan skapa det igen.",
    full: "Det finns inte plats för fler alias: ta bort ett, eller välj ett större abonnemang. Borttagna alias går att skapa igen.",
    gone: "Det aliaset finns inte längre.",
    often: "Så många namn har efterfrågats från ditt nät att vi inte svarar på fler en stund. Försök igen om en timme.",
    done: {
      added: "Aliaset är skapat och fungerar från och med nu.",
      removed: "Aliaset är borttaget. Post till det avvisas från och med nu.",
    },
  },
};

type Services = Pick<
  HolderServices,
  "directory" | "credentials" | "accounts" | "domains" | "serviceName" | "askOfNames"
>;
type Kept = { readonly name: string; readonly domain: string };

export function aliasRoutes(services: Services): readonly PortalRoute[] {
  const { directory, accounts, domains, serviceName, askOfNames } = services;
  const page = (visit: Mine, account: Account, problems: Problems = noProblems, kept?: Kept): Promise<Reply> =>
    aliasPage(services, visit, account, { problems, kept });

  return [
    holderRoute(directory, paths.aliases, {
      get: (visit, account) => page(visit, account),
      async post(visit, sent, account) {
        const { language } = visit;
        const word = words[language];
        const removed = sent.text("remove");
        if (removed !== "") {
          const outcome = await accounts.removeAlias(account.primary, removed);
          if (outcome.kind === "done") return done(visit, paths.aliases, "removed");
          return page(
            visit,
            account,
            problemOf(language, outcome, () => "name", { "not-found": word.gone }),
          );
        }
        const kept = { name: sent.text("name"), domain: sent.text("domain") };
        const domain = domains.includes(kept.domain) ? kept.domain : domains[0];
        const checked = checkName(kept.name, [serviceName, ...domains]);
        if (checked.kind === "refused")
          return page(visit, account, new Map([["name", nameWords[language][checked.why]]]), kept);
        if (askOfNames.ask(visit.peerAddress) > 0) return page(visit, account, new Map([["name", word.often]]), kept);
        const outcome = await accounts.addAlias(account.primary, `${checked.name}@${domain}`);
        if (outcome.kind === "done") return done(visit, paths.aliases, "added");
        const own = { taken: nameWords[language].taken, "too-many": word.full };
        return page(
          visit,
          account,
          problemOf(language, outcome, () => "name", own),
          kept,
        );
      },
    }),
  ];
}

async function aliasPage(
  { directory, credentials, domains }: Services,
  visit: Mine,
  { id }: Account,
  { problems, kept }: { readonly problems: Problems; readonly kept: Kept | undefined },
): Promise<Reply> {
  const { language } = visit;
  const word = words[language];
  const [aliases, plan] = [await directory.aliases(id), await credentials.plan(id)];
  const action = visit.to(paths.aliases);
  const entries = aliases.map((alias) => ({
    name: alias,
    deed: deed(visit, paths.aliases, { name: "remove", value: alias, label: word.remove, whose: alias }),
  }));
  const isOneDomain = domains.length === 1;
  return shown(
    visit,
    word.title,
    problems,
    doneNotice(visit, word.done),
    html`<p>${word.lead} ${word.plus}</p>
${entries.length === 0 ? html`<p>${word.none}</p>\n` : list(entries)}
${plan === undefined ? "" : html`<p>${word.count(numberIn(language, aliases.length), numberIn(language, plan.aliases))}</p>\n`}<p>${word.kept}</p>
`,
    form(
      action,
      visit.formToken(),
      field(
        {
          name: "name",
          label: word.name,
          autocomplete: "off",
          value: kept?.name ?? "",
          maxLength: 64,
          ...(isOneDomain && { suffix: `@${domains[0]}` }),
        },
        problems,
      ),
      isOneDomain
        ? html``
        : choices(
            word.domain,
            domains.map((value) => ({
              name: "domain",
              value,
              label: `@${value}`,
              isChosen: value === (kept?.domain ?? domains[0]),
            })),
            problems,
          ),
      buttons({ label: word.add }),
    ),
  );
}
