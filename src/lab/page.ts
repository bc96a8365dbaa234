/** The page that a lab shows when it is ready: where it listens, who has mail there, and what to try at once. */
import { nameOf } from "./lab-accounts.ts";

export type LabPage = {
  readonly home: string;
  readonly domain: string;
  readonly accounts: number;
  readonly password: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly metricsPort: number;
  readonly authorityFile: string;
  readonly identityFile: string;
};

export function labPage(page: LabPage): string {
  const { home, domain, accounts, password, smtpPort, imapPort, metricsPort, authorityFile, identityFile } = page;
  const [first, second] = [nameOf(1, domain), nameOf(2, domain)];
  const names =
    accounts === 1 ? first : accounts === 2 ? `${first} and ${second}` : `${first} to ${nameOf(accounts, domain)}`;
  const mutt = [
    `folder=imaps://localhost:${imapPort}/ spoolfile=+INBOX certificate_file='${authorityFile}' imap_user=${first}`,
    // What a shell could take for its own is asked for instead.
    ...(/^[\w -]+$/.test(password) ? [`imap_pass='${password}'`] : []),
  ].join(" ");
  return `AltMail runs as a lab: everything works, on this machine only.

  SMTP       localhost port ${smtpPort} (STARTTLS), mail to ${domain}
  IMAP       localhost port ${imapPort} (TLS)
  accounts   ${names}
  password   ${password}
  authority  ${authorityFile}
  metrics    http://127.0.0.1:${metricsPort}/metrics
  backups    ${home}/backup, each night; ${identityFile} opens them
  store      ${home} (encrypted; its key lies beside it, so it protects a copy of ${home}/data alone)

Try at once, in another terminal:

  send       bin/altmail lab send ${first} --home ${home}
  read       mutt -n -F /dev/null -e "set ${mutt}"
  and        add ${first} to Thunderbird: IMAP, localhost, port ${imapPort}, SSL/TLS, normal password
             (first import the authority: Settings, Privacy & Security, Certificates)
  back up    bin/altmail backup create --home ${home}
  prove it   bin/altmail backup drill --identity ${identityFile} --home ${home}

Ctrl-C stops it; the next start finds its mail again.
`;
}
