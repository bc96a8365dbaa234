import assert from "node:assert/strict";
import { test } from "node:test";
import { agreed, type Finding, type JudgeContext, type Judgement, judge } from "./judge.ts";
import { failing, signature } from "./judging.fixture.ts";

const nothing: JudgeContext = { findings: [], trustedSealers: [], forwarders: [] };
const findings: readonly Finding[] = ["spam-mark", "bad-reputation", "dns-list"];

test("F6: that its policy asks for rejection puts a mail into Junk, and alone refuses nothing", () => {
  assert.deepEqual(judge(failing(), nothing), {
    kind: "junk",
    reason: "neither SPF nor DKIM speaks for the author, and its domain asks for rejection",
  });
  for (const finding of findings) assert.equal(judge(failing(), { ...nothing, findings: [finding] }).kind, "refuse");
});

test("F6: a policy of quarantine never refuses", () => {
  const quarantine = failing({ dmarc: { disposition: "quarantine", policy: "quarantine" } });
  for (const context of [nothing, { ...nothing, findings }]) assert.equal(judge(quarantine, context).kind, "junk");
});

test("what passed, what is open and what asks for nothing is accepted, whatever else speaks against it", () => {
  for (const result of ["pass", "none", "temperror", "fail"] as const)
    assert.deepEqual(judge(failing({ dmarc: { result, disposition: "none" } }), { ...nothing, findings }), {
      kind: "accept",
      exempt: undefined,
    });
});

test("a From that is unfit goes to Junk with its own reason", () => {
  const dmarc = {
    result: "permerror",
    disposition: "quarantine",
    reason: "From names authors of many domains",
  } as const;
  assert.deepEqual(judge(failing({ dmarc }), { ...nothing, findings }), { kind: "junk", reason: dmarc.reason });
});

test("a mailing list is believed when it signs for itself", () => {
  const kind = (list: string | undefined, ...dkim: ReturnType<typeof signature>[]): string =>
    judge(failing({ list, dkim }), { ...nothing, findings }).kind;
  assert.equal(kind("users.lists.example.org", signature("example.org")), "accept");
  assert.equal(kind("users.lists.example.org", signature("users.lists.example.org")), "accept");
  assert.equal(kind("users.lists.example.org", signature("other.test")), "refuse");
  assert.equal(kind("users.lists.example.org", signature("example.org", "fail")), "refuse");
  assert.equal(kind("example.org", signature("lists.example.org")), "refuse");
  assert.equal(kind("lists.org", signature("org")), "refuse");
  assert.equal(kind(undefined, signature("example.org")), "refuse");
});

test("a chain is believed when all its sealers are trusted and the first one saw the author's domain speak for it", () => {
  const recorded = (result: string, from?: string) => ({
    server: "a.test",
    results: [
      {
        method: "dmarc",
        result,
        reason: undefined,
        properties: from === undefined ? [] : [["header.from", from] as const],
      },
    ],
  });
  const trusting = { ...nothing, trustedSealers: ["a.test", "b.test"] };
  const arc = { result: "pass", sealers: ["mail.a.test", "b.test"], recorded: recorded("pass", "Bank.test") } as const;
  assert.deepEqual(judge(failing({ arc }), trusting), { kind: "accept", exempt: "sealed" });
  for (const other of [
    { ...arc, result: "fail" as const },
    { ...arc, sealers: ["a.test", "evil.test"] },
    { ...arc, sealers: ["nota.test"] },
    { ...arc, recorded: recorded("fail", "bank.test") },
    { ...arc, recorded: recorded("pass", "evil.test") },
    { ...arc, recorded: undefined },
  ])
    assert.equal(judge(failing({ arc: other }), trusting).kind, "junk");
  assert.equal(judge(failing({ arc }), nothing).kind, "junk");
  assert.equal(judge(failing({ arc: { ...arc, recorded: recorded("pass") } }), trusting).kind, "accept");
});

test("a forwarder that the holder names is known by SPF, by its address or by its signature", () => {
  const context = { ...nothing, forwarders: ["old-school.test"], findings };
  for (const known of [
    failing({ spf: { result: "pass", domain: "srs.old-school.test" } }),
    failing({ iprev: { result: "pass", name: "mx.old-school.test" } }),
    failing({ dkim: [signature("old-school.test")] }),
  ])
    assert.deepEqual(judge(known, context), { kind: "accept", exempt: "forwarder" });
  for (const unknown of [
    failing({ spf: { result: "softfail", domain: "old-school.test" } }),
    failing({ iprev: { result: "pass", name: "very-old-school.test" } }),
    failing({ dkim: [signature("old-school.test", "fail")] }),
  ])
    assert.equal(judge(unknown, context).kind, "refuse");
});

test("a message is refused for all of its recipients or for none", () => {
  const refuse: Judgement = { kind: "refuse", reason: "r" };
  const accept: Judgement = { kind: "accept", exempt: "forwarder" };
  assert.deepEqual(agreed([refuse, refuse]), [refuse, refuse]);
  assert.deepEqual(agreed([refuse, accept]), [{ kind: "junk", reason: "r" }, accept]);
});
