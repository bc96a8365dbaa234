import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublished, keyRecord, keyRecordName, textStrings } from "./key-record.ts";

const ed25519 = {
  algorithm: "ed25519-sha256",
  publicKey: new Uint8Array(Buffer.from("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "base64")),
} as const;
const rsa = { algorithm: "rsa-sha256", publicKey: new Uint8Array(294).fill(7) } as const;

test("RFC 8463 appendix A.2: name and text of a key's record", () => {
  assert.equal(keyRecordName("football.example.com", "brisbane"), "brisbane._domainkey.football.example.com");
  assert.equal(keyRecord(ed25519), "v=DKIM1; k=ed25519; t=s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  assert.equal(isPublished(ed25519, ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]), true);
});

test("RFC 6376 section 3.6.2.2: a long record is strings of 255 octets that give it again", () => {
  const strings = textStrings(keyRecord(rsa));
  assert.deepEqual(
    strings.map(({ length }) => length <= 255),
    [true, true],
  );
  assert.equal(isPublished(rsa, [strings.join("")]), true);
});

test("a record is ours with the same kind and key only, however it is spaced", () => {
  const p = Buffer.from(rsa.publicKey).toString("base64");
  for (const [records, is] of [
    [[`p=${p}`], true],
    [["v=spf1 -all", `v=DKIM1;k=rsa ; p= ${p.slice(0, 9)} ${p.slice(9)} ;`], true],
    [[`v=DKIM1; k=ed25519; p=${p}`], false],
    [[`v=DKIM2; p=${p}`], false],
    [["v=DKIM1; k=rsa; p="], false],
    [[`v=DKIM1; p=; p=${p}`], false],
    [[`v=DKIM1; p=${p.replace("B", "C")}`], false],
    [["nonsense"], false],
    [[], false],
  ] as const)
    assert.equal(isPublished(rsa, records), is, records.join("|"));
});
