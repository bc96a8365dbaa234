/**
 * Takes the daily reports that others send about our domains from the mail that brings them, and adds them to the
 * operator's sums. The mail itself is delivered like all others, whatever becomes of this. One is read at a time, and what
 * waits has a bound. Each report counts once (RFC 9990 section 3.5.4).
 */
import { hash } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import type { ReadReport } from "../../rules/daily-report/read-report.ts";
import { dayOf } from "../../rules/daily-report/times.ts";
import { readHostName } from "../../rules/route/host-name.ts";
import type { ReceivedReports } from "../../store/received-reports.ts";
import { failureOf } from "../delivery/verdict.ts";
import type { DmarcReportLog } from "../dmarc-reports/report-events.ts";
import { readReport, reportLimits } from "./read-report.ts";

export type ReportMail = {
  /** All of it; must not change until `take` has fulfilled. */
  readonly message: Uint8Array;
  /**
   * The domain of its From, in A-labels, for which DMARC's result is "pass": without that anybody could report anything
   * (RFC 9990 section 3.5.2, RFC 8460 section 3), and such mail is not to be given here.
   */
  readonly author: string;
};

/** `none`: the mail carries no report that can be read. */
export type Taken = "added" | "none" | "foreign" | "time" | "known" | "beyond" | "busy" | "store";

export interface ReportIntake {
  /** Never rejects. */
  take(mail: ReportMail): Promise<Taken>;
}

type ReportIntakeOptions = {
  readonly reports: Pick<ReceivedReports, "add">;
  /** Our domains and our hosts' names, in A-labels: what reports can be about. */
  readonly ownNames: readonly string[];
  /** Whether mail from this address comes from our own servers. */
  readonly isOurs: (address: string) => boolean;
  readonly clock: Clock;
  readonly log: DmarcReportLog;
};

/** Octets of mails that wait for their turn. */
const MAX_WAITING_BYTES: number = 2 * reportLimits.maxMessageBytes;
/** Reports come the day after; some weeks late is a mistake, and days to come would be kept for ever. */
const OLDEST_MS: number = 30 * DAY;

export function createReportIntake(options: ReportIntakeOptions): ReportIntake {
  const { reports, isOurs, clock, log } = options;
  const ownNames = new Set(options.ownNames);
  let waitingBytes = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function add(report: ReadReport, submitter: string): Promise<Taken> {
    const { kind } = report;
    const results = report.results.filter(({ domain }) => ownNames.has(domain));
    const [first] = results;
    if (first === undefined) return "foreign";
    const day = dayOf(report.from);
    if (day < clock.now() - OLDEST_MS || day > clock.now()) return "time";
    try {
      const added = await reports.add({ mark: markOf(report, submitter), kind, day, submitter, results });
      if (added === "added")
        log("report.received", {
          kind,
          domain: first.domain,
          count: results.reduce((sum, { count }) => sum + count, 0),
        });
      return added;
    } catch (error) {
      log("dmarcreport.broken", { step: "receive", code: failureOf(error) });
      return "store";
    }
  }

  async function read({ message, author }: ReportMail): Promise<Taken> {
    const submitter = readHostName(author);
    const report = submitter === undefined ? undefined : await readReport(message, isOurs);
    if (submitter === undefined || report === undefined) return "none";
    const taken = await add(report, submitter);
    if (taken !== "added") log("report.ignored", { why: taken });
    return taken;
  }

  return {
    async take(mail) {
      const bytes = mail.message.length;
      if (waitingBytes > 0 && waitingBytes + bytes > MAX_WAITING_BYTES) {
        log("report.ignored", { why: "busy" });
        return "busy";
      }
      waitingBytes += bytes;
      const turn = last.then(() => read(mail)).finally(() => (waitingBytes -= bytes));
      // The next one is read whatever became of this.
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** The same for a repetition; one without an id is known by what it says. */
const markOf = ({ kind, id, from, until, results }: ReadReport, submitter: string): string => {
  const domains = [...new Set(results.map(({ domain }) => domain))];
  return hash("sha256", JSON.stringify([kind, submitter, id, from, until, id === "" ? results : domains]), "hex");
};
