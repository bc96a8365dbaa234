/**
 * The home of a lab: made at the first start, found at the next. It has its own authority and certificate, backups, and a
 * root key in a file, which protects nothing when the disk is taken: a lab is to be tried, not to be relied on.
 */
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../cli/stores.ts";
import type { Clock } from "../host/clock.ts";
import { parseSettings } from "../host/settings/read.ts";
import type { Settings } from "../host/settings/settings.ts";
import { openLabAuthority } from "../host/tls/lab-authority.ts";
import { generateRoot, readRoot, type Root } from "../store/crypt/root.ts";
import { exampleValues } from "./lab-site.ts";
import { LAB_ESCROW, LAB_TARGET, openLabBackup } from "./lab-backup.ts";

export type LabWishes = {
  readonly home: string;
  readonly basePort: number;
  readonly domain: string;
  /** 0: one a core. */
  readonly workers: number;
  /** Keeps the bounds on connections of one peer; in a lab all come from one address. */
  readonly bounded: boolean;
  /** Whether there is a website with the portal. */
  readonly site: boolean;
  /** HOST:PORT that takes what leaves; `undefined`: the lab's own outside world. */
  readonly smarthost: string | undefined;
};

export type LabHome = {
  readonly settings: Settings;
  readonly root: Root;
  /** The certificate that mail clients of this lab must trust. */
  readonly authorityFile: string;
  /** What opens the lab's backup sets. */
  readonly identityFile: string;
};

const HOST = "127.0.0.1";
const SMTP = 25;
const IMAP = 993;
const SUBMISSIONS = 465;
const SUBMISSION = 587;
const HTTPS = 443;
/** Where the outside world of a lab listens. */
const WORLD = 26;
/** Prometheus knows us by 9464; four digits may not fit above the base port. */
const METRICS = 464;
const UNBOUNDED = 100_000;

/** Makes what is missing, and writes the settings anew: ports and workers are those of this start. */
export async function openLabHome(wishes: LabWishes, clock: Clock): Promise<LabHome> {
  const { home, domain } = wishes;
  const { secretFolder } = await makeFolders(home);
  const certificates = await openLabAuthority(join(secretFolder, "tls"), [domain], clock);
  const authorityFile = join(home, "ca.pem");
  copyFileSync(certificates.authorityFile, authorityFile);
  const rootFile = join(secretFolder, "root");
  const root = existsSync(rootFile) ? readRoot(rootFile) : generateRoot(rootFile);
  const { identityFile, recipient } = await openLabBackup(home, secretFolder);
  const file = join(home, "altmail.toml");
  const text = settingsText(wishes, recipient);
  // Before they are written: settings that cannot be read would stop every command on this home.
  const settings = parseSettings(text, file);
  writeFileSync(file, text, { mode: 0o600 });
  return { settings, root, authorityFile, identityFile };
}

function settingsText({ basePort, domain, workers, bounded, site, smarthost }: LabWishes, recipient: string): string {
  const bounds = bounded ? [] : [`connections = ${UNBOUNDED}`, `connections-per-peer = ${UNBOUNDED}`];
  return [
    "# The settings of a lab; it writes them at each start.",
    'host-name = "localhost"',
    `domains = [${JSON.stringify(domain)}]`,
    `operator = ${JSON.stringify(`u1@${domain}`)}`,
    'key = "secret/root"',
    `workers = ${workers}`,
    "",
    "[smtp]",
    `listen = ["${HOST}:${basePort + SMTP}"]`,
    ...bounds,
    "",
    // A lab asks no resolver: what comes to it is not verified.
    "[arriving]",
    "verify = false",
    "",
    "[imap]",
    `listen = ["${HOST}:${basePort + IMAP}"]`,
    ...bounds,
    "",
    "[submission]",
    `listen = ["${HOST}:${basePort + SUBMISSIONS}"]`,
    `starttls-listen = ["${HOST}:${basePort + SUBMISSION}"]`,
    ...bounds,
    "",
    ...(bounded
      ? []
      : [
          "[sending]",
          ...["messages-a-minute", "recipients-an-hour", "recipients-a-day", "first-time-recipients-a-day"].map(
            (name) => `${name} = ${UNBOUNDED}`,
          ),
          "",
          "[limits]",
          `log-ins-a-minute = ${UNBOUNDED}`,
          "",
        ]),
    ...(site ? siteText(basePort) : []),
    "[queue]",
    `smarthost = ${JSON.stringify(smarthost ?? `${HOST}:${basePort + WORLD}`)}`,
    // What the world could not take while the lab stopped is not to be waited for at the next start.
    ...(smarthost === undefined ? ["pauses = [1, 5, 30]"] : []),
    "",
    "[dkim]",
    "unpublished = true",
    "",
    "[tls]",
    'certificate = "secret/tls/server.pem"',
    'key = "secret/tls/server.key"',
    "",
    "[metrics]",
    `listen = "${HOST}:${basePort + METRICS}"`,
    "",
    "[backup]",
    `target = "${LAB_TARGET}"`,
    `escrow = "${LAB_ESCROW}"`,
    `recipient = "${recipient}"`,
    "",
  ].join("\n");
}

const siteText = (basePort: number): readonly string[] => [
  "[web]",
  `listen = ["${HOST}:${basePort + HTTPS}"]`,
  "",
  "[site]",
  "serve = true",
  'name = "AltMail lab"',
  `origin = "https://localhost:${basePort + HTTPS}"`,
  "values = [",
  ...exampleValues().map((line) => `  ${JSON.stringify(line)},`),
  "]",
  "",
];
