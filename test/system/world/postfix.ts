/** A real Postfix as the mail host of one domain: takes its mail over TLS into mailboxes, and reports to senders when asked. Needs root. */
import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HostCertificate } from "./certificates.ts";
import { until } from "./until.ts";

export type PostfixWish = {
  readonly address: string;
  readonly port: number;
  readonly domain: string;
  readonly certificate: HostCertificate;
  /** Where its own mail goes, by domain: host and port. */
  readonly relays: Readonly<Record<string, string>>;
};

export type Postfix = AsyncDisposable & {
  /** What lies in the mailbox, with the line ends of files, when there is so much; an octet a character. */
  mails(mailbox: string, count: number): Promise<readonly string[]>;
};

const NOBODY = 65_534;
const exec = promisify(execFile);
const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };

/** One mailbox, `b`. Postfix knows only addresses that an interface bears; which one it listens at is another thing. */
export async function startPostfix(wish: PostfixWish): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-postfix-"));
  const config = join(folder, "config");
  for (const name of ["config", "queue", "data", "mail"]) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  chownSync(join(folder, "mail"), NOBODY, NOBODY);
  chownSync(join(folder, "data"), Number((await exec("id", ["-u", "postfix"])).stdout), 0);
  writeFileSync(join(config, "tls.pem"), wish.certificate.key + wish.certificate.certificate);
  writeFileSync(join(config, "mailboxes"), `b@${wish.domain} b/\n`);
  const relays = Object.entries(wish.relays).map(([domain, to]) => `${domain} smtp:${to}\n`);
  writeFileSync(join(config, "relays"), relays.join(""));
  writeFileSync(join(config, "main.cf"), mainText(folder, wish));
  writeFileSync(join(config, "master.cf"), masterText(wish));
  await exec("postfix", ["-c", config, "start"], { env });
  return {
    mails: (mailbox, count) =>
      until(`${count} messages in mailbox ${mailbox}`, () => {
        const place = join(folder, "mail", mailbox, "new");
        const names = namesIn(place);
        return names.length >= count && names.map((name) => readFileSync(join(place, name), "latin1"));
      }),
    async [Symbol.asyncDispose]() {
      await exec("postfix", ["-c", config, "stop"], { env }).catch(() => "");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mainText(folder: string, { domain }: PostfixWish): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
myhostname = mx.${domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
maillog_file = ${folder}/queue/log
maillog_file_prefixes = ${folder}
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = texthash:${folder}/config/mailboxes
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
transport_maps = texthash:${folder}/config/relays
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/config/tls.pem
smtp_dns_support_level = disabled
in_flow_delay = 0
`;
}

function masterText({ address, port }: PostfixWish): string {
  const reporting = ["bounce", "defer", "trace"].map((name) => `${name} unix - - n - 0 bounce`);
  const plain = ["rewrite", "smtp", "error", "virtual", "anvil", "proxymap"];
  return [
    `${address}:${port} inet n - n - - smtpd`,
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n - 1 tlsmgr",
    ...reporting,
    ...plain.map(
      (name) =>
        `${name} unix - ${name === "virtual" ? "n" : "-"} n - - ${name === "rewrite" ? "trivial-rewrite" : name}`,
    ),
    "postlog unix-dgram n - n - 1 postlogd",
    "",
  ].join("\n");
}

function namesIn(place: string): readonly string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}
