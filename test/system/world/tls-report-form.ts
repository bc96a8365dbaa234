/** What a report on TLS is to hold, part by part, in the words of RFC 8460 section 4.4, as the small internet's hosts would write it. */
import { DAY } from "../../../src/host/clock.ts";
import { DOMAIN } from "../lab.ts";
import type { HostCertificate } from "./certificates.ts";
import { keyHash } from "./world.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const idOf = (report: unknown): string => String((report as Fields)["report-id"]);

/** @param day epoch milliseconds at which it begins, UTC */
export function reportOf(day: number, id: string, policies: readonly Fields[]): Fields {
  const dateTime = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");
  return {
    "organization-name": DOMAIN,
    "date-range": { "start-datetime": dateTime(day), "end-datetime": dateTime(day + DAY - 1000) },
    "contact-info": `postmaster@${DOMAIN}`,
    "report-id": id,
    policies,
  };
}

/** One of a report's policies; each detail bears its count. */
export function sumsOf(policy: Fields, successes: number, failures: number, ...details: readonly Fields[]): Fields {
  const summary = { "total-successful-session-count": successes, "total-failure-session-count": failures };
  return { policy, summary, ...(details.length > 0 && { "failure-details": details }) };
}

/** The policy as `policy-host.ts` serves it. */
export const stsPolicy = (domain: string, mode: "enforce" | "testing"): Fields => ({
  "policy-type": "sts",
  "policy-string": ["version: STSv1", `mode: ${mode}`, `mx: mx.${domain}`, "max_age: 864000"],
  "policy-domain": domain,
  "mx-host": [`mx.${domain}`],
});

export const tlsaPolicy = async (domain: string, { party }: HostCertificate): Promise<Fields> => ({
  "policy-type": "tlsa",
  "policy-string": [`3 1 1 ${(await keyHash(party)).toUpperCase()}`],
  "policy-domain": `mx.${domain}`,
});

export const noPolicy = (domain: string): Fields => ({ "policy-type": "no-policy-found", "policy-domain": domain });

/** Of sessions with the host of a domain, at its address. */
export const failure = (
  { domain, address }: { readonly domain: string; readonly address: string },
  result: string,
  sessions: number,
  reason?: string,
): Fields => ({
  "result-type": result,
  "sending-mta-ip": "127.0.0.1",
  "receiving-mx-hostname": `mx.${domain}`,
  "receiving-ip": address,
  "failed-session-count": sessions,
  ...(reason !== undefined && { "failure-reason-code": reason }),
});
