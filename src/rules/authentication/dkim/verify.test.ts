/** RFC 6376 section 6.1: each reason for which a signature does not count, with a signature that holds but for it. */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { type Signer, signed, signerOf, verifying } from "../../../service/authentication/verifying.fixture.ts";
import { texts, type Zone } from "../zone.fixture.ts";
import { readTagList } from "./tag-list.ts";

const MAIL = "From: a@example.test\nTo: b@example.org\nSubject: s\n\nA line.\n";
const rsa = signerOf("example.test", "rsa-sha256");

async function words(text: string, zone: Zone): Promise<readonly string[]> {
  const { dkim } = await verifying(zone)(text);
  return dkim.map(({ result, reason }) => `${result}: ${reason}`);
}

/** Signs From and To by hand, with these tags. */
function byHand(tags: string, { key: { key } }: Signer = rsa, body = "A line.\r\n"): string {
  const bodyHash = createHash("sha256").update(body).digest("base64");
  const field = `dkim-signature:bh=${bodyHash}; ${tags}; b=`;
  const data = `from:a@example.test\r\nto:b@example.org\r\n${field}`;
  const octets = sign("sha256", Buffer.from(data, "latin1"), key).toString("base64");
  return `DKIM-Signature: bh=${bodyHash}; ${tags}; b=${octets}\n${MAIL}`;
}

const TAGS = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.test; s=s; h=from:to";
const published = texts({ [rsa.name]: rsa.record });

test("a signature by hand holds, and so do those of submission", async () => {
  assert.deepEqual(await words(byHand(TAGS), published), ["pass: the signature holds"]);
  const ed25519 = signerOf("other.test");
  const zone = texts({ [rsa.name]: rsa.record, [ed25519.name]: ed25519.record });
  assert.deepEqual(await words(await signed(MAIL, rsa, ed25519), zone), [
    "pass: the signature holds",
    "pass: the signature holds",
  ]);
});

test("RFC 6376 section 6.1.1: signatures that say what they must not", async () => {
  for (const [tags, word] of [
    [TAGS.replace("v=1", "v=2"), "neutral: the signature is of another version"],
    [TAGS.replace("v=1; ", ""), "neutral: the signature is of another version"],
    [TAGS.replace("rsa-sha256", "rsa-sha1"), "permerror: the algorithm of the signature is not one that we take"],
    [TAGS.replace("h=from:to", "h=to"), "permerror: the signature does not cover From"],
    [TAGS.replace("s=s; ", ""), "permerror: the signature lacks a tag"],
    [TAGS.replace("d=example.test", "d=exa mple"), "neutral: the signature names no domain that can be"],
    [TAGS.replace("relaxed/relaxed", "loose"), "neutral: the signature names a form that is unknown"],
    [`${TAGS}; d=example.test`, "neutral: the signature has an error of syntax"],
    [`${TAGS}; q=http`, "neutral: the key is not said to be in the DNS"],
    [`${TAGS}; l=x`, "neutral: a number of the signature is none"],
    [`${TAGS}; t=9; x=8`, "neutral: the signature ends before it begins"],
    [`${TAGS}; i=a@elsewhere.test`, "permerror: the signer is not of the domain that signs"],
    [`${TAGS}; x=1700000000`, "fail: the signature has expired"],
    [
      `${TAGS}; i=a@sub.example.test; x=1800000000; t=9999999999999; l=9`,
      "neutral: the signature ends before it begins",
    ],
  ] as const)
    assert.deepEqual(await words(byHand(tags), published), [word], tags);
});

test("an empty name in h= covers nothing, and of names only so many are taken", async () => {
  const junk = `x${" ".repeat(200_000)}x\n`;
  const empty = junk + byHand(TAGS.replace("h=from:to", "h=:from::to:"));
  assert.deepEqual(await words(empty, published), ["pass: the signature holds"]);
  const many = (count: number): string => TAGS.replace("h=from:to", `h=from:to${":x".repeat(count - 2)}`);
  assert.deepEqual(await words(byHand(many(1000)), published), ["pass: the signature holds"]);
  assert.deepEqual(await words(byHand(many(1001)), published), ["permerror: the signature names too many fields"]);
});

