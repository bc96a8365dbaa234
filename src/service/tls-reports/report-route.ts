/**
 * The way of our reports on TLS: they must arrive despite failures of TLS, so no policy is asked for and none holds
 * (RFC 8460 sections 3, 5.3). STARTTLS is used where it is offered.
 */
import type { Answer, RecordType, Resolver } from "../../host/resolver/answer.ts";
import type { Router } from "../queue/route.ts";
import { createRouter, type RouterOptions } from "../queue/route-maker.ts";
import type { StsPolicies } from "../queue/route-sts.ts";

const noPolicies: StsPolicies = {
  find: async () => ({ policy: undefined, failure: undefined }),
  refresh: async () => ({ renewed: 0, failed: 0, removed: 0 }),
};

/** Makes the router for what `isReportLetter` tells to be a report. */
export function createReportRouter(options: Omit<RouterOptions, "sts">): Pick<Router, "route"> {
  return createRouter({ ...options, sts: noPolicies, resolver: unverified(options.resolver) });
}

/** Without DNSSEC no TLSA records count (RFC 7672 section 2.2.1). */
const unverified = (resolver: Resolver): Resolver => ({
  async resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    const answer = await resolver.resolve(name, type);
    return "secure" in answer ? { ...answer, secure: false } : answer;
  },
});
