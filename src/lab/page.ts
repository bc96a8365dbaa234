/** The page that a lab shows when it is ready: where it listens, who has mail there, and what to try at once. */
import type { ListenAddress } from "../host/settings/settings.ts";
import { isLoopback } from "../host/loopback.ts";
import { nameOf, worldOf } from "./lab-accounts.ts";

export type LabPage = {
  readonly home: string;
  readonly domain: string;
  readonly accounts: number;
  readonly password: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  /** TLS from the first octet, and STARTTLS. */
  readonly submissionsPort: number;
  readonly submissionPort: number;
  /** `undefined`: there is no website. */
  readonly webPort: number | undefined;
  /** With which one more account can be opened there. */
  readonly invitation: string | undefined;
  readonly metricsPort: number;
  /** Where mail to the world goes; `undefined`: the lab catches it. */
  readonly smarthost: ListenAddress | undefined;
  readonly authorityFile: string;
  readonly identityFile: string;
};

export function labPage(page: LabPage): string {
  const { home, domain, accounts, password, authorityFile, identityFile } = page;
  const { smtpPort, imapPort, submissionsPort, submissionPort, metricsPort } = page;
  const [first, second] = [nameOf(1, domain), nameOf(2, domain)];
  const names =
    accounts === 1 ? first : accounts === 2 ? `${first} and ${second}` : `${first} to ${nameOf(accounts, domain)}`;
  const leaving =
    page.smarthost === undefined
      ? `is caught: it shows here and in the mailbox of ${worldOf(domain)} (same password)`
      : `goes to ${addressText(page.smarthost)}`;
  const website =
    page.webPort === undefined
      ? ""
      : `  website     https://localhost:${page.webPort}/ and /account/ (its certificate is of the authority below)
  invitation  ${page.invitation ?? "none"} opens one more account there: /account/sign-up
`;
  return `AltMail runs as a lab: ${leavesMachine(page) ? "it listens on this machine only, and what leaves GOES OUT TO THE WORLD." : "everything works, on this machine only."}

  SMTP        localhost port ${smtpPort} (STARTTLS), mail to ${domain}
  submission  localhost port ${submissionsPort} (TLS) and ${submissionPort} (STARTTLS), mail to anywhere
  IMAP        localhost port ${imapPort} (TLS)
${website}  accounts    ${names}
  password    ${password}
  what leaves ${leaving}
  authority   ${authorityFile}
  metrics     http://127.0.0.1:${metricsPort}/metrics
  backups     ${home}/backup, each night; ${identityFile} opens them
  store       ${home} (encrypted; its key lies beside it, so it protects a copy of ${home}/data alone)

Try at once, in another terminal:

  mail in     bin/altmail lab send ${first} --home ${home}
  mail out    bin/altmail lab send someone@example.net --as ${first} --home ${home}
  read, write mutt -n -F /dev/null -e "set ${muttSettings(page, first)}"
  Thunderbird add ${first}: IMAP, localhost, port ${imapPort}; outgoing SMTP, localhost, port ${submissionsPort};
              both SSL/TLS, normal password (first Settings, Privacy & Security, Certificates: import the authority)
  back up     bin/altmail backup create --home ${home}
  prove it    bin/altmail backup drill --identity ${identityFile} --home ${home}

Ctrl-C stops it; the next start finds its mail again.
`;
}

const addressText = ({ host, port }: ListenAddress): string => (host.includes(":") ? `[${host}]` : host) + `:${port}`;

const leavesMachine = ({ smarthost }: LabPage): boolean =>
  smarthost !== undefined && smarthost.host !== "localhost" && !isLoopback(smarthost.host);

function muttSettings({ imapPort, submissionsPort, authorityFile, password }: LabPage, user: string): string {
  return [
    `folder=imaps://localhost:${imapPort}/ spoolfile=+INBOX record=+Sent certificate_file='${authorityFile}'`,
    `imap_user=${user} from=${user} smtp_url=smtps://${user}@localhost:${submissionsPort}/`,
    // What a shell could take for its own is asked for instead.
    ...(/^[\w -]+$/.test(password) ? [`imap_pass='${password}' smtp_pass='${password}'`] : []),
  ].join(" ");
}
