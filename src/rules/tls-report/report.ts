/**
 * The report of one day on TLS towards one domain: its JSON (RFC 8460 section 4.4), and how a policy is written in it
 * (RFC 8460 section 4.5).
 */
import type { TlsaRecord } from "../dane/tlsa.ts";

/** The policy under which sessions were made. */
export type AppliedPolicy = {
  readonly type: "sts" | "tlsa" | "no-policy-found";
  /** RFC 8460 section 1.1: of MTA-STS the recipient's domain, of DANE the base of the TLSA records. */
  readonly domain: string;
  /** Empty where the policy could not be had. */
  readonly lines: readonly string[];
};

export type FailureDetail = {
  /** RFC 8460 section 4.3. */
  readonly result: string;
  readonly sendingAddress: string | undefined;
  readonly host: string | undefined;
  readonly receivingAddress: string | undefined;
  readonly reason: string | undefined;
  readonly sessions: number;
};

export type PolicySums = {
  readonly policy: AppliedPolicy;
  readonly successes: number;
  readonly failures: number;
  readonly details: readonly FailureDetail[];
};

export type TlsReport = {
  readonly organisation: string;
  /** RFC 5322 section 3.4.1: an addr-spec. Its domain names us as the submitter. */
  readonly contact: string;
  readonly id: string;
  /** Epoch milliseconds at which the day begins, UTC. */
  readonly day: number;
  readonly policies: readonly PolicySums[];
};

const DAY_S = 86_400;

/** Writes the report. Policies and details in the order given; what is not known is left out. */
export function writeReport({ organisation, contact, id, day, policies }: TlsReport): string {
  return JSON.stringify({
    "organization-name": organisation,
    "date-range": { "start-datetime": dateTime(day), "end-datetime": dateTime(day + (DAY_S - 1) * 1000) },
    "contact-info": contact,
    "report-id": id,
    policies: policies.map((sums) => ({
      policy: policyObject(sums.policy),
      summary: {
        "total-successful-session-count": sums.successes,
        "total-failure-session-count": sums.failures,
      },
      ...(sums.details.length === 0 ? {} : { "failure-details": sums.details.map(detailObject) }),
    })),
  });
}

/** RFC 8460 section 4.5: the four fields in presentation format (RFC 6698 section 2.2). */
export const tlsaLine = ({ usage, selector, matchingType, data }: TlsaRecord): string =>
  `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString("hex").toUpperCase()}`;

function policyObject({ type, domain, lines }: AppliedPolicy): Readonly<Record<string, unknown>> {
  const patterns = type === "sts" ? lines.flatMap(mxPattern) : [];
  return {
    "policy-type": type,
    ...(lines.length === 0 ? {} : { "policy-string": lines }),
    "policy-domain": domain,
    ...(patterns.length === 0 ? {} : { "mx-host": patterns }),
  };
}

function mxPattern(line: string): readonly string[] {
  const [, pattern] = /^mx:[ \t]*([^ \t]+)[ \t]*$/.exec(line) ?? [];
  return pattern === undefined ? [] : [pattern.toLowerCase()];
}

function detailObject(detail: FailureDetail): Readonly<Record<string, unknown>> {
  // JSON has no `undefined`: what is not known is not there.
  return {
    "result-type": detail.result,
    "sending-mta-ip": detail.sendingAddress,
    "receiving-mx-hostname": detail.host,
    "receiving-ip": detail.receivingAddress,
    "failed-session-count": detail.sessions,
    "failure-reason-code": detail.reason,
  };
}

/** RFC 3339 section 5.6, as RFC 8460 section 4.4 asks; whole seconds. */
const dateTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
