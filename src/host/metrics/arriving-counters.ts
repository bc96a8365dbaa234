/** Counters of what judges arriving mail: limits on strangers, verification, scanners, verdicts, lessons, reports. */
import {
  dmarcResults,
  lessonKinds,
  peerLimitNames,
  peerScopes,
  reportKinds,
  scanFailures,
  scannerKinds,
  verdictKinds,
  verdictRules,
} from "./closed-sets.ts";
import { type CounterRow, type Fields, kind } from "./row.ts";

const isSilent = ({ spf, dkim, dmarc }: Fields): boolean => [spf, dkim, dmarc].includes("temperror");

export const arrivingCounterRows: readonly CounterRow[] = [
  {
    name: "altmail_smtp_limited_total",
    help: "Times that another server had reached a limit on strangers, by limit and by whom it was reached.",
    events: ["smtp.limited"],
    labels: [
      { name: "limit", values: peerLimitNames, of: ({ limit }) => limit },
      { name: "scope", values: peerScopes, of: ({ scope }) => scope },
    ],
  },
  {
    name: "altmail_arriving_verified_total",
    help: "Messages that were verified, by what DMARC came to and whether the DNS answered all questions.",
    events: ["arriving.verified"],
    labels: [
      { name: "dmarc", values: dmarcResults, of: ({ dmarc }) => dmarc },
      { name: "dns", values: ["answered", "silent"], of: (fields) => (isSilent(fields) ? "silent" : "answered") },
    ],
  },
  {
    name: "altmail_scanner_silent_total",
    help: "Messages about which a scanner gave no answer, and why.",
    events: ["scan.unavailable"],
    labels: [
      { name: "scanner", values: scannerKinds, of: (fields) => fields["kind"] },
      { name: "why", values: scanFailures, of: ({ why }) => why },
    ],
  },
  {
    name: "altmail_verdicts_total",
    help: "Verdicts on arriving mail, one for each account, and the rule that decided.",
    events: ["defence.verdict"],
    labels: [
      { name: "verdict", values: verdictKinds, of: ({ verdict }) => verdict },
      { name: "rule", values: verdictRules, of: ({ rule }) => rule },
    ],
  },
  {
    name: "altmail_lessons_total",
    help: "Mail that its holders called wanted or unwanted, and that their account learned from.",
    events: ["defence.learned"],
    labels: [{ name: "lesson", values: lessonKinds, of: ({ lesson }) => lesson }],
  },
  {
    name: "altmail_defence_troubles_total",
    help: "Steps of the built-in defence that failed, changes of DNS lists, acts that came too fast to be learned from.",
    events: ["defence.failed", "defence.list", "defence.unheard"],
    labels: [kind({ "defence.failed": "failed", "defence.list": "list", "defence.unheard": "unheard" })],
  },
  {
    name: "altmail_dmarc_reports_total",
    help: "Daily reports on DMARC to other domains: sent, put off, given up; steps that failed.",
    events: ["dmarcreport.sent", "dmarcreport.deferred", "dmarcreport.failed", "dmarcreport.broken"],
    labels: [
      kind({
        "dmarcreport.sent": "sent",
        "dmarcreport.deferred": "deferred",
        "dmarcreport.failed": "failed",
        "dmarcreport.broken": "broken",
      }),
    ],
  },
  {
    name: "altmail_received_reports_total",
    help: "Daily reports of others about our domains that were counted.",
    events: ["report.received"],
    labels: [{ name: "kind", values: reportKinds, of: (fields) => fields["kind"] }],
  },
];
