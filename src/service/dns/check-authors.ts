/** What tells receivers that mail in the name of a domain is its own: SPF, DKIM and DMARC. */
import type { Resolver } from "../../host/resolver/answer.ts";
import { isPublished, keyRecordName } from "../../rules/dkim/key-record.ts";
import { KEY_WORDS, type ZoneKey } from "../../rules/dns-zone/domain-zone.ts";
import { readTagged } from "../../rules/dns-zone/tagged-text.ts";
import { cannotSay, type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";
import { spfResult } from "./spf-coverage.ts";

export type CheckedAuthors = {
  readonly resolver: Resolver;
  readonly domain: string;
  /** Those that mail leaves from. */
  readonly addresses: readonly string[];
  readonly keys: readonly ZoneKey[];
  /** A host that sends for us: its addresses are not ours. */
  readonly smarthost: string | undefined;
};

export async function checkAuthors(checked: CheckedAuthors): Promise<readonly DnsFinding[]> {
  const parts = await Promise.all([checkSenders(checked), checkKeys(checked), checkPolicy(checked)]);
  return parts.flat();
}

async function checkSenders(checked: CheckedAuthors): Promise<readonly DnsFinding[]> {
  const { resolver, domain, addresses, smarthost } = checked;
  if (smarthost !== undefined)
    return [
      cannotSay(`SPF of ${domain}`, `mail leaves through ${smarthost}: its operator knows which include: it needs`),
    ];
  if (addresses.length === 0)
    return [cannotSay(`SPF of ${domain}`, "no address is known that mail leaves from: give dns.addresses")];
  const own = addresses.map(async (address) => {
    const subject = `SPF of ${domain} for ${address}`;
    const result = await spfResult(resolver, domain, address);
    switch (result) {
      case "pass":
        return right(subject, "may send");
      case "temperror":
        return noAnswer(subject, domain);
      case "unknown":
        return cannotSay(subject, "the record has macros, which are not unfolded here");
      case "none":
      case "permerror":
      case "fail":
      case "softfail":
      case "neutral":
        return toDo("must", subject, {
          wrong: SPF_WORDS[result],
          costs: "receivers take our mail for forged or for spam",
          remedy: publish,
        });
    }
  });
  return Promise.all([...own, checkStranger(resolver, domain)]);
}

/** Kept for documents: nobody sends from there. */
const NOBODY = "203.0.113.1";

/** Whether the record keeps out those who are not meant. */
async function checkStranger(resolver: Resolver, domain: string): Promise<DnsFinding> {
  const subject = `SPF of ${domain} for others`;
  const result = await spfResult(resolver, domain, NOBODY);
  switch (result) {
    case "fail":
    case "softfail":
      return right(subject, "they are not let in");
    case "pass":
      return toDo("must", subject, {
        wrong: "the record lets every machine send for the domain",
        costs: "forged mail passes, and receivers that see such a record trust the domain less",
        remedy: publish,
      });
    case "neutral":
      return toDo("should", subject, {
        wrong: "the record does not end in ~all or -all",
        costs: "it says nothing against forged mail",
        remedy: publish,
      });
    case "temperror":
      return noAnswer(subject, domain);
    case "none":
    case "permerror":
    case "unknown":
      return cannotSay(subject, "there is no record that can be judged");
  }
}

const SPF_WORDS: Readonly<Record<"none" | "permerror" | "fail" | "softfail" | "neutral", string>> = Object.freeze({
  none: "there is no record",
  permerror: "the record is broken, or one of several, or asks the DNS more than ten times: receivers read none of it",
  fail: "the record says that this address must not send",
  softfail: "the record says that this address should not send",
  neutral: "the record says nothing of this address",
});

async function checkKeys({ resolver, domain, keys }: CheckedAuthors): Promise<readonly DnsFinding[]> {
  const found = await Promise.all(
    keys.map(async (key) => {
      const name = keyRecordName(domain, key.selector);
      const answer = await resolver.resolve(name, "TXT");
      if (answer.kind === "servfail" || answer.kind === "timeout") return noAnswer(`DKIM ${name}`, name);
      const isThere = answer.kind === "records" && isPublished(key, answer.records);
      const follows = keys.some(({ state, algorithm }) => state === "active" && algorithm === key.algorithm);
      return judgeKey(`DKIM ${name}`, key, { isThere, follows });
    }),
  );
  if (keys.some(({ state }) => state === "active")) return found;
  const unsigned = toDo("must", `DKIM of ${domain}`, {
    wrong: keys.length === 0 ? "there is no key yet" : "no key signs yet",
    costs: "mail leaves unsigned: it does not survive forwarding, and the large providers ask for a signature",
    remedy:
      keys.length === 0
        ? "start the service, which makes the keys; then publish them"
        : "publish the keys; they sign two hours after they are seen",
  });
  return [unsigned, ...found];
}

/** @param follows whether a key of its algorithm signs */
function judgeKey(
  subject: string,
  { state }: ZoneKey,
  { isThere, follows }: { readonly isThere: boolean; readonly follows: boolean },
): DnsFinding {
  if (state === "gone") {
    if (!isThere) return right(subject, "not needed, and not there");
    return toDo("should", subject, {
      wrong: "the record of a key that signs no more is still there",
      costs: "nothing yet; an old key is one more thing that can be broken",
      remedy: "take the record out of the zone",
    });
  }
  if (isThere)
    return right(subject, state === "made" ? "there; the service finds it within the hour" : KEY_WORDS[state]);
  const wrong = "there is no record with this key";
  switch (state) {
    case "active":
      return toDo("must", subject, {
        wrong,
        costs: "mail leaves with a signature that nobody can verify",
        remedy: `${publish}, at once`,
      });
    case "retiring":
      return toDo("should", subject, {
        wrong,
        costs: "mail that is still under way has a signature that nobody can verify",
        remedy: `${publish}, until the page calls it unneeded`,
      });
    case "made":
    case "published":
    case "seen":
      return toDo("should", subject, {
        wrong,
        costs: follows
          ? "it cannot follow the key before it, which grows old"
          : "nothing is signed with a key of this kind",
        remedy: publish,
      });
  }
}

async function checkPolicy({ resolver, domain }: CheckedAuthors): Promise<readonly DnsFinding[]> {
  const subject = `DMARC of ${domain}`;
  // A domain without a record falls under that of the one above (RFC 7489 section 6.6.3).
  const labels = domain.split(".");
  for (let skip = 0; skip < Math.max(1, labels.length - 1); skip++) {
    const name = `_dmarc.${labels.slice(skip).join(".")}`;
    const answer = await resolver.resolve(name, "TXT");
    if (answer.kind === "servfail" || answer.kind === "timeout") return [noAnswer(subject, name)];
    const found = readTagged(answer.kind === "records" ? answer.records : [], "DMARC1");
    if (found.kind === "none") continue;
    return [found.kind === "tags" ? judgePolicy(subject, name, found.tags) : brokenPolicy(subject, name, found.kind)];
  }
  return [
    toDo("must", subject, {
      wrong: "there is none",
      costs: "anybody can write in the name of the domain, and large providers trust mail without it less",
      remedy: publish,
    }),
  ];
}

const brokenPolicy = (subject: string, name: string, why: "several" | "broken"): DnsFinding =>
  toDo("must", subject, {
    wrong: why === "several" ? `there are several at ${name}` : `what stands at ${name} is no list of tags`,
    costs: "receivers read none of it",
    remedy: 'leave one record, as "altmail dns print" shows it',
  });

function judgePolicy(subject: string, name: string, tags: ReadonlyMap<string, string>): DnsFinding {
  const policy = tags.get("p")?.toLowerCase();
  if (policy !== "none" && policy !== "quarantine" && policy !== "reject")
    return toDo("must", subject, {
      wrong: `the record at ${name} has no policy (p=)`,
      costs: "receivers read none of it",
      remedy: publish,
    });
  if (tags.get("rua") === undefined)
    return toDo("should", subject, {
      wrong: `the record at ${name} asks for no reports (rua=)`,
      costs: "nobody tells you who sends in your name, or that your own mail fails",
      remedy: publish,
    });
  return right(
    subject,
    policy === "none"
      ? "p=none: it watches; p=quarantine is next, when the reports are clean"
      : `p=${policy} (${name})`,
  );
}
