/**
 * DMARC: does the mail come from the domain that its From names, and what does that domain ask for if not? RFC 9989
 * sections 4.4 and 5.3. What hangs on an answer that the DNS did not give is `temperror`, never `fail`.
 */

import type { Dkim } from "../dkim/verify.ts";
import { isAtOrBelow, type Lookup } from "../lookup.ts";
import type { Spf } from "../spf/check.ts";
import type { DmarcRecord, Policy } from "./record.ts";
import { applicableStep, organizationalDomain, TreeWalker, type Walk } from "./tree-walk.ts";

export type DmarcResult = "none" | "pass" | "fail" | "temperror" | "permerror";

export type Dmarc = {
  readonly result: DmarcResult;
  /** Words of ours. */
  readonly reason: string;
  /** Of the author, in A-labels; empty when From names none. */
  readonly domain: string;
  /** Empty when it could not be found. */
  readonly organizationalDomain: string;
  /** What the domain publishes for this mail, before the tag t; `undefined` when nothing holds for it. */
  readonly policy: Policy | undefined;
  /** Where the policy stands. */
  readonly policyDomain: string | undefined;
  /** The domain is trying out. */
  readonly isTesting: boolean;
  /** Whose signatures, and whether SPF, speak for the author. */
  readonly aligned: { readonly dkim: readonly string[]; readonly spf: boolean };
  /** What the policy asks us to do with this mail: "none" unless the result is `fail` or the From is unfit. */
  readonly disposition: Policy;
  /** What stands there: for sums that go to the domain. */
  readonly record: DmarcRecord | undefined;
};

/** Names that are held against the author; more help nobody. */
const MAX_SPEAKERS = 9;
/** Domains of authors that are looked at; mail has one. */
const MAX_AUTHORS = 3;

const UNKNOWN: Dmarc = {
  result: "none",
  reason: "",
  domain: "",
  organizationalDomain: "",
  policy: undefined,
  policyDomain: undefined,
  isTesting: false,
  aligned: { dkim: [], spf: false },
  disposition: "none",
  record: undefined,
};

/**
 * Evaluates for all domains that From names; of several the strictest outcome counts.
 * @param authors in A-labels; empty when From names nobody who could be asked for
 */
export async function evaluateDmarc(
  authors: readonly string[],
  spf: Spf,
  dkim: readonly Dkim[],
  lookup: Lookup,
): Promise<Dmarc> {
  const domains = [...new Set(authors)];
  const [first, ...others] = domains;
  if (first === undefined) return { ...UNKNOWN, result: "permerror", reason: "From names no domain" };
  if (domains.length > MAX_AUTHORS)
    return {
      ...UNKNOWN,
      result: "permerror",
      reason: "From names authors of many domains",
      domain: first,
      // Whoever is named there could be anybody.
      disposition: "quarantine",
    };
  const walker = new TreeWalker(lookup);
  let worst = await evaluateOne(first, spf, dkim, lookup, walker);
  for (const domain of others) {
    const other = await evaluateOne(domain, spf, dkim, lookup, walker);
    if (severity(other) > severity(worst)) worst = other;
  }
  return worst;
}

/** The more, the worse. */
function severity({ result, disposition }: Dmarc): number {
  return (
    ["pass", "none", "temperror", "permerror", "fail"].indexOf(result) +
    ["none", "quarantine", "reject"].indexOf(disposition)
  );
}

