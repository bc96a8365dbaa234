import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { keepAnswers } from "../../host/resolver/kept-answers.ts";
import { authenticationResults } from "../../rules/authentication/results-field.ts";
import { texts, type Zone } from "../../rules/authentication/zone.fixture.ts";
import { contentOf } from "../../store/content-of.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { mail } from "../../syntax/message/testdata.test.ts";
import { verifierLimits } from "./limits.ts";
import { createVerifier } from "./verifier.ts";
import { inPieces, NOW, type Signer, signed, signerOf, verifying, zoneResolver } from "./verifying.fixture.ts";

const anna = signerOf("anna.test");
const zone: Zone = {
  ...texts({ [anna.name]: anna.record, "_dmarc.anna.test": "v=DMARC1; p=reject" }),
  "anna.test": [{ TXT: "v=spf1 ip4:192.0.2.1 -all" }],
  "1.2.0.192.in-addr.arpa": [{ PTR: "mx.anna.test" }],
  "mx.anna.test": [{ A: "192.0.2.1" }],
};
const MAIL = "From: Anna <a@Anna.test>\nTo: b@example.org\nSubject: s\n\nA line.\n";
const fromAnna = { address: "192.0.2.1", helo: "mx.anna.test", sender: "a@anna.test" };

test("a mail that is what it says passes every check", async () => {
  const found = await verifying(zone)(await signed(MAIL, anna), fromAnna);
  assert.deepEqual(
    [
      found.iprev.result,
      found.spf.result,
      found.dkim.map(({ result }) => result),
      found.dmarc.result,
      found.arc.result,
    ],
    ["pass", "pass", ["pass"], "pass", "none"],
  );
  assert.deepEqual(found.dmarc.aligned, { dkim: ["anna.test"], spf: true });
  const mapped = await verifying(zone)(MAIL, { ...fromAnna, address: "::ffff:192.0.2.1" });
  assert.deepEqual([mapped.iprev.result, mapped.spf.result, mapped.dmarc.result], ["pass", "pass", "pass"]);
});

test("a mail that is not fails, and what its domain asks for is known", async () => {
  const found = await verifying(zone)(MAIL, { address: "192.0.2.9", helo: "evil.test", sender: "x@evil.test" });
  assert.deepEqual([found.dkim.length, found.dmarc.result, found.dmarc.disposition], [0, "fail", "reject"]);
});

test("with the null path the name of the host is checked, and speaks for the author", async () => {
  const { spf, dmarc } = await verifying(zone)(MAIL, { ...fromAnna, sender: "", helo: "anna.test" });
  assert.deepEqual([spf.result, spf.scope, spf.domain, dmarc.result], ["pass", "helo", "anna.test", "pass"]);
});

test("a large body streams by from the spool; where it is cut makes no difference", async () => {
  const large = `${MAIL}${"a line of some length, again\n".repeat(40_000)}`;
  const octets = mail(await signed(large, anna));
  const verify = verifying(zone);
  const whole = await verify(octets, fromAnna);
  for (const step of [7919, 65_536]) assert.deepEqual(await verify(inPieces(octets, step), fromAnna), whole);
  const small = mail(await signed(MAIL, anna));
  for (const step of [1, 2, 3]) assert.deepEqual((await verify(inPieces(small, step))).dkim[0]?.result, "pass");
});

test("a header that the caller holds is not looked for again, and gives the same; the trace above it is no part of it", async () => {
  const trace = "Return-Path: <a@anna.test>\r\nReceived: from x\r\n";
  const came = mail(await signed(`${MAIL}${"more of it\n".repeat(3000)}`, anna));
  const headerEnd = Buffer.from(came).indexOf("\r\n\r\n") + 4;
  const octets = came.subarray(0, headerEnd);
  const header = { octets, fields: headerFields(octets), bodyStart: trace.length + headerEnd };
  const verifier = createVerifier({ resolver: zoneResolver(zone), clock: new FakeClock(NOW) });
  const begin = () => verifier.begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "a@anna.test" });
  const wanted = await begin().verify(contentOf(came));
  assert.equal(wanted.dkim[0]?.result, "pass");
  const stored = Buffer.concat([Buffer.from(trace), came]);
  for (const content of [contentOf(stored), inPieces(stored, 1), inPieces(stored, 50), inPieces(stored, 8000)])
    assert.deepEqual(await begin().verify(content, header), wanted);
  const broken = stored.with(stored.length - 3, 0x21);
  assert.equal((await begin().verify(contentOf(broken), header)).dkim[0]?.result, "fail");
});

