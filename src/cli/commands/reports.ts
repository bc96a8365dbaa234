/**
 * What other mail systems reported of our domains (RFC 9990, RFC 8460), summed up for the operator: who sends in our name
 * and fails, and whose TLS fails. Sums without persons.
 */
import { type Clock, DAY, systemClock } from "../../host/clock.ts";
import { dayOf } from "../../rules/daily-report/times.ts";
import { aLabels } from "../../service/dns/a-labels.ts";
import { receivedTable } from "../../service/received-reports/received-table.ts";
import type { ReceivedSum } from "../../store/received-reports.ts";
import { done, type StoreCommand, text } from "../command.ts";

const DEFAULT_DAYS = 14;
const MOST_DAYS = 90;

/** `clock` says which days are the last ones. */
export function createReportsCommands(clock: Clock): readonly StoreCommand[] {
  return [
    {
      name: "reports",
      where: "stores",
      access: "content-free",
      summary: "Show what other mail systems reported of our domains: DMARC and TLS results by day and reporter",
      description:
        'Reports come to where the DNS says (rua of _dmarc and _smtp._tls). Those that reach the operator\'s account and pass DMARC themselves are counted, each once. "ours": from the addresses of dns.addresses; "others": somebody else in our name, or a forwarder.',
      arguments: [],
      options: [
        { name: "days", value: "N", summary: `of so many days, ${MOST_DAYS} at most; ${DEFAULT_DAYS} when not given` },
        { name: "domain", value: "DOMAIN", summary: "of this domain alone" },
      ],
      examples: ["altmail reports --home var", "altmail reports --days 90 --domain example.org --home var"],
      async work({ receivedReports }, given) {
        const days = given["days"] === undefined ? DEFAULT_DAYS : Number(given["days"]);
        if (!Number.isSafeInteger(days) || days < 1 || days > MOST_DAYS)
          return { kind: "refused", sentence: `--days takes a whole number from 1 to ${MOST_DAYS}` };
        const sums = await receivedReports.sums(dayOf(clock.now()) - (days - 1) * DAY);
        const domain = aLabels(text(given, "domain"));
        return done(domain === "" ? sums : sums.filter((sum) => sum.domain === domain));
      },
      show: (sums: readonly ReceivedSum[]) =>
        sums.length === 0 ? "nothing was reported in that time" : receivedTable(sums).join("\n"),
    },
  ];
}

export const reportsCommands: readonly StoreCommand[] = createReportsCommands(systemClock);
