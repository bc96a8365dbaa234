/**
 * What an account has learned of those who bring a message: under which names good and bad lessons are counted, and what
 * the counts mean. The name that says most about the author decides; names that many strangers share (a domain that
 * nobody verified, a signer, a network) only lean, for what one customer of a host sends is not the next one's.
 */
import type { Lessons } from "./bayes.ts";
import type { Origin } from "./origin.ts";

/** How much a name may say. `author`: an address that was verified; `domain`: its domain. */
export type Identity = { readonly kind: "author" | "domain" | "shared"; readonly name: string };

export type Standing = "good" | "bad" | "leans-bad" | "unknown";

const MAX_SIGNERS = 3;
/** Mail of strangers at the same large provider may be both: so their domain speaks only if it is all of one kind. */
const DOMAIN_GOOD = 2;
const DOMAIN_BAD = 3;
const SHARED_BAD = 3;

/** The names of a message, the one that says most first. @param author address of From, canonical; `undefined` when it names none or several */
export function identitiesOf(origin: Origin, author: string | undefined): readonly Identity[] {
  const identities: Identity[] = [];
  if (origin.author !== undefined && origin.isAuthorVerified) {
    if (author !== undefined) identities.push({ kind: "author", name: `author ${author}` });
    identities.push({ kind: "domain", name: `domain ${origin.author}` });
  } else if (origin.author !== undefined && origin.network !== undefined)
    identities.push({ kind: "shared", name: `unverified ${origin.author} ${origin.network}` });
  for (const signer of origin.signers.slice(0, MAX_SIGNERS))
    if (signer !== origin.author) identities.push({ kind: "shared", name: `signer ${signer}` });
  if (origin.network !== undefined) identities.push({ kind: "shared", name: `network ${origin.network}` });
  return identities;
}

/** @param lessons of each identity, in their order */
export function standingOf(identities: readonly Identity[], lessons: readonly Lessons[]): Standing {
  for (const [at, { kind }] of identities.entries()) {
    const { wanted, unwanted } = lessons[at] ?? { wanted: 0, unwanted: 0 };
    const standing = ruleOf[kind](wanted, unwanted);
    if (standing !== "unknown") return standing;
  }
  return "unknown";
}

const ruleOf: Readonly<Record<Identity["kind"], (good: number, bad: number) => Standing>> = {
  author: (good, bad) => (good > bad ? "good" : bad > good ? "bad" : "unknown"),
  domain: (good, bad) =>
    bad === 0 && good >= DOMAIN_GOOD ? "good" : good === 0 && bad >= DOMAIN_BAD ? "bad" : "unknown",
  shared: (good, bad) => (bad >= SHARED_BAD && bad > 2 * good ? "leans-bad" : "unknown"),
};