test("a header that the caller holds may be too large, too", async () => {
  const octets = mail(`From: a@anna.test\nX: ${"x".repeat(200)}\n\n`);
  const limits = { ...verifierLimits, maxHeaderBytes: 200 };
  const verifier = createVerifier({ resolver: zoneResolver(zone), clock: new FakeClock(NOW), limits });
  const begin = () => verifier.begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "" });
  const header = { octets, fields: headerFields(octets), bodyStart: octets.length };
  const found = await begin().verify(contentOf(octets), header);
  assert.deepEqual(found.dmarc, (await begin().verify(contentOf(octets))).dmarc);
  assert.equal(found.dmarc.disposition, "quarantine");
});

test("what a resolver has at hand is taken from there, and comes to the same", async () => {
  const asked: string[] = [];
  const clock = new FakeClock(NOW);
  const verifier = createVerifier({ resolver: keepAnswers(zoneResolver(zone, asked), clock), clock });
  const bytes = mail(await signed(MAIL, anna));
  const { address, helo, sender } = fromAnna;
  const verify = () => verifier.begin({ client: { address, helo }, sender }).verify(contentOf(bytes));
  const first = await verify();
  const count = asked.length;
  assert.deepEqual(await verify(), first);
  assert.deepEqual([first.spf.result, first.dmarc.result, first.iprev.result], ["pass", "pass", "pass"]);
  assert.equal(asked.length, count);
});

test("a body that no signature covers is not read", async () => {
  let read = 0;
  const content = {
    size: 1000,
    bytes: undefined,
    async *pieces() {
      for (const piece of [MAIL, "more", "and more"]) {
        read++;
        yield mail(piece);
      }
    },
  };
  await verifying(zone)(content);
  assert.equal(read, 1);
});

test("no name server makes a message wait longer than its time; what is open is temperror", async () => {
  const clock = new FakeClock(NOW);
  const silent = { resolve: () => new Promise<never>(() => {}) };
  const verifier = createVerifier({ resolver: silent, clock });
  const bytes = mail(await signed(MAIL, anna));
  const content = { size: bytes.length, bytes, async *pieces() {} };
  let isDone = false;
  const found = verifier.begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "a@anna.test" }).verify(content);
  void found.then(() => (isDone = true));
  await clock.advance(verifierLimits.patienceMs - 1);
  assert.equal(isDone, false);
  await clock.advance(1);
  const { iprev, spf, dkim, dmarc } = await found;
  assert.deepEqual(
    [iprev.result, spf.result, dkim.map(({ result }) => result), dmarc.result, dmarc.disposition],
    ["temperror", "temperror", ["temperror"], "temperror", "none"],
  );
});

test("a resolver that rejects is one that does not answer", async () => {
  const broken = { resolve: () => Promise.reject(new Error("broken")) };
  const verifier = createVerifier({ resolver: broken, clock: new FakeClock(NOW) });
  const bytes = mail(MAIL);
  const content = { size: bytes.length, bytes, async *pieces() {} };
  const { spf } = await verifier
    .begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "a@anna.test" })
    .verify(content);
  assert.equal(spf.result, "temperror");
});

test("what the envelope alone asks is asked before the message comes, and answers wait for it as long as it takes", async () => {
  const asked: string[] = [];
  const clock = new FakeClock(NOW);
  const verifier = createVerifier({ resolver: zoneResolver(zone, asked), clock });
  const { address, helo, sender } = fromAnna;
  const begun = verifier.begin({ client: { address, helo }, sender });
  await turns(5);
  assert.deepEqual(asked.toSorted(), ["A mx.anna.test", "PTR 1.2.0.192.in-addr.arpa", "TXT anna.test"]);
  await clock.advance(10 * verifierLimits.patienceMs);
  const { spf, dkim, dmarc } = await begun.verify(contentOf(mail(await signed(MAIL, anna))));
  assert.deepEqual([spf.result, dkim[0]?.result, dmarc.result], ["pass", "pass", "pass"]);
});

