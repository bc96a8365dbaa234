/**
 * What we hold: everything in the account's record, as its holder sees it (promise D1), and how much the filter has learned
 * of the account's mail, which its holder clears and switches off.
 */

import { setLearning } from "../../../service/holder/learning.ts";
import type { Holdings } from "../../../store/defence-memory.ts";
import type { Account } from "../../../store/directory.ts";
import { html, type Part } from "../markup.ts";
import { buttons, form, noProblems } from "../portal/fields.ts";
import type { PortalRoute, Reply } from "../portal/route.ts";
import { numberIn, sizeIn } from "../site/words.ts";
import { paths } from "./account-paths.ts";
import { heldWords as words } from "./held-words.ts";
import { done, doneNotice, facts, holderRoute, type Mine, shown, table, timeOf } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { holderWords } from "./holder-words.ts";

type Services = Pick<
  HolderServices,
  | "directory"
  | "credentials"
  | "mail"
  | "recovery"
  | "secondSteps"
  | "sessions"
  | "logIns"
  | "memory"
  | "contract"
  | "clock"
>;

export function heldRoutes(services: Services): readonly PortalRoute[] {
  const { directory, memory } = services;
  return [
    holderRoute(directory, paths.held, {
      async get(visit, account) {
        return page(visit, await recordOf(services, visit, account), await memory.holdings(account.id));
      },
      async post(visit, sent, { id }) {
        if (sent.has("clear")) {
          await memory.clear(id);
          return done(visit, paths.held, "cleared");
        }
        const wanted = sent.has("on") ? "on" : sent.has("off") ? "off" : undefined;
        if (wanted === undefined) return { kind: "go", path: visit.to(paths.held) };
        await setLearning({ directory, memory }, id, wanted === "on");
        return done(visit, paths.held, wanted);
      },
    }),
  ];
}

async function recordOf(
  { directory, credentials, mail, recovery, secondSteps, sessions, logIns, contract, clock }: Services,
  { language }: Mine,
  account: Account,
): Promise<readonly (readonly [string, Part])[]> {
  const word = words[language];
  const { id } = account;
  const usage = await mail.read(id).usage();
  const given = await recovery.show(id);
  const step = await secondSteps.state(id);
  const { emptyJunkDays, emptyTrashDays, forwarders } = await directory.preferences(id);
  const count = (all: readonly unknown[]): string => numberIn(language, all.length);
  const days = (value: number | undefined): string => (value === undefined ? word.never : word.days(value));
  return [
    [word.address, account.primary],
    [word.aliases, (await directory.aliases(id)).join(", ") || word.none],
    [word.made, timeOf(account.createdAt)],
    [word.state, word.states[account.state]],
    [word.language, word.languages[account.language]],
    [word.plan, (await credentials.plan(id))?.name ?? word.none],
    ...((await contract?.(id))?.kind === "contract" ? [[word.money, word.moneyOf] as const] : []),
    [word.password, word.hash],
    [word.appPasswords, count(await directory.appPasswords(id))],
    [word.recovery, given === undefined ? word.none : given.address],
    [word.secondStep, step.on ? word.stepOn(step.codesLeft) : word.stepOff],
    [word.wishes, word.wishesOf(days(emptyJunkDays), days(emptyTrashDays), forwarders.join(", ") || word.none)],
    [word.mail, word.mailOf(numberIn(language, usage.messages), sizeIn(language, usage.octets))],
    [word.sessions, count(await sessions.list(id, clock.now()))],
    [word.logIns, count(await logIns.list(id))],
  ];
}

function page(visit: Mine, record: readonly (readonly [string, Part])[], holdings: Holdings): Reply {
  const { language } = visit;
  const word = words[language];
  const rows = word.parts.map(([part, name, meaning]) => [name, numberIn(language, holdings[part].count), meaning]);
  const memory = holdings.isOn
    ? html`${table(word.memoryTitle, word.heads, rows)}<p>${word.clearSentence}</p>
${form(
  visit.to(paths.held),
  visit.formToken(),
  buttons({ label: word.clear, name: "clear" }, { label: word.turnOff, name: "off", look: "second" }),
)}
`
    : html`<p>${word.isOff}</p>
${form(visit.to(paths.held), visit.formToken(), buttons({ label: word.turnOn, name: "on" }))}
`;
  return shown(
    visit,
    word.title,
    noProblems,
    doneNotice(visit, word.done),
    html`<p>${word.lead} ${holderWords[language].utc}</p>
${facts(record)}<p>${word.elsewhere} <a href="${visit.to("/docs/privacy")}">${word.policy}</a></p>
<h2>${word.memoryTitle}</h2>
<p>${word.memory}</p>
${memory}`,
  );
}
