import assert from "node:assert/strict";
import { test } from "node:test";
import { editedFields } from "../../syntax/message/header-edit.ts";
import { mail } from "../../syntax/message/testdata.test.ts";
import { failing, signature } from "./judging.fixture.ts";
import { authenticationResults, withoutForged } from "./results-field.ts";

test("RFC 8601: what was found stands in one field, one line for each method", () => {
  const authentication = failing({
    client: { address: "2001:db8::1" },
    iprev: { result: "pass", name: "host.test" },
    spf: { result: "pass" },
    dkim: [signature("bank.test"), { ...signature("list.test", "fail"), reason: "the body was changed" }],
    arc: { result: "pass", sealers: ["a.test"], oldestPass: 0 },
  });
  assert.equal(
    authenticationResults("mx.test", authentication),
    [
      "Authentication-Results: mx.test;",
      ' iprev=pass policy.iprev="2001:db8::1";',
      " spf=pass smtp.mailfrom=sender.test;",
      " dkim=pass header.d=bank.test header.s=s header.a=rsa-sha256",
      "  header.b=abcdefgh;",
      ' dkim=fail reason="the body was changed" header.d=list.test header.s=s',
      "  header.a=rsa-sha256 header.b=abcdefgh;",
      ' dmarc=fail reason="neither SPF nor DKIM speaks for the author"',
      "  header.from=bank.test policy.dmarc=reject;",
      ' arc=pass smtp.remote-ip="2001:db8::1" header.oldest-pass=0',
      "",
    ].join("\r\n"),
  );
});

test("what a peer said in EHLO cannot end its place", () => {
  const authentication = failing({
    client: { address: "192.0.2.1", helo: 'x"; dmarc=pass\r\nBcc: y' },
    spf: { scope: "helo", domain: "" },
  });
  const field = authenticationResults("mx.test", authentication);
  assert.match(field, /smtp\.helo="x\\"; dmarc=pass\?\?Bcc: y";/);
  assert.equal(field.match(/\r\n(?! )/g)?.length, 1);
});

test("RFC 8601 section 5: fields that claim to be ours go, those of others and of chains stay", () => {
  const forged = [
    "Authentication-Results: mx.test; spf=pass",
    "authentication-results: MX.Test.; dkim=pass",
    'Authentication-Results: (hello) "mx.test"; none',
    "Authentication-Results:\n mx.test 1; none",
    "Authentication-Results : mx.test",
    "Authentication-Results: ; spf=pass",
    "Authentication-Results: old.test; none",
  ];
  const genuine = [
    "Authentication-Results: elsewhere.test; spf=pass",
    "Authentication-Results: mx.test.example; spf=pass",
    "ARC-Authentication-Results: i=1; mx.test; spf=pass",
    "X-Authentication-Results: mx.test; spf=pass",
    "From: a@mx.test",
  ];
  const fields = editedFields(mail(`${[...forged, ...genuine].join("\n")}\n\n`));
  assert.equal(fields.length, forged.length + genuine.length);
  assert.deepEqual(
    withoutForged(fields, ["mx.test", "old.test"]).map(({ raw }) => raw),
    genuine.map((line) => `${line}\r\n`),
  );
});
