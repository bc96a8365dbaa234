/**
 * The verdict on a message for one recipient, from everything that was found: one pure function, rule after rule, and the
 * first that speaks decides, so that its words are the whole reason.
 *
 * Only what holds for the whole site refuses: a virus, the scanner's refuse mark, the author's domain together with another
 * finding, DNS lists where the operator says so. What an account alone knows chooses the folder or, at a doubtful first
 * contact, asks to come again; it overrules what the site only suspects, never what the site refuses.
 */
import type { Finding } from "../authentication/judge.ts";
import type { SpamVerdict, VirusVerdict } from "../scan-verdict.ts";
import type { WordsOpinion } from "./bayes.ts";
import { type DnsListWord, weightOf } from "./dns-list.ts";
import { type ContactState, type Doubt, doubtsOf, isDoubtful } from "./greylist.ts";
import type { Origin } from "./origin.ts";
import type { Standing } from "./standing.ts";

/** The weights of DNS lists that decide. `refuse` undefined: no list refuses. */
export type ListMarks = { readonly junk: number; readonly refuse: number | undefined };

/** What is known for all recipients. */
export type SiteEvidence = {
  readonly origin: Origin;
  /** `undefined`: there is no such scanner. */
  readonly virus: VirusVerdict | undefined;
  readonly spam: SpamVerdict | undefined;
  readonly lists: readonly DnsListWord[];
  readonly listMarks: ListMarks;
};

/** What authentication asks for, for this recipient: a `Judgement`. */
export type PolicyWord =
  | { readonly kind: "accept" }
  | { readonly kind: "junk"; readonly reason: string }
  | { readonly kind: "refuse"; readonly reason: string };

/** What the account knows. */
export type AccountEvidence = {
  /** The holder has written to the author, or has called mail of it wanted, or answered it. */
  readonly isCorrespondent: boolean;
  readonly standing: Standing;
  readonly words: WordsOpinion;
  /** How often who writes has been here. */
  readonly contact: ContactState;
};

export type Evidence = {
  readonly site: SiteEvidence;
  readonly policy: PolicyWord;
  /** `undefined`: the holder has switched this memory off, or it cannot be read now. */
  readonly account: AccountEvidence | undefined;
};

/** The rule that spoke. */
export type VerdictRule =
  | "virus"
  | "scanner"
  | "policy"
  | "dns-lists"
  | "correspondent"
  | "standing"
  | "words"
  | "several"
  | "first-contact"
  | "nothing";

export type Folder = { readonly kind: "inbox" | "junk"; readonly rule: VerdictRule; readonly reason: string };
export type Verdict =
  | Folder
  | { readonly kind: "refuse"; readonly rule: VerdictRule; readonly reason: string }
  /** `state`: what the memory of contacts should note; `otherwise`: the verdict when it cannot be asked to come again. */
  | {
      readonly kind: "greylist";
      readonly rule: VerdictRule;
      readonly reason: string;
      readonly state: "new" | "early";
      readonly otherwise: Folder;
    };

/** Words of a text that decide alone, and that only lean. */
const WORDS_JUNK = 0.97;
const WORDS_LEAN = 0.8;
/** Leanings that together are enough. */
const LEAST_LEANINGS = 2;

/** What the site has found besides authentication, in the words that `judge` takes. */
export function findingsOf({ spam, lists, listMarks }: SiteEvidence): readonly Finding[] {
  const findings: Finding[] = [];
  if (spam?.kind === "spam") findings.push("spam-mark");
  if (weightOf(lists) >= listMarks.junk) findings.push("dns-list");
  return findings;
}

/** Judges for one recipient. */
export function verdictOf(evidence: Evidence): Verdict {
  return refusal(evidence) ?? knownAuthor(evidence) ?? junk(evidence) ?? greylist(evidence) ?? inbox(evidence);
}

/**
 * The one reply to a message for several recipients. It is refused, or asked to come again, only when that is so for
 * all: what one holder's memory or settings say must not cost another a mail, nor time.
 */
export function agreed(verdicts: readonly Verdict[]): readonly Verdict[] {
  const isOneReply =
    verdicts.every(({ kind }) => kind === "refuse") || verdicts.every(({ kind }) => kind === "greylist");
  if (isOneReply) return verdicts;
  return verdicts.map((one) =>
    one.kind === "refuse" ? { ...one, kind: "junk" } : one.kind === "greylist" ? one.otherwise : one,
  );
}