test("RFC 6376 section 3.6.1: keys that are not for the signature", async () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 768 });
  const shortRecord = `p=${short.publicKey.export({ format: "der", type: "spki" }).toString("base64")}`;
  for (const [record, word] of [
    [rsa.record.replace(/p=.*/, "p="), "permerror: the key is revoked"],
    [rsa.record.replace("v=DKIM1", "v=DKIM2"), "permerror: the key record is of another version"],
    [rsa.record.replace("t=s", "h=sha1"), "permerror: the key is not for such signatures"],
    [rsa.record.replace("t=s", "s=other"), "permerror: the key is not for such signatures"],
    [signerOf("x.test").record, "permerror: the key is of another type"],
    [signerOf("x.test", "rsa-sha256").record, "fail: the header was changed, or the key is another"],
    [shortRecord, "policy: the key is shorter than 1024 bits"],
    ["nonsense", "permerror: the key record has an error of syntax"],
  ] as const)
    assert.deepEqual(await words(byHand(TAGS), texts({ [rsa.name]: record })), [word], record);
  assert.deepEqual(await words(byHand(TAGS), {}), ["permerror: there is no key"]);
  assert.deepEqual(await words(byHand(TAGS), { [rsa.name]: ["TIMEOUT"] }), ["temperror: the DNS does not answer"]);
  // The flag s: only the domain itself.
  assert.deepEqual(await words(byHand(`${TAGS}; i=@sub.example.test`), published), [
    "permerror: the key is for the domain itself alone",
  ]);
});

test("RFC 6376 section 8.2: what covers a part of the body is not taken as if it covered all", async () => {
  const partly = byHand(`${TAGS}; l=9`);
  assert.deepEqual(await words(partly, published), ["pass: the signature holds"]);
  assert.deepEqual(await words(`${partly}More.\n`, published), [
    "policy: the signature leaves out the end of the body",
  ]);
  assert.deepEqual(await words(byHand(`${TAGS}; l=10`), published), [
    "fail: the body is shorter than the signature says",
  ]);
});

test("what was changed on the way is found, and what may be changed makes no difference", async () => {
  const text = await signed(MAIL, rsa);
  assert.deepEqual(await words(text.replace("A line", "Another"), published), ["fail: the body was changed"]);
  for (const changed of [
    text.replace("Subject: s", "Subject: t"),
    text.replace("Subject: s", "Subject: t\nSubject: s"),
  ])
    assert.deepEqual(await words(changed, published), ["fail: the header was changed, or the key is another"]);
  const moved = text.replace("Subject: s", "Subject:\n  s ").replace("A line.", "A   line.  ");
  assert.deepEqual(await words(`Received: x\n${moved}\n\n`, published), ["pass: the signature holds"]);
});

test("a domain in letters of any script is that in A-labels", async () => {
  const signer = signerOf("xn--bcher-kva.test", "rsa-sha256");
  // RFC 8616 section 5: in UTF-8; here one character an octet.
  const text = byHand(TAGS.replace("d=example.test", "d=b\u00c3\u00bccher.test"), signer);
  const { dkim } = await verifying(texts({ [signer.name]: signer.record }))(text);
  assert.deepEqual([dkim[0]?.result, dkim[0]?.domain], ["pass", "xn--bcher-kva.test"]);
});

test("RFC 6376 section 3.2: lists of tags", () => {
  assert.deepEqual(
    [...(readTagList(" a = 1 ;b=; c=x=y;") ?? [])],
    [
      ["a", "1"],
      ["b", ""],
      ["c", "x=y"],
    ],
  );
  for (const text of ["", ";", "a", "a=1;;b=2", "a=1; a=2", "1=a", "=a"])
    assert.equal(readTagList(text), undefined, text);
  assert.ok(readTagList(`a=${" ".repeat(200_000)}b`));
});
