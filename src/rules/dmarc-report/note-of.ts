/**
 * What is noted of a message that was checked and judged, for the report on its author's domain: once a message, whatever
 * else speaks against it (RFC 9990 section 3.1). Where its domain asks for no reports nothing is noted at all.
 */
import type { Authentication } from "../authentication/authentication.ts";
import type { Exemption, Judgement } from "../authentication/judge.ts";
import type { NotedMessage } from "./noted-message.ts";
import { isReportSubject } from "./report-subject.ts";
import type { DmarcRow, OverrideType } from "./report.ts";

export type JudgedMessage = {
  readonly authentication: Authentication;
  /** The domain of the reverse-path in A-labels; empty for the null path. */
  readonly envelopeFrom: string;
  /** For each of its recipients; none where it was refused for other reasons before. */
  readonly judgements: readonly Judgement[];
  /** As in the header. */
  readonly subject: string;
};

/** Gives what is to be noted; `undefined`: nothing. */
export function noteOf(message: JudgedMessage): NotedMessage | undefined {
  const { authentication, envelopeFrom, subject } = message;
  const { client, spf, dkim, dmarc } = authentication;
  const { policyDomain, record } = dmarc;
  if (policyDomain === undefined || record?.policies === undefined || record.reportsTo.length === 0) return undefined;
  // Reports about reports would go to and fro for ever.
  if (isReportSubject(subject)) return undefined;
  const disposition = dispositionOf(message);
  return {
    policyDomain,
    policy: {
      ...record.policies,
      isDkimStrict: record.isDkimStrict,
      isSpfStrict: record.isSpfStrict,
      isTesting: record.isTesting,
    },
    sourceAddress: client.address,
    headerFrom: dmarc.domain,
    envelopeFrom,
    spf: spf.domain === "" ? undefined : { domain: spf.domain, result: spf.result },
    dkim: dkim.flatMap(({ domain, selector, result }) =>
      domain === undefined || selector === undefined ? [] : [{ domain, selector, result }],
    ),
    aligned: { dkim: dmarc.aligned.dkim.length > 0, spf: dmarc.aligned.spf },
    disposition,
    overrides: overridesOf(message, disposition),
  };
}

/** Of several recipients the strictest: what one holder lets through says nothing of what we make of a policy. */
function dispositionOf({ authentication, judgements }: JudgedMessage): DmarcRow["disposition"] {
  if (authentication.dmarc.result === "pass") return "pass";
  const kinds = judgements.map(({ kind }) => kind);
  return kinds.includes("refuse") ? "reject" : kinds.includes("junk") ? "quarantine" : "none";
}

const EXEMPT: Readonly<Record<Exemption, DmarcRow["overrides"][number]>> = {
  "mailing-list": { type: "mailing_list", comment: undefined },
  sealed: { type: "local_policy", comment: "arc=pass" },
  forwarder: { type: "trusted_forwarder", comment: undefined },
};

/** RFC 9990 section 3.1.1.9: a reason where we do something else than is published. */
function overridesOf(
  { authentication: { dmarc }, judgements }: JudgedMessage,
  disposition: DmarcRow["disposition"],
): DmarcRow["overrides"] {
  if (disposition === "pass" || dmarc.policy === undefined || dmarc.policy === disposition) return [];
  const exempt = judgements.find((one) => one.kind === "accept")?.exempt;
  if (disposition === "none" && exempt !== undefined) return [EXEMPT[exempt]];
  const reason = (type: OverrideType, comment: string): DmarcRow["overrides"] => [{ type, comment }];
  if (dmarc.result !== "fail") return reason("local_policy", "the DNS did not answer");
  if (dmarc.isTesting) return reason("policy_test_mode", "t=y");
  // RFC 9989 section 7.4: a policy alone is no reason to reject.
  return reason("local_policy", disposition === "quarantine" ? "not rejected, but quarantined" : "not judged");
}
