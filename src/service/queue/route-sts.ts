/**
 * Finds the MTA-STS policy of a domain (RFC 8461 section 5.1): what the DNS announces now, what is known from before, and the
 * file behind it. The DNS is asked each time, so a domain that changes its policy is believed at once; the file is fetched
 * only when its id is new.
 */
import { type Clock, DAY } from "../../host/clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
import { type FailedFetch, FETCH_PAUSE_MS, nextStep } from "../../rules/mta-sts/next-step.ts";
import { readPolicy, type StsPolicy } from "../../rules/mta-sts/policy.ts";
import { readPolicyId } from "../../rules/mta-sts/record.ts";
import type { CachedPolicy, PolicyCache, PolicyPlace } from "../../store/policy-cache.ts";
import type { PolicyFailure } from "./route.ts";

/** Gets `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`; never rejects. */
export type FetchPolicy = (domain: string) => Promise<FetchedPolicy>;

export type FetchedPolicy =
  /** Each octet a character. */
  | { readonly kind: "fetched"; readonly text: string }
  /** `webpki`: there is a server, and its certificate is not right for the name. */
  | { readonly kind: "failed"; readonly why: "fetch" | "webpki" };

export type StsFinding = {
  /** `undefined` also where the domain says that it has none. */
  readonly policy: (StsPolicy & { readonly lines: readonly string[] }) | undefined;
  /** A policy is announced, and could not be had now. */
  readonly failure: PolicyFailure | undefined;
};

export interface StsPolicies {
  /** `domain` in A-labels. @throws StoreError */
  find(domain: string): Promise<StsFinding>;
  /**
   * Removes policies whose time is over and fetches those anew that are older than a day, so that nobody who holds back
   * answers can wait for their end (RFC 8461 section 3.3). `failed` counts those that are still in force and could not
   * be had: the operator is to know. @throws StoreError
   */
  refresh(): Promise<{ readonly renewed: number; readonly failed: number; readonly removed: number }>;
}

export type StsOptions = {
  readonly resolver: Resolver;
  readonly fetch: FetchPolicy;
  readonly cache: PolicyCache;
  readonly clock: Clock;
};

const REFRESH_AFTER_MS = DAY;
/** Of one round; the next goes on behind the last of them, so that those nobody can get hold up no others. */
const MAX_REFRESHED = 1000;
/** So that a few slow servers do not hold up the round. */
const REFRESHED_TOGETHER = 10;
const MAX_FAILURES_KEPT = 10_000;

type Got =
  | { readonly kind: "policy"; readonly text: string; readonly policy: StsPolicy }
  | { readonly kind: "failed"; readonly failure: PolicyFailure };

export function createStsPolicies({ resolver, fetch, cache, clock }: StsOptions): StsPolicies {
  const failures = new Map<string, FailedFetch & { readonly failure: PolicyFailure }>();
  const underWay = new Map<string, Promise<Got>>();
  let reached: PolicyPlace | undefined;

  async function announcedBy(domain: string): Promise<string | undefined> {
    const answer = await resolver.resolve(`_mta-sts.${domain}`, "TXT");
    return answer.kind === "records" ? readPolicyId(answer.records) : undefined;
  }

  /** Mails to one domain that come together wait for one fetch. */
  function get(domain: string, id: string): Promise<Got> {
    const key = `${domain} ${id}`;
    const begun = underWay.get(key) ?? getAnew(domain, id).finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  }

  async function getAnew(domain: string, id: string): Promise<Got> {
    const got = gotFrom(await fetch(domain));
    const now = clock.now();
    if (got.kind === "failed") {
      forgetFailures(now);
      failures.set(domain, { id, at: now, failure: got.failure });
      return got;
    }
    failures.delete(domain);
    const expiresAt = now + got.policy.maxAgeS * 1000;
    await cache.keep({ domain, id, text: got.text, fetchedAt: now, expiresAt });
    return got;
  }

  function forgetFailures(now: number): void {
    if (failures.size < MAX_FAILURES_KEPT) return;
    for (const [domain, { at }] of failures) if (now - at >= FETCH_PAUSE_MS) failures.delete(domain);
    // Still too many: the oldest are the first in the map.
    for (const domain of failures.keys()) {
      if (failures.size < MAX_FAILURES_KEPT) break;
      failures.delete(domain);
    }
  }

  async function renew({ domain, id }: CachedPolicy): Promise<Got> {
    return get(domain, (await announcedBy(domain)) ?? id);
  }

  return {
    async find(domain) {
      const [announced, known] = await Promise.all([announcedBy(domain), cache.find(domain)]);
      const failed = failures.get(domain);
      const now = clock.now();
      const step = nextStep(announced, known, failed, now);
      if (step === "fetch" && announced !== undefined) {
        const got = await get(domain, announced);
        if (got.kind === "policy") return findingOf(got.text, undefined);
        const holds = known !== undefined && known.expiresAt > now;
        return findingOf(holds ? known.text : undefined, got.failure);
      }
      const failure = announced !== undefined && failed?.id === announced ? failed.failure : undefined;
      return findingOf(step === "use-known" ? known?.text : undefined, failure);
    },

    async refresh() {
      const now = clock.now();
      const removed = await cache.removeExpired(now);
      let renewed = 0;
      let failed = 0;
      const found = await cache.fetchedBefore(now - REFRESH_AFTER_MS, now, MAX_REFRESHED, reached);
      reached = found.length < MAX_REFRESHED ? undefined : found.at(-1);
      const due = found.values();
      const work = async (): Promise<void> => {
        for (const old of due) {
          const got = await renew(old);
          if (got.kind === "policy") renewed++;
          else if (readPolicy(old.text)?.mode !== "none") failed++;
        }
      };
      await Promise.all(Array.from({ length: REFRESHED_TOGETHER }, work));
      return { renewed, failed, removed };
    },
  };
}

function gotFrom(fetched: FetchedPolicy): Got {
  if (fetched.kind === "failed")
    return { kind: "failed", failure: fetched.why === "webpki" ? "sts-webpki-invalid" : "sts-policy-fetch-error" };
  const policy = readPolicy(fetched.text);
  return policy === undefined
    ? { kind: "failed", failure: "sts-policy-invalid" }
    : { kind: "policy", text: fetched.text, policy };
}

function findingOf(text: string | undefined, failure: PolicyFailure | undefined): StsFinding {
  const policy = text === undefined ? undefined : readPolicy(text);
  if (text === undefined || policy === undefined || policy.mode === "none") return { policy: undefined, failure };
  return { policy: { ...policy, lines: text.split(/\r?\n/).filter((line) => line !== "") }, failure };
}
