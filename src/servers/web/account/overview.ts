/** The first page of an account: plan, paid until, room, log-ins of ten days, and the way to all other pages. */

import { clientWords } from "../../../service/web-access/client-kind.ts";
import { expiryAt } from "../../../service/web-access/log-in-records.ts";
import type { Account } from "../../../store/directory.ts";
import type { AccountId } from "../../../store/ids.ts";
import type { LogInRecord } from "../../../store/web-access.ts";
import { type Html, html, type Part } from "../markup.ts";
import { buttons, form, noProblems, notice } from "../portal/fields.ts";
import type { PortalRoute } from "../portal/route.ts";
import { dayIn, numberIn, sizeIn } from "../site/words.ts";
import { paths } from "./account-paths.ts";
import { facts, holderRoute, type Mine, table, timeOf } from "./holder-page.ts";
import type { HolderServices, PagesBeside } from "./holder-services.ts";
import { holderWords } from "./holder-words.ts";
import { overviewWords as words } from "./overview-words.ts";
import { quotaBar } from "./quota-bar.ts";

type Services = Pick<
  HolderServices,
  "directory" | "credentials" | "mail" | "logIns" | "contract" | "recovery" | "beside" | "clock"
>;

/** What the list shows at first sight; a mail program may come by often, from many places. */
const MOST_LOG_INS = 100;

export function overviewRoutes(services: Services): readonly PortalRoute[] {
  return [
    holderRoute(services.directory, paths.overview, {
      async get(visit, account) {
        const word = words[visit.language];
        const body = html`${warnings(visit, account, await services.recovery.show(account.id))}
${facts(await summary(services, visit, account))}
${menu(visit, services.beside)}
<h2 id="log-ins">${word.logIns}</h2>
${logIns(visit, await recent(services, account.id))}
${form(visit.to(paths.logOut), visit.formToken(), buttons({ label: word.logOut, look: "second" }))}`;
        return { kind: "page", page: { title: word.title, body, problems: noProblems } };
      },
    }),
  ];
}

/** The pass that erases the older ones comes by once an hour. */
async function recent({ logIns: records, clock }: Services, account: AccountId): Promise<readonly LogInRecord[]> {
  const { logIns: since } = expiryAt(clock.now());
  return (await records.list(account)).filter(({ firstAt }) => firstAt >= since);
}

function warnings(
  visit: Mine,
  { state }: Account,
  recovery: Awaited<ReturnType<HolderServices["recovery"]["show"]>>,
): Html {
  const word = words[visit.language];
  const lost = html`${word.noRecovery} <a href="${visit.to(paths.recovery)}">${word.giveRecovery}</a>`;
  return html`${state === "paused" && notice(word.paused, "warning")}${recovery?.verified !== true && notice(lost, "warning")}`;
}

async function summary(
  { directory, credentials, mail, contract }: Services,
  { language }: Mine,
  { id, primary }: Account,
): Promise<readonly (readonly [string, Part])[]> {
  const word = words[language];
  const [usage, aliases, plan] = [await mail.read(id).usage(), await directory.aliases(id), await credentials.plan(id)];
  const bought = await contract?.(id);
  const isBought = bought?.kind === "contract";
  const name = isBought ? bought.plan : plan?.name;
  const until =
    isBought && bought.until !== undefined ? dayIn(language, new Date(bought.until).toISOString()) : undefined;
  const room = word.roomOf(sizeIn(language, usage.octets), sizeIn(language, usage.quotaBytes));
  const count = numberIn(language, aliases.length);
  return [
    [word.address, primary],
    ...(name === undefined ? [] : [[word.plan, name] as const]),
    ...(until === undefined ? [] : [[word.standing(isBought ? bought.standing : "paid"), until] as const]),
    [word.aliases, plan === undefined ? count : word.countOf(count, numberIn(language, plan.aliases))],
    [word.mails, numberIn(language, usage.messages)],
    [word.room, html`${quotaBar(usage.octets, usage.quotaBytes)} ${room}`],
  ];
}

function menu(visit: Mine, beside: PagesBeside): Html {
  const { menu: entries, menuTitle } = words[visit.language];
  const absent = [...(beside.plan ? [] : [paths.plan]), ...(beside.clients ? [] : [paths.clients])];
  const wanted = entries.filter(([path]) => !absent.some((one) => one === path));
  return html`<nav class="index" aria-label="${menuTitle}">
<ul>${wanted.map(([path, title, sentence]) => html`\n<li><a href="${visit.to(path)}">${title}</a><br><span>${sentence}</span></li>`)}
</ul>
</nav>
`;
}

function logIns({ language }: Mine, records: readonly LogInRecord[]): Html {
  const word = words[language];
  if (records.length === 0) return html`<p>${word.noLogIns}</p>`;
  const rows = records
    .slice(0, MOST_LOG_INS)
    .map(({ lastAt, protocol, client, address, count }) => [
      timeOf(lastAt),
      clientWords(client, language),
      word.protocols[protocol],
      address === "" ? word.unknown : address,
      numberIn(language, count),
    ]);
  return html`<p>${word.logInsSentence} ${holderWords[language].utc}</p>
${table(word.logIns, word.heads, rows)}<p>${word.notMe}</p>
`;
}
