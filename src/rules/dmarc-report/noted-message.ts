/** What is noted of one message for the report on its author's domain, brought into the form in which sums are made. */
import { isAtOrBelow } from "../authentication/lookup.ts";
import type { DmarcRow, PublishedPolicy } from "./report.ts";

export type NotedMessage = DmarcRow & {
  /** Where the policy stands that held for the message, in A-labels. */
  readonly policyDomain: string;
  readonly policy: PublishedPolicy;
};

/** RFC 9990 section 3.1.3 allows 100; few tell as much, and every one more makes other rows. */
const MAX_SIGNATURES = 8;
const MAX_OVERRIDES = 4;
const MAX_DOMAIN = 253;
const MAX_COMMENT = 200;

/** The same values in the same order, and no longer than they may be, whatever the message had. */
export function rowOf(message: NotedMessage): DmarcRow {
  const { sourceAddress, headerFrom, envelopeFrom, spf, aligned, disposition } = message;
  const rank = ({ domain, result }: DmarcRow["dkim"][number]): number =>
    result !== "pass" ? 3 : domain === headerFrom ? 0 : isRelated(domain, headerFrom) ? 1 : 2;
  return {
    sourceAddress,
    headerFrom: cut(headerFrom),
    envelopeFrom: cut(envelopeFrom),
    spf: spf === undefined ? undefined : { domain: cut(spf.domain), result: spf.result },
    dkim: message.dkim
      .toSorted((a, b) => rank(a) - rank(b))
      .slice(0, MAX_SIGNATURES)
      .map(({ domain, selector, result }) => ({ domain: cut(domain), selector: cut(selector), result })),
    aligned: { dkim: aligned.dkim, spf: aligned.spf },
    disposition,
    overrides: message.overrides
      .slice(0, MAX_OVERRIDES)
      .map(({ type, comment }) => ({ type, comment: comment?.slice(0, MAX_COMMENT) })),
  };
}

/** The policy's values in one order, for the same reason. */
export const policyOf = ({ policy }: NotedMessage): PublishedPolicy => ({
  p: policy.p,
  sp: policy.sp,
  np: policy.np,
  isDkimStrict: policy.isDkimStrict,
  isSpfStrict: policy.isSpfStrict,
  isTesting: policy.isTesting,
});

const isRelated = (a: string, b: string): boolean => isAtOrBelow(a, b) || isAtOrBelow(b, a);
const cut = (text: string): string => text.slice(0, MAX_DOMAIN);
