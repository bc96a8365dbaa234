import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../authentication/judge.ts";
import { doubtfulFrom, verifiedFrom } from "./origin.fixture.ts";
import type { Origin } from "./origin.ts";
import {
  type AccountEvidence,
  agreed,
  type Evidence,
  findingsOf,
  type PolicyWord,
  type SiteEvidence,
  type Verdict,
  type VerdictRule,
  verdictOf,
} from "./verdict.ts";
import { verdictField } from "./verdict-field.ts";
import { isClaim } from "../spam-header.ts";

const verified = verifiedFrom("author.test");
const doubtful = doubtfulFrom("author.test");
const forged: Origin = { ...verified, isAuthorVerified: false, isDmarcPass: false };

const spam = (mark: "junk" | "refuse"): SiteEvidence["spam"] => ({ kind: "spam", mark, score: 9, symbols: [] });
const clean: SiteEvidence["spam"] = { kind: "clean", score: 0, symbols: [] };
const listed = (weight: number): SiteEvidence["lists"] => [{ kind: "listed", zone: "bl.test", weight }];
const silent: SiteEvidence["lists"] = [{ kind: "unknown", zone: "bl.test" }];
const said = (probability: number): AccountEvidence["words"] => ({ kind: "estimate", probability });

type Parts = {
  readonly site?: Partial<SiteEvidence>;
  readonly policy?: PolicyWord;
  readonly account?: Partial<AccountEvidence> | "off";
};

function evidence({ site, policy = { kind: "accept" }, account = {} }: Parts): Evidence {
  const nothing: AccountEvidence = {
    isCorrespondent: false,
    standing: "unknown",
    words: { kind: "unknown" },
    contact: "new",
  };
  return {
    site: {
      origin: verified,
      virus: undefined,
      spam: undefined,
      lists: [],
      listMarks: { junk: 1, refuse: undefined },
      ...site,
    },
    policy,
    account: account === "off" ? undefined : { ...nothing, ...account },
  };
}

const quarantine: PolicyWord = { kind: "junk", reason: "neither SPF nor DKIM speaks for the author" };
const known = { isCorrespondent: true };

const cases: readonly (readonly [string, Parts, Verdict["kind"], VerdictRule])[] = [
  ["nothing is known", {}, "inbox", "nothing"],
  ["all is clean", { site: { spam: clean, virus: { kind: "clean" } } }, "inbox", "nothing"],
  ["a virus", { site: { virus: { kind: "virus", name: "x" } }, account: known }, "refuse", "virus"],
  ["the refuse mark", { site: { spam: spam("refuse") } }, "refuse", "scanner"],
  ["the refuse mark for a known author", { site: { spam: spam("refuse") }, account: known }, "refuse", "scanner"],
  ["the junk mark", { site: { spam: spam("junk") } }, "junk", "scanner"],
  ["the junk mark for a known author", { site: { spam: spam("junk") }, account: known }, "inbox", "correspondent"],
  [
    "the junk mark for somebody who says to be a known author",
    { site: { spam: spam("junk"), origin: forged }, account: known },
    "junk",
    "scanner",
  ],
  [
    "the junk mark for an author who was moved out of Junk",
    { site: { spam: spam("junk") }, account: { standing: "good" } },
    "inbox",
    "standing",
  ],
  [
    "a known author whose last mail was moved to Junk",
    { account: { isCorrespondent: true, standing: "bad" } },
    "junk",
    "standing",
  ],
  ["the policy refuses", { policy: { kind: "refuse", reason: "r" }, account: known }, "refuse", "policy"],
  ["the policy says Junk", { policy: quarantine }, "junk", "policy"],
  [
    "the policy says Junk, and the author that it is not is known",
    { site: { origin: forged }, policy: quarantine, account: { isCorrespondent: true, standing: "good" } },
    "junk",
    "policy",
  ],
  ["a DNS list", { site: { lists: listed(1) } }, "junk", "dns-lists"],
  ["a DNS list of little weight", { site: { lists: listed(0.5) } }, "inbox", "nothing"],
  ["a DNS list that does not answer", { site: { lists: silent } }, "inbox", "nothing"],
  ["a DNS list for a known author", { site: { lists: listed(1) }, account: known }, "inbox", "correspondent"],
  [
    "DNS lists where the operator refuses by them",
    { site: { lists: listed(3), listMarks: { junk: 1, refuse: 3 } }, account: known },
    "refuse",
    "dns-lists",
  ],
  ["an unwanted author", { account: { standing: "bad" } }, "junk", "standing"],
  ["a network that leans", { account: { standing: "leans-bad" } }, "inbox", "nothing"],
  ["unwanted words", { account: { words: said(0.99) } }, "junk", "words"],
  ["words that lean", { account: { words: said(0.9) } }, "inbox", "nothing"],
  ["unwanted words of a known author", { account: { ...known, words: said(0.99) } }, "inbox", "correspondent"],
  ["two leanings", { account: { words: said(0.9), standing: "leans-bad" } }, "junk", "several"],
  ["two other leanings", { site: { lists: listed(0.1) }, account: { words: said(0.9) } }, "junk", "several"],
  ["a doubtful first contact", { site: { origin: doubtful } }, "greylist", "first-contact"],
  [
    "who comes again too soon",
    { site: { origin: doubtful }, account: { contact: "early" } },
    "greylist",
    "first-contact",
  ],
  ["who has come again", { site: { origin: doubtful }, account: { contact: "again" } }, "inbox", "nothing"],
  ["who had come again", { site: { origin: doubtful }, account: { contact: "passed" } }, "inbox", "nothing"],
  ["no room to remember", { site: { origin: doubtful }, account: { contact: "no-room" } }, "inbox", "nothing"],
  ["a known author without any proof", { site: { origin: doubtful }, account: known }, "inbox", "nothing"],
  [
    "a doubtful first contact where the memory is off",
    { site: { origin: doubtful }, account: "off" },
    "inbox",
    "nothing",
  ],
  ["spam where the memory is off", { site: { spam: spam("junk") }, account: "off" }, "junk", "scanner"],
  [
    "one doubt and a leaning",
    { site: { origin: { ...verified, isNamed: false, isDmarcPass: false }, lists: listed(0.5) } },
    "greylist",
    "first-contact",
  ],
  [
    "the same with DMARC",
    { site: { origin: { ...verified, isNamed: false }, lists: listed(0.5) } },
    "inbox",
    "nothing",
  ],
  ["no scanner answered", { site: { spam: { kind: "unavailable", why: "timeout" } } }, "inbox", "nothing"],
];

