/**
 * The verdicts on an arriving message, one for each account and all agreed on one reply: what its author's domain asks for,
 * held against each holder's forwarders, then the built-in defence, or its rules alone where it is switched off.
 */
import type { Log } from "../../host/events/events.ts";
import { type Judgement, judge } from "../../rules/authentication/judge.ts";
import { agreed, findingsOf, type SiteEvidence, type Verdict, verdictOf } from "../../rules/reputation/verdict.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Defence } from "../defence/defence.ts";
import { authorsOf } from "../defence/taught-mail.ts";
import type { Letter } from "./examiner.ts";
import { failureOf } from "./verdict.ts";
import type { VerifiedOrigin } from "./verified-origin.ts";

export type JudgingOptions = {
  readonly defence: Defence | undefined;
  /** Domains in A-labels. */
  readonly trustedSealers: readonly string[];
  /** Domains in A-labels from which the holder lets mail be forwarded. @throws StoreError */
  readonly forwardersOf: (account: AccountId) => Promise<readonly string[]>;
  readonly log: Log;
};

/** For each account, in their order. */
export type Judged = { readonly verdicts: readonly Verdict[]; readonly judgements: readonly Judgement[] };

/** Never rejects. */
export async function judged(
  options: JudgingOptions,
  letter: Letter,
  { authentication }: VerifiedOrigin,
  site: SiteEvidence,
  accounts: readonly AccountId[],
): Promise<Judged> {
  const { defence, trustedSealers, log } = options;
  const findings = findingsOf(site);
  const judgements = await Promise.all(
    accounts.map(async (account): Promise<Judgement> => {
      if (authentication === undefined) return { kind: "accept", exempt: undefined };
      // Most domains ask for nothing: then there is nothing that a forwarder could be forgiven.
      if (authentication.dmarc.disposition === "none") return judge(authentication, { findings, ...NOBODY });
      const forwarders = await forwardersOf(options, account);
      const context = { findings, trustedSealers, forwarders: forwarders ?? [] };
      const found = judge(authentication, context);
      // A holder whose wishes cannot be read now may well have named who passed it on.
      return forwarders === undefined && found.kind === "refuse" ? { kind: "junk", reason: found.reason } : found;
    }),
  );
  const each = accounts.map((account, at) => ({ account, policy: judgements[at] ?? { kind: "accept" as const } }));
  const { session, sender } = letter.envelope;
  if (defence !== undefined) {
    const mail = { sender, authors: authorsOf(letter.fields), text: letter.text, site, session };
    return { judgements, verdicts: await defence.judge(mail, each) };
  }
  const verdicts = agreed(each.map(({ policy }) => verdictOf({ site, policy, account: undefined })));
  for (const [at, { kind, rule, reason }] of verdicts.entries())
    log("defence.verdict", { session, account: accounts[at], verdict: kind, rule, reason });
  return { judgements, verdicts };
}

const NOBODY = { trustedSealers: [], forwarders: [] } as const;

async function forwardersOf(
  { forwardersOf: ask, log }: JudgingOptions,
  account: AccountId,
): Promise<readonly string[] | undefined> {
  try {
    return await ask(account);
  } catch (error) {
    log("delivery.failed", { step: "forwarders", code: failureOf(error), account, delivery: undefined });
    return undefined;
  }
}
