import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseSettings, readSettings } from "./read.ts";
import { exampleFile, settingsPage } from "./reference.ts";
import { rowsInOrder } from "./rows.ts";
import { SettingsError } from "./settings.ts";
import { LEAST, refused } from "./settings-text.fixture.ts";

test("what is left out has its default, paths start at the file, domains are in lower case", () => {
  const settings = parseSettings(LEAST, "/etc/altmail/altmail.toml");
  assert.deepEqual(settings, {
    hostName: "mail.example.org",
    domains: ["example.org", "example.net"],
    operator: "root@example.net",
    home: "/etc/altmail",
    key: { kind: "unlock" },
    workers: 0,
    smtpListen: [
      { host: "0.0.0.0", port: 25 },
      { host: "::", port: 25 },
    ],
    smtpConnections: 2000,
    smtpConnectionsPerPeer: 50,
    smtpTrustedNetworks: [
      { address: "127.0.0.0", bits: 8 },
      { address: "::1", bits: 128 },
    ],
    arrivingVerify: true,
    arrivingTrustedSealers: [],
    arrivingMemory: true,
    arrivingDnsLists: [],
    arrivingDnsListJunk: 1,
    arrivingDnsListRefuse: 0,
    scannersSpam: "none",
    scannersRspamd: { kind: "socket", path: "/run/rspamd/normal.sock" },
    scannersRspamdController: { kind: "socket", path: "/run/rspamd/controller.sock" },
    scannersRspamdPasswordFile: undefined,
    scannersSpamassassin: { kind: "socket", path: "/run/spamd/spamd.sock" },
    scannersVirus: "none",
    scannersClamd: { kind: "socket", path: "/run/clamav/clamd.ctl" },
    scannersJunkScore: 6,
    scannersRefuseScore: 15,
    scannersSendingRefuseScore: 15,
    scannersSpamSeconds: 0,
    scannersVirusSeconds: 60,
    scannersSpamBytes: undefined,
    scannersVirusBytes: 25 * 2 ** 20,
    scannersSpamSilent: "pass",
    scannersVirusSilent: "defer",
    scannersStatisticsOfPersons: false,
    imapListen: [
      { host: "0.0.0.0", port: 993 },
      { host: "::", port: 993 },
    ],
    imapConnections: 20000,
    imapConnectionsPerPeer: 500,
    submissionListen: [
      { host: "0.0.0.0", port: 465 },
      { host: "::", port: 465 },
    ],
    submissionStarttlsListen: [
      { host: "0.0.0.0", port: 587 },
      { host: "::", port: 587 },
    ],
    submissionConnections: 2000,
    submissionConnectionsPerPeer: 100,
    sendingMessagesAMinute: 30,
    sendingRecipientsAnHour: 300,
    sendingRecipientsADay: 1000,
    sendingFirstsADay: 200,
    webListen: [],
    webPlainListen: [],
    webChallengeFolder: undefined,
    siteServe: false,
    siteName: undefined,
    siteOrigin: undefined,
    siteContact: undefined,
    siteAbuse: undefined,
    sitePages: undefined,
    siteValues: [],
    billingProvider: "none",
    billingServer: "https://api.stripe.com",
    billingKeyFile: undefined,
    billingWebhookSecretFile: undefined,
    billingNotSendingDays: 30,
    billingReadingOnlyDays: 30,
    billingLaterDays: 14,
    billingNoticeDays: 7,
    billingCheckoutMinutes: 120,
    billingAutomaticTax: false,
    plans: [],
    dnsServers: [{ host: "127.0.0.1", port: 53 }],
    dnsAddresses: [],
    dnsMtaSts: "testing",
    queueDays: 5,
    queuePauses: [6, 15, 30, 60, 120, 180, 240],
    queueDelayHours: 4,
    queueFamily: "ipv4",
    queueFamilyOf: [],
    queueSmarthost: undefined,
    queueSmarthostCredentials: undefined,
    queuePort: 25,
    queuePrivateAddresses: false,
    queueAuthorities: undefined,
    dkimUnpublished: false,
    certificateFile: "/etc/altmail/server.pem",
    certificateKeyFile: "/etc/server.key",
    messageBytes: 50 * 2 ** 20,
    quotaBytes: 2 * 2 ** 30,
    logInsAMinute: 300,
    logDays: 10,
    metricsListen: undefined,
    backupTarget: undefined,
    backupTargetCredentials: undefined,
    backupEscrow: undefined,
    backupEscrowCredentials: undefined,
    backupRecipient: undefined,
    backupHours: 240,
    backupAtMinute: 210,
    accessSecondKeyFile: undefined,
  });
});

