/**
 * What one attempt says about TLS towards a domain, as sums (RFC 8460 section 4). A session counts once under the policy
 * that was applied to it; what was wrong with finding a policy counts besides, under the kind of policy it belongs to.
 */
import { type AppliedPolicy, tlsaLine } from "../../rules/tls-report/report.ts";
import type { TlsFailureSum, TlsSums } from "../../store/tls-results.ts";
import type { PolicyFailure, Route, RouteFindings, RouteHost } from "../queue/route.ts";

/** Of the connections that were made for one handover. */
export type TlsHandover = {
  readonly tlsFailures: readonly {
    readonly failure: string;
    readonly address: string;
    readonly detail: string | undefined;
  }[];
  readonly tlsSuccesses: number;
};

/** Of one policy; a stranger writes it, and it is kept for a day. */
const MAX_POLICY_SIGNS = 8192;
const MAX_REASON = 100;

/** What the connections of one handover came to; none for a connection used again. */
export function sumsOfHandover(
  destination: string,
  findings: RouteFindings,
  host: RouteHost,
  { tlsFailures, tlsSuccesses }: TlsHandover,
): readonly TlsSums[] {
  const sessions = tlsSuccesses + tlsFailures.length;
  if (sessions === 0) return [];
  const sums = new SumsOf(destination);
  const details = tlsFailures.map(({ failure, address, detail }) => ({
    result: failure,
    host: host.name,
    receivingAddress: address,
    reason: reasonOf(detail),
    sessions: 1,
  }));
  sums.add(policyOf(destination, findings, host), { successes: tlsSuccesses, failures: tlsFailures.length, details });
  for (const failed of findings.failures)
    if (failed.host === undefined || failed.host === host.name) {
      const policy = failedPolicy(destination, findings, failed);
      if (findings.stsPolicy !== undefined && isOfRenewal(failed.failure)) sums.tell(policy, failed, sessions);
      else sums.fail(policy, failed, sessions, sessions);
    }
  return sums.all();
}

/** What kept mail from hosts to which no connection was made. */
export function sumsOfRoute(destination: string, { findings, ...route }: Route): readonly TlsSums[] {
  const reached = route.kind === "hosts" ? new Set(route.hosts.map(({ name }) => name)) : new Set<string>();
  const sums = new SumsOf(destination);
  for (const failed of findings.failures) {
    // With connections it is counted by them.
    const isCounted = failed.host === undefined ? reached.size > 0 : reached.has(failed.host);
    if (isCounted) continue;
    const policy = failedPolicy(destination, findings, failed);
    sums.fail(policy, failed, 1, sums.failuresUnder(policy) + 1);
  }
  return sums.all();
}

type Failed = RouteFindings["failures"][number];
type Counts = Pick<TlsSums, "successes" | "failures" | "details">;

class SumsOf {
  readonly #destination: string;
  readonly #sums = new Map<string, TlsSums>();

  constructor(destination: string) {
    this.#destination = destination;
  }

  all(): readonly TlsSums[] {
    return [...this.#sums.values()];
  }

  add(policy: AppliedPolicy, counts: Counts): void {
    this.#sums.set(JSON.stringify(policy), { destination: this.#destination, policy, ...counts });
  }

  failuresUnder(policy: AppliedPolicy): number {
    return this.#sums.get(JSON.stringify(policy))?.failures ?? 0;
  }

  /** `failures` of the policy in all, with these sessions: one that was counted as a success is none. */
  fail(policy: AppliedPolicy, failed: Failed, sessions: number, failures: number): void {
    this.tell(policy, failed, sessions);
    const { details = [] } = this.#sums.get(JSON.stringify(policy)) ?? {};
    this.add(policy, { successes: 0, failures, details });
  }

  /** A detail that makes no failure of a session: what TLS came to under the policy stays as it was counted. */
  tell(policy: AppliedPolicy, { failure, host }: Failed, sessions: number): void {
    const detail: TlsFailureSum = {
      result: failure,
      host,
      receivingAddress: undefined,
      reason: failure === "validation-failure" ? NOT_IN_POLICY : undefined,
      sessions,
    };
    const { successes = 0, failures = 0, details = [] } = this.#sums.get(JSON.stringify(policy)) ?? {};
    this.add(policy, { successes, failures, details: [...details, detail] });
  }
}

/** RFC 8460 section 4.3.3 asks for a reason; the policy does not name the host (RFC 8461 section 4.1). */
const NOT_IN_POLICY = "mx-not-in-sts-policy";

function policyOf(destination: string, { stsPolicy }: RouteFindings, { name, tls }: RouteHost): AppliedPolicy {
  switch (tls.kind) {
    case "dane":
      return { type: "tlsa", domain: tls.serverName, lines: cut(tls.records.map(tlsaLine)) };
    case "encrypted":
      return { type: "tlsa", domain: name, lines: [] };
    case "mta-sts":
      return { type: "sts", domain: destination, lines: cut(stsPolicy ?? []) };
    case "opportunistic":
      return stsPolicy === undefined
        ? { type: "no-policy-found", domain: destination, lines: [] }
        : { type: "sts", domain: destination, lines: cut(stsPolicy) };
  }
}

function failedPolicy(destination: string, { stsPolicy }: RouteFindings, { failure, host }: Failed): AppliedPolicy {
  return isOfDane(failure)
    ? { type: "tlsa", domain: host ?? destination, lines: [] }
    : { type: "sts", domain: destination, lines: cut(stsPolicy ?? []) };
}

/** RFC 8460 section 4.3. Where a policy is known, it holds on and sessions were made under it (RFC 8461 section 5.1). */
const isOfRenewal = (failure: PolicyFailure): boolean =>
  failure === "sts-policy-fetch-error" || failure === "sts-policy-invalid" || failure === "sts-webpki-invalid";

const isOfDane = (failure: PolicyFailure): boolean => failure === "tlsa-invalid" || failure === "dnssec-invalid";

function cut(lines: readonly string[]): readonly string[] {
  let signs = 0;
  return lines.filter((line) => (signs += line.length) <= MAX_POLICY_SIGNS);
}

function reasonOf(detail: string | undefined): string | undefined {
  const text = detail?.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_REASON) ?? "";
  return text === "" ? undefined : text;
}