for (const [name, parts, kind, rule] of cases) {
  test(`verdict: ${name}`, () => {
    const verdict = verdictOf(evidence(parts));
    assert.deepEqual([verdict.kind, verdict.rule], [kind, rule]);
    assert.match(verdict.reason, /^[ -~]+$/);
  });
}

test("the reason says when a scanner has not seen the mail", () => {
  const { reason } = verdictOf(evidence({ site: { virus: { kind: "unscanned", why: "too-large" } } }));
  assert.equal(reason, "nothing known speaks against it, but not every scanner has seen it");
});

test("nothing that an account knows refuses, whatever else is known", () => {
  for (const standing of ["good", "bad", "leans-bad", "unknown"] as const)
    for (const contact of ["new", "early", "again", "passed", "no-room"] as const)
      for (const probability of [0, 0.5, 1])
        for (const origin of [verified, forged, doubtful]) {
          const account = { standing, contact, words: said(probability) };
          assert.notEqual(verdictOf(evidence({ site: { origin }, account })).kind, "refuse");
        }
});

test("for several recipients it is refused or put off only when that is so for all", () => {
  const refuse = verdictOf(evidence({ policy: { kind: "refuse", reason: "forged" } }));
  const inbox = verdictOf(evidence({}));
  const later = verdictOf(evidence({ site: { origin: doubtful } }));
  const kinds = (...verdicts: readonly Verdict[]): readonly string[] => agreed(verdicts).map(({ kind }) => kind);
  assert.deepEqual(kinds(refuse, refuse), ["refuse", "refuse"]);
  assert.deepEqual(kinds(refuse, inbox), ["junk", "inbox"]);
  assert.deepEqual(kinds(later, later), ["greylist", "greylist"]);
  assert.deepEqual(kinds(later, inbox), ["inbox", "inbox"]);
  assert.deepEqual(kinds(later, refuse), ["inbox", "junk"]);
  assert.equal(agreed([refuse, inbox])[0]?.reason, "forged");
});

test("findings of the site are those that `judge` asks for; what an account knows is none of them", () => {
  const { site } = evidence({ site: { spam: spam("junk"), lists: listed(1) } });
  assert.deepEqual(findingsOf(site), ["spam-mark", "dns-list"] satisfies readonly Finding[]);
  assert.deepEqual(findingsOf(evidence({ site: { lists: listed(0.9) }, account: { standing: "bad" } }).site), []);
});

test("the field tells folder, rule and reason, and is taken out of mail that arrives with it", () => {
  const field = verdictField(verdictOf(evidence({ account: { standing: "bad" } }))) ?? assert.fail();
  assert.equal(
    field.raw,
    ["X-Spam-Verdict: Junk, rule=standing; the recipient has called mail of this", " author unwanted\r\n"].join("\r\n"),
  );
  assert.ok(isClaim(field.name));
  assert.equal(verdictField(verdictOf(evidence({ site: { spam: spam("refuse") } }))), undefined);
});

test("no reason makes another line of the header, however it is written", () => {
  const reason = `forged\r\nX-Evil: yes\r\n\r\nbody \u{1f600} ${"long ".repeat(500)}`;
  const field = verdictField({ kind: "junk", rule: "policy", reason }) ?? assert.fail();
  for (const line of field.raw.replace(/\r\n$/, "").split("\r\n").slice(1)) assert.match(line, /^ [ -~]{1,77}$/);
  assert.ok(field.raw.length < 600);
});