test("every value can be given", () => {
  const settings = parseSettings(
    `${LEAST}
[smtp]
listen = ["localhost:2525"]
connections-per-peer = 3
[limits]
message-size = "10 MiB"
`.replace("[tls]", 'home = "/srv/mail"\nkey = "secret/root"\nworkers = 4\n[tls]'),
    "/etc/altmail.toml",
  );
  assert.deepEqual(settings.smtpListen, [{ host: "localhost", port: 2525 }]);
  assert.equal(settings.smtpConnectionsPerPeer, 3);
  assert.equal(settings.messageBytes, 10 * 2 ** 20);
  assert.equal(settings.home, "/srv/mail");
  assert.deepEqual(settings.key, { kind: "file", path: "/etc/secret/root" });
  assert.equal(settings.workers, 4);
});

test("an unknown key is refused with its line and the nearest known name", () => {
  assert.equal(
    refused(LEAST.replace("domains", "domians")),
    `/etc/altmail.toml line 2: there is no setting domians: did you mean domains?
/etc/altmail.toml: domains is missing, for example: domains = ["example.org"]`,
  );
  assert.equal(
    refused(`${LEAST}\n[smtp]\nper-peer = 3`),
    "/etc/altmail.toml line 10: there is no setting smtp.per-peer: see docs/settings.md",
  );
  assert.match(
    refused(`${LEAST}\n[smpt]\nlisten = []`),
    /line 10: there is no setting smpt\.listen: did you mean smtp\.listen\?/,
  );
});

test("values of another form are refused with line and form, all at once", () => {
  const message = refused(`${LEAST.replace('"mail.example.org"', "5")}
[limits]
message-size = "huge"
quota = 5
[logs]
days = 11
[imap]
listen = ["993"]`);
  assert.deepEqual(message.split("\n"), [
    "/etc/altmail.toml line 1: host-name must be a name in quotes",
    '/etc/altmail.toml line 15: imap.listen must be a list of "address:port", IPv6 addresses in brackets: ["192.0.2.1:25", "[2001:db8::1]:25"]',
    '/etc/altmail.toml line 10: limits.message-size must be a size from "64 KiB" to "500 MiB", in KiB, MiB or GiB',
    '/etc/altmail.toml line 11: limits.quota must be a size from "1 MiB" to "100000 GiB", in KiB, MiB or GiB',
    "/etc/altmail.toml line 13: logs.days must be a whole number from 2 to 10",
  ]);
});

