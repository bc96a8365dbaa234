/** RFC 9989: whose policy holds, who speaks for whom, and what is asked for; with its examples of appendix B.4. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dkim } from "../dkim/verify.ts";
import type { Spf } from "../spf/check.ts";
import { texts, type Zone, zoneLookup } from "../zone.fixture.ts";
import { type Dmarc, evaluateDmarc } from "./evaluate.ts";

type Given = {
  readonly zone: Zone;
  readonly from: string | readonly string[];
  readonly dkim?: readonly string[];
  readonly spf?: string;
  /** Results other than "pass". */
  readonly dkimResult?: Dkim["result"];
  readonly spfResult?: Spf["result"];
};

async function evaluate(given: Given, asked: string[] = []): Promise<Dmarc> {
  const { dkim = [], spf, dkimResult = "pass", spfResult = "pass" } = given;
  const unread = { reason: "", selector: "s", algorithm: undefined, mark: undefined, isTesting: false };
  return evaluateDmarc(
    [given.from].flat(),
    { result: spf === undefined ? "none" : spfResult, domain: spf ?? "", scope: "mailfrom", reason: "" },
    dkim.map((domain) => ({ ...unread, result: dkimResult, domain })),
    zoneLookup(given.zone, (name) => void asked.push(name)),
  );
}

/** Result, what is asked for, and the organizational domain. */
async function short(given: Given): Promise<string> {
  const { result, disposition, organizationalDomain } = await evaluate(given);
  return `${result} ${disposition} ${organizationalDomain}`;
}

const reject = (more = ""): string => `v=DMARC1; p=reject${more}`;

test("RFC 9989 appendix B.4.1: a simple tree, asked in this order", async () => {
  const asked: string[] = [];
  const dmarc = await evaluate(
    {
      zone: texts({ "_dmarc.example.com": reject(), "_dmarc.signing.example.com": reject() }),
      from: "example.com",
      spf: "example.com",
      dkim: ["signing.example.com"],
    },
    asked,
  );
  assert.equal(dmarc.result, "pass");
  assert.deepEqual(dmarc.aligned, { spf: true, dkim: ["signing.example.com"] });
  assert.deepEqual(asked, ["_dmarc.example.com", "_dmarc.com", "_dmarc.signing.example.com"]);
});

test("RFC 9989 appendix B.4.2: a deep name costs 8 questions", async () => {
  const asked: string[] = [];
  const zone = texts({ "_dmarc.example.com": reject() });
  const dmarc = await evaluate({ zone, from: "a.b.c.d.e.f.g.h.i.j.k.example.com" }, asked);
  assert.equal(dmarc.organizationalDomain, "example.com");
  assert.deepEqual(
    asked,
    [
      "a.b.c.d.e.f.g.h.i.j.k.example.com",
      "g.h.i.j.k.example.com",
      "h.i.j.k.example.com",
      "i.j.k.example.com",
      "j.k.example.com",
      "k.example.com",
      "example.com",
      "com",
    ].map((name) => `_dmarc.${name}`),
  );
});

test("RFC 9989 appendix B.4.3: below a public suffix everybody is one's own", async () => {
  const zone = texts({
    "_dmarc.bank.example": "v=DMARC1; p=reject; psd=y",
    "_dmarc.giant.bank.example": "v=DMARC1; p=quarantine",
  });
  const from = "giant.bank.example";
  assert.equal(await short({ zone, from, spf: `mail.${from}` }), `pass none ${from}`);
  assert.equal(await short({ zone, from, dkim: ["mail.mega.bank.example"] }), `fail quarantine ${from}`);
  assert.equal(await short({ zone, from: "mega.bank.example", spf: "bank.example" }), "fail reject mega.bank.example");
});

test("RFC 9989 section 4.10.2: psd=n ends the walk, the shortest name wins otherwise", async () => {
  const below = { "_dmarc.b.example.com": "v=DMARC1; p=none; psd=n", "_dmarc.example.com": reject() };
  assert.equal(await short({ zone: texts(below), from: "a.b.example.com" }), "fail none b.example.com");
  const plain = { "_dmarc.b.example.com": "v=DMARC1; p=none", "_dmarc.example.com": reject() };
  assert.equal(await short({ zone: texts(plain), from: "a.b.example.com" }), "fail reject example.com");
  const own = texts({ "_dmarc.mail.example.com": reject() });
  assert.equal(
    await short({ zone: own, from: "mail.example.com", dkim: ["example.com"] }),
    "fail reject mail.example.com",
  );
});

