/** The page of the portal on mail programs: the holder's own settings, the profile for Apple's devices, the guides. */
import type { MailServices } from "../../../rules/client-settings/mail-services.ts";
import type { Account, Directory } from "../../../store/directory.ts";
import { paths } from "../account/account-paths.ts";
import { facts, holderRoute, type Mine, shown } from "../account/holder-page.ts";
import { type Html, html } from "../markup.ts";
import { noProblems, notice } from "../portal/fields.ts";
import type { PortalRoute } from "../portal/route.ts";
import { PROFILE_PATH } from "./client-settings.ts";
import { clientsWords } from "./clients-words.ts";

export type ClientsPageServices = {
  readonly directory: Pick<Directory, "byId">;
  readonly mail: MailServices;
  /** Whether log-in in two steps is on, so that programs take app passwords alone. */
  readonly needsAppPassword: (account: Account) => Promise<boolean>;
};

export const CLIENTS_PATH = "/account/clients";

export const clientsRoute = ({ directory, mail, needsAppPassword }: ClientsPageServices): PortalRoute =>
  holderRoute(directory, CLIENTS_PATH, {
    async get(visit, account) {
      const word = clientsWords[visit.language];
      const must = await needsAppPassword(account);
      return shown(
        visit,
        word.title,
        noProblems,
        html`<p>${word.lead}</p>
${must ? notice(word.mustBeApp) : ""}<p><a href="${visit.to(paths.appPasswords)}">${word.appPassword}</a> ${word.appPasswordText}</p>
<h2>${word.settings}</h2>
${settings(visit, mail, account.primary)}`,
        mail.imaps === undefined || mail.submissions === undefined ? "" : apple(visit, account.primary),
        html`<h2>${word.guides}</h2>
<ul>
${Object.entries(word.guide).map(([path, title]) => html`<li><a href="${visit.to(path)}">${title}</a></li>\n`)}</ul>`,
      );
    },
  });

function settings(
  { language }: Mine,
  { hostName, imaps, submissions, submission }: MailServices,
  address: string,
): Html {
  const word = clientsWords[language];
  return facts([
    [word.user, html`<code>${address}</code>: ${word.userText}`],
    [word.server, html`<code>${hostName}</code>`],
    ...(imaps === undefined ? [] : [[word.reading, word.tls(imaps)] as const]),
    ...(submissions === undefined ? [] : [[word.sending, word.tls(submissions)] as const]),
    ...(submission === undefined ? [] : [[word.blocked, word.startTls(submission)] as const]),
  ]);
}

function apple({ language }: Mine, address: string): Html {
  const word = clientsWords[language];
  return html`<h2>${word.apple}</h2>
<p>${word.appleText}</p>
<p><a href="${PROFILE_PATH}?address=${encodeURIComponent(address)}">${word.appleLink}</a></p>
`;
}