test("resolvers are addresses; destinations have families; a smarthost's credentials need the smarthost", () => {
  const settings = parseSettings(
    `${LEAST}\n[queue]\nfamily = "ipv6-only"\nfamily-of = ["Example.net ipv4"]\nsmarthost = "smtp.example.net:465"\n[dns]\nservers = ["[::1]:5353"]`,
    "/etc/altmail.toml",
  );
  assert.equal(settings.queueFamily, "ipv6-only");
  assert.deepEqual(settings.queueFamilyOf, [{ domain: "example.net", family: "ipv4" }]);
  assert.deepEqual(settings.queueSmarthost, { host: "smtp.example.net", port: 465 });
  assert.deepEqual(settings.dnsServers, [{ host: "::1", port: 5353 }]);
  assert.match(
    refused(`${LEAST}\n[dns]\nservers = ["localhost:53"]`),
    /line 10: dns\.servers must be a list of IP addresses/,
  );
  assert.match(
    refused(`${LEAST}\n[dns]\nservers = ["127.0.0.1:53", "192.0.2.53:53"]`),
    /line 10: dns\.servers must all be on this machine, or none/,
  );
  assert.match(refused(`${LEAST}\n[queue]\nfamily-of = ["example.net"]`), /queue\.family-of must be a list of domains/);
  assert.match(
    refused(`${LEAST}\n[queue]\nsmarthost-credentials = "x"`),
    /line 10: queue\.smarthost-credentials needs queue\.smarthost/,
  );
  assert.match(
    refused(`${LEAST}\n[queue]\nsmarthost = "127.0.0.1:2525"\nsmarthost-credentials = "x"`),
    /line 11: queue\.smarthost-credentials needs a smarthost that has a name/,
  );
  assert.match(
    refused(`${LEAST}\n[queue]\npauses = []`),
    /queue\.pauses must be a list of whole numbers from 1 to 1440/,
  );
  assert.match(refused(`${LEAST}\n[dns]\naddresses = ["mail"]`), /dns\.addresses must be a list of IP addresses/);
  assert.match(refused(`${LEAST}\n[dns]\nmta-sts = "on"`), /dns\.mta-sts must be "none", "testing" or "enforce"/);
  assert.match(refused(`${LEAST}\n[queue]\ndays = 10`), /queue\.days must be a whole number from 1 to 9/);
});

test("networks, DNS lists and scanners are given as their places have them; what is none is refused with its line", () => {
  const settings = parseSettings(
    `${LEAST}
[smtp]
trusted-networks = ["192.0.2.25", "2001:db8::/32"]
[arriving]
trusted-sealers = ["Lists.example.net"]
dns-lists = ["dnsbl.example=127.0.0.[2..4;10]*0.5"]
dns-list-refuse = 2.5
[scanners]
spam = "spamassassin"
spamassassin = "[::1]:783"
clamd = "run/clamd.sock"
rspamd-controller = ""
junk-score = 4.5
`,
    "/etc/altmail.toml",
  );
  assert.deepEqual(settings.smtpTrustedNetworks, [
    { address: "192.0.2.25", bits: 32 },
    { address: "2001:db8::", bits: 32 },
  ]);
  assert.deepEqual(settings.arrivingTrustedSealers, ["lists.example.net"]);
  assert.deepEqual(settings.arrivingDnsLists, ["dnsbl.example=127.0.0.[2..4;10]*0.5"]);
  assert.equal(settings.arrivingDnsListRefuse, 2.5);
  assert.deepEqual(settings.scannersSpamassassin, { kind: "port", host: "::1", port: 783 });
  assert.deepEqual(settings.scannersClamd, { kind: "socket", path: "/etc/run/clamd.sock" });
  assert.equal(settings.scannersRspamdController, undefined);
  assert.equal(settings.scannersJunkScore, 4.5);

  for (const [line, sentence] of [
    ['smtp.trusted-networks = ["192.0.2.0/33"]', "smtp.trusted-networks must be a list of addresses or networks"],
    ['arriving.dns-lists = ["a b"]', "arriving.dns-lists must be a list of DNS lists"],
    ['arriving.dns-lists = ["dnsbl.example=127.0.0"]', "arriving.dns-lists must be a list of DNS lists"],
    ["arriving.dns-list-refuse = 0.5", "arriving.dns-list-refuse must not be below arriving.dns-list-junk"],
    ['scanners.spam = "spamd"', 'scanners.spam must be "none" or "rspamd" or "spamassassin"'],
    ['scanners.clamd = "3310"', "scanners.clamd must be the path of a socket, or an address with port"],
    ["scanners.refuse-score = 5", "scanners.refuse-score must not be below scanners.junk-score"],
    ['scanners.virus-silent = "wait"', 'scanners.virus-silent must be "pass" or "defer"'],
    ["scanners.virus-seconds = 0", "scanners.virus-seconds must be a whole number from 1 to 240"],
  ] as const)
    assert.ok(refused(`${line}\n${LEAST}`).startsWith(`/etc/altmail.toml line 1: ${sentence}`), line);
});

