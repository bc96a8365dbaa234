/**
 * What follows for a message from where it comes from: nothing, the Junk folder, or a refusal.
 *
 * That a policy asks for rejection is no reason to reject (RFC 9989 section 7.4): lists and forwarders break what it
 * checks, and a mail refused there is lost. So a failed check puts the mail into Junk, with the reason, and only
 * together with a finding of another kind is it refused. Lists that sign for themselves, chains of sealers that are
 * trusted, and forwarders that the holder names are believed when they pass on what somebody else has written.
 */
import type { Authentication } from "./authentication.ts";
import { isAtOrBelow } from "./lookup.ts";

/** What else speaks against a message, for the whole site. */
export type Finding = "spam-mark" | "bad-reputation" | "dns-list";

export type JudgeContext = {
  readonly findings: readonly Finding[];
  /** Domains in A-labels; a name below one counts as it. */
  readonly trustedSealers: readonly string[];
  /** Domains in A-labels from which the holder lets mail be forwarded; a name below one counts as it. */
  readonly forwarders: readonly string[];
};

export type Judgement =
  /** `exempt`: the policy asks for more, and who passed the mail on is believed. */
  | { readonly kind: "accept"; readonly exempt: Exemption | undefined }
  /** `reason`: words of ours, for the header and the event. */
  | { readonly kind: "junk"; readonly reason: string }
  | { readonly kind: "refuse"; readonly reason: string };

export type Exemption = "mailing-list" | "sealed" | "forwarder";

/** Judges for one recipient. */
export function judge(authentication: Authentication, context: JudgeContext): Judgement {
  const { dmarc } = authentication;
  if (dmarc.disposition === "none") return { kind: "accept", exempt: undefined };
  const exempt = exemption(authentication, context);
  if (exempt !== undefined) return { kind: "accept", exempt };
  const [finding] = context.findings;
  if (dmarc.result !== "fail") return { kind: "junk", reason: dmarc.reason };
  const reason = `${dmarc.reason}, and its domain asks for ${ASKED[dmarc.disposition]}`;
  return dmarc.disposition === "reject" && finding !== undefined
    ? { kind: "refuse", reason: `${reason}; besides, ${WORDS[finding]}` }
    : { kind: "junk", reason };
}

/**
 * The one reply to a message for several recipients: it is refused only when it is refused for all, for what one holder
 * has decided must not cost another a mail. Where it is not, a refusal for one recipient becomes Junk.
 */
export function agreed(judgements: readonly Judgement[]): readonly Judgement[] {
  if (judgements.every(({ kind }) => kind === "refuse")) return judgements;
  return judgements.map((one) => (one.kind === "refuse" ? { kind: "junk", reason: one.reason } : one));
}

const ASKED = { none: "nothing", quarantine: "quarantine", reject: "rejection" } as const;
const WORDS: Readonly<Record<Finding, string>> = {
  "spam-mark": "it looks like spam",
  "bad-reputation": "its sender has a bad name",
  "dns-list": "its host is on a list of senders of spam",
};

function exemption(authentication: Authentication, context: JudgeContext): Exemption | undefined {
  if (isFromForwarder(authentication, context.forwarders)) return "forwarder";
  if (isSealed(authentication, context.trustedSealers)) return "sealed";
  return isFromList(authentication) ? "mailing-list" : undefined;
}

/** Whoever passed it on is known by SPF, by the name of its address, or by a signature of its own. */
function isFromForwarder({ spf, iprev, dkim }: Authentication, forwarders: readonly string[]): boolean {
  const names = [
    ...(spf.result === "pass" ? [spf.domain] : []),
    ...(iprev.name === undefined ? [] : [iprev.name]),
    ...signers(dkim),
  ];
  return names.some((name) => isAmong(name, forwarders));
}

/**
 * Every sealer could have changed the mail, so every one must be trusted; then what the first one found holds, if it
 * found that the author's domain spoke for it.
 */
function isSealed({ arc, dmarc }: Authentication, trusted: readonly string[]): boolean {
  if (arc.result !== "pass" || !arc.sealers.every((sealer) => isAmong(sealer, trusted))) return false;
  const found = arc.recorded?.results.find(({ method }) => method === "dmarc");
  const from = found?.properties.find(([name]) => name === "header.from")?.[1].toLowerCase();
  return found?.result === "pass" && (from === undefined || from === dmarc.domain);
}

/** The list signs for itself: a signature that holds, of the domain in List-Id or of one above it. */
function isFromList({ list, dkim }: Authentication): boolean {
  return list !== undefined && signers(dkim).some((domain) => isAtOrBelow(list, domain) && domain.includes("."));
}

function signers(dkim: Authentication["dkim"]): readonly string[] {
  return dkim.flatMap(({ result, domain }) => (result === "pass" && domain !== undefined ? [domain] : []));
}

function isAmong(name: string, domains: readonly string[]): boolean {
  return domains.some((domain) => isAtOrBelow(name, domain));
}