test("a key is asked for once a minute, and only while it is there", async () => {
  const asked: string[] = [];
  const clock = new FakeClock(NOW);
  const verifier = createVerifier({ resolver: zoneResolver(zone, asked), clock });
  const bytes = mail(await signed(MAIL, anna));
  const content = { size: bytes.length, bytes, async *pieces() {} };
  const verify = () => verifier.begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "" }).verify(content);
  const keyQuestions = () => asked.filter((question) => question.includes("_domainkey")).length;
  await verify();
  await verify();
  assert.equal(keyQuestions(), 1);
  await clock.advance(verifierLimits.keyAgeMs);
  await verify();
  assert.equal(keyQuestions(), 2);
});

test("so many keys are kept and no more", async () => {
  const signers = Array.from({ length: 4 }, (_, n): Signer => signerOf(`k${n}.test`));
  const asked: string[] = [];
  const resolver = zoneResolver(texts(Object.fromEntries(signers.map(({ name, record }) => [name, record]))), asked);
  const verifier = createVerifier({ resolver, clock: new FakeClock(NOW), limits: { ...verifierLimits, maxKeys: 2 } });
  for (const signer of [...signers, ...signers.slice(2), ...signers.slice(0, 1)]) {
    const bytes = mail(await signed(MAIL, signer));
    const content = { size: bytes.length, bytes, async *pieces() {} };
    const { dkim } = await verifier.begin({ client: { address: "192.0.2.1", helo: "x" }, sender: "" }).verify(content);
    assert.equal(dkim[0]?.result, "pass");
  }
  assert.equal(asked.filter((question) => question.includes("_domainkey")).length, 5);
});

test("limits: signatures, forms of the body, questions, the header", async () => {
  const many = await signed(MAIL, ...Array.from({ length: 5 }, () => anna));
  assert.equal((await verifying(zone, { maxSignatures: 3 })(many)).dkim.length, 3);
  let length = 0;
  const forms = many.replaceAll("c=relaxed/relaxed;", () => `c=relaxed/simple; l=${length++};`);
  const found = await verifying(zone, { maxBodyForms: 2 })(forms);
  assert.deepEqual(
    found.dkim.map(({ result }) => result),
    ["fail", "fail", "policy", "policy", "policy"],
  );
  const few = await verifying(zone, { maxQuestions: 1 })(many, fromAnna);
  assert.deepEqual([few.spf.result, few.dmarc.result], ["temperror", "temperror"]);
  const large = await verifying(zone, { maxHeaderBytes: 100 })(many, fromAnna);
  assert.deepEqual([large.dkim, large.dmarc.disposition], [[], "quarantine"]);
});

test("nothing that a message says makes it throw or hang", async () => {
  const field = fc.constantFrom(
    "From",
    "DKIM-Signature",
    "ARC-Seal",
    "ARC-Message-Signature",
    "List-Id",
    "ARC-Authentication-Results",
  );
  const piece = fc.constantFrom(
    "v=1;",
    "a=rsa-sha256;",
    "d=anna.test;",
    "s=s;",
    "h=from:;",
    "b=;",
    "bh=AAAA;",
    "i=1;",
    "cv=none;",
    "c=simple;",
    "l=0;",
    "<",
    ">",
    "@",
    '"',
    "(",
    "\n ",
    " ",
    "\u00e4",
    "\0",
    "=",
  );
  const line = fc
    .tuple(field, fc.array(piece, { maxLength: 14 }))
    .map(([name, pieces]) => `${name}: ${pieces.join("")}\n`);
  const verify = verifying(zone);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.string(), fc.string(), async (lines, helo, sender) => {
      const found = await verify(`${lines.join("")}\nbody\n`, { address: "192.0.2.1", helo, sender });
      assert.match(authenticationResults("mx.test", found), /^[ -~]+\r\n(?: [ -~]+\r\n)+$/);
    }),
  );
  const spaces = " ".repeat(100_000);
  for (const value of [
    `a=${spaces}b`,
    `v=1;${spaces}b=${spaces}x`,
    `h=${"from:".repeat(20_000)}`,
    `<${spaces}`,
    `"${spaces}`,
  ])
    for (const name of ["DKIM-Signature", "ARC-Seal", "From", "List-Id"]) await verify(`${name}: ${value}\n\nbody\n`);
});
