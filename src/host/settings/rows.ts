/**
 * Every setting in one row: its name in altmail.toml (`table.key` for those in a table), its form, its unit, what it
 * is when left out, and the sentence that explains it. The reader, the manual and the example file are made from these.
 */
import { arrivingRows } from "./arriving-rows.ts";
import type { Row, RowsOf } from "./row.ts";
import { scannerRows } from "./scanner-rows.ts";
import { sendingRows } from "./sending-rows.ts";
import { planRows, siteRows } from "./site-rows.ts";
import type { Settings } from "./settings.ts";
import {
  ageRecipient,
  domainName,
  domainNames,
  keySource,
  listenAddresses,
  loopbackAddress,
  mailAddress,
  octets,
  orNone,
  path,
  placeAddress,
  timeOfDay,
  whole,
} from "./values.ts";

export const rows: RowsOf<keyof Settings> = {
  hostName: {
    name: "host-name",
    form: () => domainName,
    unit: "name",
    otherwise: undefined,
    example: '"mail.example.org"',
    sentence: "The name of this machine, as its address resolves to it and as its certificate has it.",
  },
  domains: {
    name: "domains",
    form: () => domainNames,
    unit: "names",
    otherwise: undefined,
    example: '["example.org"]',
    sentence: "The domains whose mail ends here.",
  },
  operator: {
    name: "operator",
    form: () => mailAddress,
    unit: "address",
    otherwise: undefined,
    example: '"operator@example.org"',
    sentence: "The account that receives mail for postmaster and abuse; it must exist before mail comes.",
  },
  home: {
    name: "home",
    form: path,
    unit: "path",
    otherwise: '"."',
    example: '"/var/lib/altmail"',
    sentence: "The folder of the installation: data, secrets and sockets. Relative paths start at the settings file.",
  },
  key: {
    name: "key",
    form: keySource,
    unit: '"unlock" or path',
    otherwise: '"unlock"',
    example: '"unlock"',
    sentence:
      'Where the root key comes from: "unlock" keeps the service sealed after a start until an operator runs `altmail unlock`; the path of a key file is for labs and for disks that are encrypted besides.',
  },
  workers: {
    name: "workers",
    form: () => whole(0, 256),
    unit: "processes",
    otherwise: "0",
    example: "0",
    sentence: "How many worker processes serve; 0 makes one for each core.",
  },
  ...planRows,
  smtpListen: {
    name: "smtp.listen",
    form: () => listenAddresses,
    unit: "addresses with port",
    otherwise: '["0.0.0.0:25", "[::]:25"]',
    example: '["0.0.0.0:25", "[::]:25"]',
    sentence: "Where mail from other servers is taken.",
  },
  smtpConnections: {
    name: "smtp.connections",
    form: () => whole(1, 1_000_000),
    unit: "connections",
    otherwise: "2000",
    example: "2000",
    sentence: "How many connections from mail servers are held at one time; beyond it they hear 421 and try again.",
  },
  smtpConnectionsPerPeer: {
    name: "smtp.connections-per-peer",
    form: () => whole(1, 1_000_000),
    unit: "connections",
    otherwise: "50",
    example: "50",
    sentence: "How many of these one IPv4 address or one IPv6 network of 64 bits may hold.",
  },
  ...arrivingRows,
  ...scannerRows,
  imapListen: {
    name: "imap.listen",
    form: () => listenAddresses,
    unit: "addresses with port",
    otherwise: '["0.0.0.0:993", "[::]:993"]',
    example: '["0.0.0.0:993", "[::]:993"]',
    sentence: "Where mail clients connect, with TLS from the first octet.",
  },
  imapConnections: {
    name: "imap.connections",
    form: () => whole(1, 1_000_000),
    unit: "connections",
    otherwise: "20000",
    example: "20000",
    sentence: "How many connections from mail clients are held at one time; an idle one costs up to 70 KiB of memory.",
  },
  imapConnectionsPerPeer: {
    name: "imap.connections-per-peer",
    form: () => whole(1, 1_000_000),
    unit: "connections",
    otherwise: "500",
    example: "500",
    sentence:
      "How many of these one IPv4 address or one IPv6 network of 64 bits may hold. Keep it large: many people share the address of a Tor exit, a VPN or an office.",
  },
  ...sendingRows,
  ...siteRows,
  certificateFile: {
    name: "tls.certificate",
    form: path,
    unit: "path",
    otherwise: undefined,
    example: '"/etc/altmail/server.pem"',
    sentence: "The certificate chain in PEM form, the server's own first; read again at SIGHUP. P-256 is fastest.",
  },
  certificateKeyFile: {
    name: "tls.key",
    form: path,
    unit: "path",
    otherwise: undefined,
    example: '"/etc/altmail/server.key"',
    sentence: "The key of that certificate in PEM form, readable by the service's user alone.",
  },
  messageBytes: {
    name: "limits.message-size",
    form: () => octets("64 KiB", "500 MiB"),
    unit: "KiB, MiB, GiB",
    otherwise: '"50 MiB"',
    example: '"50 MiB"',
    sentence: "The largest message that is taken; announced by SIZE.",
  },
  quotaBytes: {
    name: "limits.quota",
    form: () => octets("1 MiB", "100000 GiB"),
    unit: "KiB, MiB, GiB",
    otherwise: '"2 GiB"',
    example: '"2 GiB"',
    sentence: "How much mail a new account may hold when it is made without saying.",
  },
  logInsAMinute: {
    name: "limits.log-ins-a-minute",
    form: () => whole(10, 1_000_000),
    unit: "log-ins",
    otherwise: "300",
    example: "300",
    sentence:
      "How many log-ins one network (256 IPv4 addresses, or an IPv6 network of 48 bits) may try in a minute, right ones too. What a server remembers to be right is not counted.",
  },
  logDays: {
    name: "logs.days",
    // Statistics are made of a day ten minutes after its end: it must not be over then.
    form: () => whole(2, 10),
    unit: "days",
    otherwise: "10",
    example: "10",
    sentence:
      "How many days of the calendar (UTC) access and event logs are kept, today among them; 10 is the most that is promised to account holders.",
  },
  metricsListen: {
    name: "metrics.listen",
    form: () => orNone(loopbackAddress),
    unit: "address with port",
    otherwise: '""',
    example: '"127.0.0.1:9464"',
    sentence: "Where a Prometheus on this machine may ask for metrics, over plain HTTP; without it none are served.",
  },
  backupTarget: {
    name: "backup.target",
    form: (folder) => orNone(placeAddress(folder)),
    unit: "path or bucket",
    otherwise: '""',
    example: '"https://s3.example.org/altmail-backup?region=eu-north-1"',
    sentence: "Where backup sets rest, best on another machine; without it no backups are made.",
  },
  backupTargetCredentials: {
    name: "backup.target-credentials",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/backup.s3"',
    sentence: "A file with the access key id and the secret of that bucket, a line each, for the service's user alone.",
  },
  backupEscrow: {
    name: "backup.escrow",
    form: (folder) => orNone(placeAddress(folder)),
    unit: "path or bucket",
    otherwise: '""',
    example: '"https://s3.example.net/altmail-escrow"',
    sentence:
      "Where the keys of sets rest, sealed to the offline key, with the ledger of what was deleted since: at another provider than the target, and needed wherever a target is given.",
  },
  backupEscrowCredentials: {
    name: "backup.escrow-credentials",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/escrow.s3"',
    sentence: "As backup.target-credentials, for the escrow place.",
  },
  backupRecipient: {
    name: "backup.recipient",
    form: () => orNone(ageRecipient),
    unit: "age key",
    otherwise: '""',
    example: '"age1..."',
    sentence:
      "The public half of the operators' offline key (age-keygen); no set can be opened without the other half.",
  },
  backupHours: {
    name: "backup.hours",
    form: () => whole(24, 240),
    unit: "hours",
    otherwise: "240",
    example: "240",
    sentence: "How long a set lives; 240 is the most that is promised to account holders.",
  },
  backupAtMinute: {
    name: "backup.at",
    form: () => timeOfDay,
    unit: "UTC",
    otherwise: '"03:30"',
    example: '"03:30"',
    sentence: "When the nightly set is made.",
  },
  accessSecondKeyFile: {
    name: "access.second-key",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/second-operator.pem"',
    sentence:
      "The public key (Ed25519, PEM) of a second operator; where it is given, staff access is opened only with his approval.",
  },
};

/** The rows in the order of the file: those without a table first. */
export const rowsInOrder: readonly Row<unknown>[] = Object.values(rows);