test("RFC 9989 section 4.10: of several records none is believed, and the walk goes on", async () => {
  const zone = texts({
    "_dmarc.mail.example.com": [reject(), "v=DMARC1; p=none"],
    "_dmarc.example.com": ["other text", "v=DMARC1; p=none; sp=quarantine"],
  });
  assert.equal(await short({ zone, from: "mail.example.com" }), "fail quarantine example.com");
});

test("RFC 9989 section 4.10.1: p, sp and np each for its names", async () => {
  const zone: Zone = {
    ...texts({ "_dmarc.example.com": "v=DMARC1; p=reject; sp=none; np=quarantine" }),
    "there.example.com": [{ MX: [0, "mx.example.com"] }],
    "silent.example.com": ["TIMEOUT"],
  };
  assert.equal(await short({ zone, from: "example.com" }), "fail reject example.com");
  assert.equal(await short({ zone, from: "there.example.com" }), "fail none example.com");
  assert.equal(await short({ zone, from: "nowhere.example.com" }), "fail quarantine example.com");
  assert.equal(await short({ zone, from: "silent.example.com" }), "temperror none example.com");
});

test("RFC 9989 section 4.7: t makes a policy gentler by one step, pct makes no difference", async () => {
  for (const [record, disposition] of [
    ["v=DMARC1; p=reject; t=y", "quarantine"],
    ["v=DMARC1; p=quarantine; t=Y", "none"],
    ["v=DMARC1; p=reject; t=n; pct=0", "reject"],
    ["v = DMARC1 ; p = Reject", "reject"],
  ] as const)
    assert.equal(
      await short({ zone: texts({ "_dmarc.example.com": record }), from: "example.com" }),
      `fail ${disposition} example.com`,
      record,
    );
});

test("RFC 9989 section 4.10.1: a policy that cannot be read is none, if reports are wanted", async () => {
  for (const [record, outcome] of [
    ["v=DMARC1; rua=mailto:d@example.com", "fail none example.com"],
    ["v=DMARC1; p=reject; sp=bounce; rua=mailto:d@example.com!10m", "fail none example.com"],
    ["v=DMARC1; p=block", "none none example.com"],
    ["v=DMARC1; p=reject; sp=; rua=d@example.com", "none none example.com"],
    ["v=dmarc1; p=reject", "none none example.com"],
    ["v=DMARC1x; p=reject", "none none example.com"],
  ] as const)
    assert.equal(await short({ zone: texts({ "_dmarc.example.com": record }), from: "example.com" }), outcome, record);
});

test("RFC 9989 section 4.4: strict alignment is that of the very name", async () => {
  const zone = texts({ "_dmarc.example.com": reject("; adkim=s; aspf=S") });
  assert.equal(await short({ zone, from: "example.com", dkim: ["mail.example.com"] }), "fail reject example.com");
  assert.equal(await short({ zone, from: "example.com", spf: "mail.example.com" }), "fail reject example.com");
  assert.equal(await short({ zone, from: "example.com", dkim: ["example.com"] }), "pass none example.com");
});

test("what a name server did not say is temperror, unless something else speaks for the author", async () => {
  const zone: Zone = { ...texts({ "_dmarc.example.com": reject() }), "_dmarc.com": ["TIMEOUT"] };
  assert.match(await short({ zone, from: "example.com", dkim: ["example.com"] }), /^pass /);
  assert.match(await short({ zone, from: "example.com", dkim: ["mail.example.com"] }), /^temperror none /);
  assert.match(await short({ zone, from: "mail.example.com" }), /^temperror none /);
  const known = texts({ "_dmarc.example.com": reject() });
  const dkim = ["example.com"];
  assert.match(await short({ zone: known, from: "example.com", dkim, dkimResult: "temperror" }), /^temperror none /);
  const spf = "example.com";
  assert.match(await short({ zone: known, from: "example.com", spf, spfResult: "temperror" }), /^temperror none /);
  assert.match(
    await short({ zone: known, from: "example.com", spf: "x.test", spfResult: "temperror" }),
    /^fail reject /,
  );
});

test("of several authors the worst outcome counts, and many are nobody's", async () => {
  const zone = texts({ "_dmarc.example.com": reject(), "_dmarc.example.org": "v=DMARC1; p=none" });
  const from = ["example.org", "example.com"];
  assert.match(await short({ zone, from, dkim: ["example.org"] }), /^fail reject /);
  assert.match(await short({ zone, from, dkim: ["example.org", "example.com"] }), /^pass none /);
  assert.match(await short({ zone, from: ["a.test", "b.test", "c.test", "d.test"] }), /^permerror quarantine /);
  assert.match(await short({ zone, from: [] }), /^permerror none /);
});
