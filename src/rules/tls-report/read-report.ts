/**
 * Reads a report on TLS towards a domain of ours (RFC 8460 section 4.4). Kept are sums by kind of policy and of failure;
 * addresses and hosts are not. What is no report is `undefined`; never throws.
 */
import { type ReadReport, readCount, ResultSums } from "../daily-report/read-report.ts";
import { readHostName } from "../route/host-name.ts";

type Fields = Readonly<Record<string, unknown>>;

const POLICY_TYPES: ReadonlySet<string> = new Set(["sts", "tlsa", "no-policy-found"]);
/** RFC 8460 section 4.3. */
const RESULT_TYPES: ReadonlySet<string> = new Set([
  "starttls-not-supported",
  "certificate-host-mismatch",
  "certificate-expired",
  "certificate-not-trusted",
  "validation-failure",
  "tlsa-invalid",
  "dnssec-invalid",
  "dane-required",
  "sts-policy-fetch-error",
  "sts-policy-invalid",
  "sts-webpki-invalid",
]);
const MAX_TEXT = 200;
const MAX_POLICIES = 100;

/** @param json at most some MiB: it is in memory several times over while it is read */
export function readTlsReport(json: string): ReadReport | undefined {
  const report = fieldsOf(parsed(json));
  const range = fieldsOf(report?.["date-range"]);
  const from = timeOf(range?.["start-datetime"]);
  const until = timeOf(range?.["end-datetime"]);
  const policies = report?.["policies"];
  if (report === undefined || from === undefined || until === undefined || !Array.isArray(policies)) return undefined;
  const sums = new ResultSums();
  for (const policy of policies.slice(0, MAX_POLICIES)) addPolicy(sums, fieldsOf(policy));
  return {
    kind: "tls",
    organisation: textOf(report["organization-name"]),
    id: textOf(report["report-id"]),
    from,
    until,
    results: sums.all(),
  };
}

function addPolicy(sums: ResultSums, one: Fields | undefined): void {
  const policy = fieldsOf(one?.["policy"]);
  const domain = readHostName(textOf(policy?.["policy-domain"]).toLowerCase());
  if (domain === undefined) return;
  const type = wordIn(POLICY_TYPES, policy?.["policy-type"]);
  const summary = fieldsOf(one?.["summary"]);
  sums.add(domain, `${type} success`, readCount(summary?.["total-successful-session-count"]));
  const details = one?.["failure-details"];
  let told = 0;
  for (const detail of Array.isArray(details) ? details.map(fieldsOf) : []) {
    const count = readCount(detail?.["failed-session-count"]);
    told += count;
    sums.add(domain, `${type} ${wordIn(RESULT_TYPES, detail?.["result-type"])}`, count);
  }
  // What the details do not tell of.
  sums.add(domain, `${type} other`, Math.max(0, readCount(summary?.["total-failure-session-count"]) - told));
}

const wordIn = (words: ReadonlySet<string>, value: unknown): string =>
  typeof value === "string" && words.has(value) ? value : "other";

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, MAX_TEXT) : "");

/** RFC 3339 section 5.6, as RFC 8460 section 4.4 asks. */
function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(value))
    return undefined;
  const time = Date.parse(value.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}