function refusal({ site, policy }: Evidence): Verdict | undefined {
  const { virus, spam, lists, listMarks } = site;
  if (virus?.kind === "virus") return { kind: "refuse", rule: "virus", reason: "it carries a virus" };
  if (spam?.kind === "spam" && spam.mark === "refuse")
    return { kind: "refuse", rule: "scanner", reason: "the spam scanner is sure that it is spam" };
  if (policy.kind === "refuse") return { kind: "refuse", rule: "policy", reason: policy.reason };
  if (listMarks.refuse !== undefined && weightOf(lists) >= listMarks.refuse)
    return { kind: "refuse", rule: "dns-lists", reason: listed(lists) };
  return undefined;
}

/** Whom the holder knows comes in, if it is sure that it is that author. */
function knownAuthor({ site, policy, account }: Evidence): Folder | undefined {
  if (account === undefined || policy.kind !== "accept" || !site.origin.isAuthorVerified) return undefined;
  // A lesson about just this author is newer knowledge than that it was written to once.
  if (account.standing === "bad") return undefined;
  if (account.isCorrespondent)
    return { kind: "inbox", rule: "correspondent", reason: "its author is known to the recipient" };
  if (account.standing === "good")
    return { kind: "inbox", rule: "standing", reason: "the recipient has called mail of this author wanted" };
  return undefined;
}

function junk({ site, policy, account }: Evidence): Folder | undefined {
  const folder = (rule: VerdictRule, reason: string): Folder => ({ kind: "junk", rule, reason });
  if (policy.kind === "junk") return folder("policy", policy.reason);
  if (site.spam?.kind === "spam") return folder("scanner", "the spam scanner takes it for spam");
  if (weightOf(site.lists) >= site.listMarks.junk) return folder("dns-lists", listed(site.lists));
  if (account?.standing === "bad") return folder("standing", "the recipient has called mail of this author unwanted");
  if (probability(account) >= WORDS_JUNK)
    return folder("words", "its words are those of mail that the recipient has called unwanted");
  const leanings = leaningsOf({ site, policy, account });
  return leanings.length >= LEAST_LEANINGS
    ? folder("several", `several things speak against it: ${leanings.map((one) => LEANING[one]).join("; ")}`)
    : undefined;
}

function greylist(evidence: Evidence): Verdict | undefined {
  const { site, account } = evidence;
  if (account === undefined || (account.contact !== "new" && account.contact !== "early")) return undefined;
  const doubts = [...doubtsOf(site.origin), ...leaningsOf(evidence)];
  if (account.isCorrespondent || !isDoubtful(site.origin, doubts)) return undefined;
  return {
    kind: "greylist",
    rule: "first-contact",
    reason: "it is a first contact that cannot be told from spam",
    state: account.contact,
    otherwise: inbox(evidence),
  };
}

function inbox({ site }: Evidence): Folder {
  const unseen = [site.spam, site.virus].some((word) => word?.kind === "unscanned" || word?.kind === "unavailable");
  const reason = unseen
    ? "nothing known speaks against it, but not every scanner has seen it"
    : "nothing speaks against it";
  return { kind: "inbox", rule: "nothing", reason };
}

const LEANING: Readonly<Record<"listed" | "words" | "standing", string>> = {
  listed: "a DNS list has its host",
  words: "its words resemble those of unwanted mail",
  standing: "mail from where it comes was called unwanted",
};

function leaningsOf({ site, account }: Evidence): readonly (Doubt & keyof typeof LEANING)[] {
  const leanings: (Doubt & keyof typeof LEANING)[] = [];
  if (weightOf(site.lists) > 0) leanings.push("listed");
  if (probability(account) >= WORDS_LEAN) leanings.push("words");
  if (account?.standing === "leans-bad") leanings.push("standing");
  return leanings;
}

function probability(account: AccountEvidence | undefined): number {
  return account?.words.kind === "estimate" ? account.words.probability : 0;
}

function listed(lists: readonly DnsListWord[]): string {
  const count = lists.filter(({ kind }) => kind === "listed").length;
  return `its host is on ${count === 1 ? "a DNS list" : `${count} DNS lists`} of senders of spam`;
}