async function evaluateOne(
  domain: string,
  spf: Spf,
  dkim: readonly Dkim[],
  lookup: Lookup,
  walker: TreeWalker,
): Promise<Dmarc> {
  const walk = await walker.walk(domain);
  const step = applicableStep(walk);
  const organization = walk.isWhole ? organizationalDomain(walk) : "";
  const about: Dmarc = { ...UNKNOWN, domain, organizationalDomain: organization };
  // What was not answered may be the record that holds.
  if (step === undefined || (!walk.isWhole && step.domain !== domain))
    return walk.isWhole
      ? { ...about, reason: "the domain publishes no policy" }
      : { ...about, result: "temperror", reason: "the DNS does not answer" };
  const { record } = step;
  if (record.policies === undefined) return { ...about, reason: "the domain publishes no policy that can be read" };
  const policy = await policyFor(domain, step.domain, record.policies, lookup);
  const found: Dmarc = {
    ...about,
    policy: policy === "temporary" ? undefined : policy,
    policyDomain: step.domain,
    isTesting: record.isTesting,
    record,
  };
  const alignment = new Alignment(walk, organization, walker);
  const heard = await Promise.all(
    speakers(spf, dkim).map(async (speaker) => {
      const isStrict = speaker.by === "spf" ? record.isSpfStrict : record.isDkimStrict;
      return { ...speaker, aligned: await alignment.of(speaker.domain, isStrict) };
    }),
  );
  const speaking = heard.filter((speaker) => speaker.isVerified && speaker.aligned === "yes");
  const aligned = {
    dkim: speaking.flatMap(({ by, domain: signer }) => (by === "dkim" ? [signer] : [])),
    spf: speaking.some(({ by }) => by === "spf"),
  };
  if (speaking.length > 0)
    return { ...found, aligned, result: "pass", reason: `${aligned.spf ? "SPF" : "DKIM"} speaks for the author` };
  // What could not be verified, or not be related, and would count if it were, leaves the question open.
  const isOpen = heard.some((speaker) => speaker.aligned === "unknown" || speaker.aligned === "yes");
  if (policy === "temporary" || isOpen) return { ...found, result: "temperror", reason: "the DNS does not answer" };
  return {
    ...found,
    result: "fail",
    reason: "neither SPF nor DKIM speaks for the author",
    disposition: record.isTesting ? gentler(policy) : policy,
  };
}

type Speaker = {
  readonly by: "spf" | "dkim";
  readonly domain: string;
  /** False when the DNS did not answer. */
  readonly isVerified: boolean;
};

/** Who could speak for the author: names that were verified, and such of which it is not known. */
function speakers(spf: Spf, dkim: readonly Dkim[]): readonly Speaker[] {
  const found = new Map<string, Speaker>();
  const add = (by: Speaker["by"], result: string, domain: string | undefined): void => {
    if (domain === undefined || (result !== "pass" && result !== "temperror")) return;
    found.set(`${by} ${result} ${domain}`, { by, domain, isVerified: result === "pass" });
  };
  add("spf", spf.result, spf.domain);
  for (const { result, domain } of dkim) add("dkim", result, domain);
  return [...found.values()].slice(0, MAX_SPEAKERS);
}

/** RFC 9989 section 4.10.1; np is for names that do not exist (section 3.2.13). */
async function policyFor(
  domain: string,
  publisher: string,
  { p, sp, np }: { readonly p: Policy; readonly sp: Policy; readonly np: Policy | undefined },
  lookup: Lookup,
): Promise<Policy | "temporary"> {
  if (domain === publisher) return p;
  if (np === undefined) return sp;
  const found = await lookup(domain, "A");
  if (found.kind === "temporary") return np === sp ? sp : "temporary";
  return found.kind === "nxdomain" ? np : sp;
}

/** The tag t: one step more gently (RFC 9989 section 4.7). */
function gentler(policy: Policy): Policy {
  return policy === "reject" ? "quarantine" : "none";
}

type Aligned = "yes" | "no" | "unknown";

/** RFC 9989 section 4.4: whether a name that SPF or DKIM has verified speaks for the author. */
class Alignment {
  readonly #author: Walk;
  readonly #organization: string;
  readonly #walker: TreeWalker;

  constructor(author: Walk, organization: string, walker: TreeWalker) {
    this.#author = author;
    this.#organization = organization;
    this.#walker = walker;
  }

  async of(name: string, isStrict: boolean): Promise<Aligned> {
    if (name === this.#author.start) return "yes";
    if (isStrict || name === "") return "no";
    // The organizational domain of a name is it or above it.
    if (!this.#author.isWhole) return isRelated(name, this.#author.start) ? "unknown" : "no";
    if (!isAtOrBelow(name, this.#organization)) return "no";
    const walk = await this.#walker.walk(name);
    if (!walk.isWhole) return "unknown";
    return organizationalDomain(walk) === this.#organization ? "yes" : "no";
  }
}

/** True when both end in the same label. */
function isRelated(a: string, b: string): boolean {
  return a.slice(a.lastIndexOf(".")) === b.slice(b.lastIndexOf("."));
}