test("L2: no setting keeps logs longer than 10 days", () => {
  assert.match(refused(`${LEAST}\n[logs]\ndays = 30`), /logs\.days must be a whole number from 2 to 10/);
});

const AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

test("places of backups are folders or buckets, and come with all that opens a set again", () => {
  const backup = (lines: readonly string[]): string => `${LEAST}\n[backup]\n${lines.join("\n")}\n`;
  const escrow = 'escrow = "https://s3.example.net:9000/kept?region=eu-north-1"';
  const settings = parseSettings(
    backup(['target = "backup"', escrow, 'escrow-credentials = "s3"', `recipient = "${AGE}"`, 'at = "23:05"']),
    "/etc/altmail/altmail.toml",
  );
  assert.deepEqual(settings.backupTarget, { kind: "folder", path: "/etc/altmail/backup" });
  assert.deepEqual(settings.backupEscrow, {
    kind: "s3",
    endpoint: "https://s3.example.net:9000",
    bucket: "kept",
    region: "eu-north-1",
  });
  assert.equal(settings.backupEscrowCredentials, "/etc/altmail/s3");
  assert.equal(settings.backupAtMinute, 23 * 60 + 5);
  assert.match(
    refused(backup(['target = "backup"'])),
    /line \d+: backup\.target needs backup\.escrow and backup\.recipient/,
  );
  assert.match(
    refused(backup(['target = "backup"', 'escrow = "backup"', `recipient = "${AGE}"`])),
    /backup\.escrow must be another place than backup\.target/,
  );
  assert.match(
    refused(backup(['target = "backup"', escrow, `recipient = "${AGE}"`])),
    /backup\.escrow is a bucket and needs backup\.escrow-credentials/,
  );
  assert.match(refused(backup(["hours = 241"])), /backup\.hours must be a whole number from 24 to 240/);
  assert.match(refused(backup(['recipient = "ssh-ed25519 AAAA"'])), /public half of an age key/);
  assert.match(refused(backup(['target = "https://s3.example.org/"'])), /a bucket as "https:/);
});

test("metrics are for this machine alone", () => {
  const metrics = (listen: string): string => `${LEAST}\n[metrics]\nlisten = "${listen}"\n`;
  assert.deepEqual(parseSettings(metrics("[::1]:9464"), "/etc/a.toml").metricsListen, { host: "::1", port: 9464 });
  for (const listen of ["127.evil.test:9464", "0.0.0.0:9464", "192.0.2.1:9464", "localhost:9464", "127.0.0.1"])
    assert.match(refused(metrics(listen)), /metrics\.listen must be "" or an address of this machine alone/);
});

test("what is no TOML is refused with its line", () => {
  assert.match(refused('host-name = "a'), /^\/etc\/altmail\.toml line 1: cannot be read as TOML: /);
});

test("the operator's address belongs to the service", () => {
  assert.equal(
    refused(LEAST.replace("root@example.net", "root@elsewhere.org")),
    "/etc/altmail.toml line 3: operator must be an address at one of the domains",
  );
});

test("a missing file is said to be so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "altmail-settings-"));
  const file = join(folder, "altmail.toml");
  await assert.rejects(readSettings(file), (error: unknown) => {
    assert.ok(error instanceof SettingsError);
    assert.ok(error.message.startsWith(`the settings file ${file} does not exist: `));
    return true;
  });
  await writeFile(file, LEAST);
  assert.equal((await readSettings(file)).home, folder);
  await rm(folder, { recursive: true });
});

test("the example file is taken as it stands and with every comment taken away; the page names every setting", () => {
  const example = parseSettings(exampleFile(), "/etc/altmail.toml");
  const full = parseSettings(exampleFile().replaceAll(/^#(?=[a-z])/gm, ""), "/etc/altmail.toml");
  assert.deepEqual(full, example);
  for (const row of rowsInOrder) assert.ok(settingsPage().includes(`| \`${row.name}\` |`));
});
