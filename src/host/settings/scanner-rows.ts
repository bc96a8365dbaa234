/** The settings of scanners for spam and viruses (docs/scanners.md). */
import { decimal, oneOf, scannerPlace } from "./arriving-values.ts";
import type { RowsOf } from "./row.ts";
import type { Settings } from "./settings.ts";
import { octets, orNone, path, whole, yesOrNo } from "./values.ts";

type Scanners = Extract<keyof Settings, `scanners${string}`>;

const SOCKET = "socket or address with port";
const SILENT = '"pass" or "defer"';

export const scannerRows: RowsOf<Scanners> = {
  scannersSpam: {
    name: "scanners.spam",
    form: () => oneOf("none", "rspamd", "spamassassin"),
    unit: "name",
    otherwise: '"none"',
    example: '"rspamd"',
    sentence: "The spam scanner that reads mail in both directions: none, rspamd or spamassassin (docs/scanners.md).",
  },
  scannersRspamd: {
    name: "scanners.rspamd",
    form: scannerPlace,
    unit: SOCKET,
    otherwise: '"/run/rspamd/normal.sock"',
    example: '"/run/rspamd/normal.sock"',
    sentence: "Where a normal worker of rspamd listens.",
  },
  scannersRspamdController: {
    name: "scanners.rspamd-controller",
    form: (folder) => orNone(scannerPlace(folder)),
    unit: SOCKET,
    otherwise: '"/run/rspamd/controller.sock"',
    example: '"127.0.0.1:11334"',
    sentence: "Where its controller listens: for learning, and for what `altmail status` tells; empty for neither.",
  },
  scannersRspamdPasswordFile: {
    name: "scanners.rspamd-password-file",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/rspamd-password"',
    sentence: "A file with the controller's password in one line, for the service's user alone; a socket needs none.",
  },
  scannersSpamassassin: {
    name: "scanners.spamassassin",
    form: scannerPlace,
    unit: SOCKET,
    otherwise: '"/run/spamd/spamd.sock"',
    example: '"127.0.0.1:783"',
    sentence: "Where spamd listens.",
  },
  scannersVirus: {
    name: "scanners.virus",
    form: () => oneOf("none", "clamd"),
    unit: "name",
    otherwise: '"none"',
    example: '"clamd"',
    sentence: "The virus scanner that reads mail in both directions: none or clamd, of ClamAV.",
  },
  scannersClamd: {
    name: "scanners.clamd",
    form: scannerPlace,
    unit: SOCKET,
    otherwise: '"/run/clamav/clamd.ctl"',
    example: '"/run/clamav/clamd.ctl"',
    sentence: "Where clamd listens.",
  },
  scannersJunkScore: {
    name: "scanners.junk-score",
    form: () => decimal(0.1, 1000),
    unit: "points",
    otherwise: "6",
    example: "6",
    sentence: "From how many points on arriving mail goes to Junk; 5 means to SpamAssassin what 6 means to rspamd.",
  },
  scannersRefuseScore: {
    name: "scanners.refuse-score",
    form: () => decimal(0, 1000),
    unit: "points",
    otherwise: "15",
    example: "15",
    sentence:
      "From how many points on arriving mail is refused, 0 for never; 12 means to SpamAssassin what 15 means to rspamd.",
  },
  scannersSendingRefuseScore: {
    name: "scanners.sending-refuse-score",
    form: () => decimal(0.1, 1000),
    unit: "points",
    otherwise: "15",
    example: "15",
    sentence: "From how many points on mail of an account holder is not taken for sending.",
  },
  scannersSpamSeconds: {
    name: "scanners.spam-seconds",
    form: () => whole(0, 240),
    unit: "seconds",
    otherwise: "0",
    example: "20",
    sentence:
      "How long the spam scanner may take with a mail, waiting for its turn included; 0: 20 for rspamd, 45 for SpamAssassin.",
  },
  scannersVirusSeconds: {
    name: "scanners.virus-seconds",
    form: () => whole(1, 240),
    unit: "seconds",
    otherwise: "60",
    example: "60",
    sentence: "How long the virus scanner may take with a mail, waiting for its turn included.",
  },
  scannersSpamBytes: {
    name: "scanners.spam-bytes",
    form: () => orNone(octets("1 KiB", "500 MiB")),
    unit: "KiB, MiB, GiB",
    otherwise: '""',
    example: '"500 KiB"',
    sentence: "Larger mail is not read for spam; when not given 50 MiB for rspamd, 500 KiB for SpamAssassin.",
  },
  scannersVirusBytes: {
    name: "scanners.virus-bytes",
    form: () => octets("1 KiB", "500 MiB"),
    unit: "KiB, MiB, GiB",
    otherwise: '"25 MiB"',
    example: '"25 MiB"',
    sentence: "Larger mail is not read for viruses, and its header says so; never above clamd's `StreamMaxLength`.",
  },
  scannersSpamSilent: {
    name: "scanners.spam-silent",
    form: () => oneOf("pass", "defer"),
    unit: SILENT,
    otherwise: '"pass"',
    example: '"pass"',
    sentence:
      'What becomes of mail about which the spam scanner says nothing in time: "pass" lets it through as unscanned, "defer" asks to come again.',
  },
  scannersVirusSilent: {
    name: "scanners.virus-silent",
    form: () => oneOf("pass", "defer"),
    unit: SILENT,
    otherwise: '"defer"',
    example: '"defer"',
    sentence: "The same for the virus scanner.",
  },
  scannersStatisticsOfPersons: {
    name: "scanners.statistics-of-persons",
    form: () => yesOrNo,
    unit: "true or false",
    otherwise: "false",
    example: "false",
    sentence:
      "Whether the spam scanner is set up to keep statistics for each person apart (docs/scanners.md); only then does mail that is moved in and out of Junk teach it.",
  },
};
