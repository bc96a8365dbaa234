import assert from "node:assert/strict";
import { test } from "node:test";
import { readAuthenticationResults } from "../../syntax/message/authentication-results.ts";
import type { Authentication } from "../authentication/authentication.ts";
import { authenticationResults } from "../authentication/results-field.ts";
import { networkOf, type Origin, originOf, originOfField } from "./origin.ts";

type Parts = {
  readonly address?: string;
  readonly iprev?: Authentication["iprev"]["result"];
  readonly spf?: Authentication["spf"]["result"];
  readonly spfDomain?: string;
  readonly scope?: "helo" | "mailfrom";
  readonly author?: string;
  readonly dmarc?: Authentication["dmarc"]["result"];
  readonly dkim?: readonly (readonly [Authentication["dkim"][number]["result"], string])[];
};

function authentication(parts: Parts): Authentication {
  const { address = "192.0.2.7", iprev = "pass", spf = "none", spfDomain = "", scope = "mailfrom" } = parts;
  const { author = "author.test", dmarc = "none", dkim = [] } = parts;
  const reason = "as the test says";
  return {
    client: { address, helo: "mx.author.test" },
    iprev: { result: iprev, name: iprev === "pass" ? "mx.author.test" : undefined },
    spf: { result: spf, domain: spfDomain, scope, reason },
    dkim: dkim.map(([result, domain]) => ({
      result,
      domain,
      selector: "s",
      algorithm: "rsa-sha256",
      mark: "abcd",
      isTesting: false,
      reason,
    })),
    // The parts that an origin is made of and the field tells.
    dmarc: { result: dmarc, reason, domain: author, policy: undefined, disposition: "none" } as Authentication["dmarc"],
    arc: { result: "none", reason, sealers: [], oldestPass: undefined, recorded: undefined },
    list: undefined,
  };
}

const cases: readonly (readonly [string, Parts, Partial<Origin>])[] = [
  ["DMARC speaks for the author", { dmarc: "pass" }, { isAuthorVerified: true, isDmarcPass: true }],
  ["DMARC fails", { dmarc: "fail", spf: "pass", spfDomain: "author.test" }, { isAuthorVerified: false }],
  [
    "no policy, SPF for just the domain",
    { spf: "pass", spfDomain: "author.test" },
    { isAuthorVerified: true, isDmarcPass: false, spfDomain: "author.test" },
  ],
  [
    "no policy, SPF for another domain",
    { spf: "pass", spfDomain: "bulk.test" },
    { isAuthorVerified: false, spfDomain: "bulk.test" },
  ],
  ["SPF fails", { spf: "fail", spfDomain: "author.test" }, { isAuthorVerified: false, spfDomain: undefined }],
  [
    "no policy, a signature of the domain above",
    { author: "a.author.test", dkim: [["pass", "author.test"]] },
    { isAuthorVerified: true, signers: ["author.test"] },
  ],
  ["a signature of the top-level domain", { dkim: [["pass", "test"]] }, { isAuthorVerified: false }],
  ["a signature that does not hold", { dkim: [["fail", "author.test"]] }, { isAuthorVerified: false, signers: [] }],
  [
    "two signatures of one domain",
    {
      dkim: [
        ["pass", "author.test"],
        ["pass", "author.test"],
      ],
    },
    { signers: ["author.test"] },
  ],
  ["a null path", { spf: "pass", spfDomain: "mx.author.test", scope: "helo" }, { spfDomain: "mx.author.test" }],
  ["no author", { author: "", dmarc: "permerror" }, { author: undefined, isAuthorVerified: false }],
  ["no name", { iprev: "fail" }, { isNamed: false }],
  ["the DNS does not answer", { spf: "temperror" }, { isOpen: true }],
  ["the DNS does not answer for a key", { dkim: [["temperror", "author.test"]] }, { isOpen: true }],
  ["IPv6", { address: "2001:db8:1:2::5" }, { network: "32:1:13:184:0:1" }],
];

for (const [name, parts, expected] of cases) {
  test(`an origin is the same when a message arrives and when its field is read later: ${name}`, () => {
    const found = authentication(parts);
    const origin = originOf(found);
    assert.deepEqual({ ...origin, ...expected }, origin);
    const value = authenticationResults("mx.example.com", found)
      .replace(/^Authentication-Results: /, "")
      .replaceAll("\r\n", "");
    assert.deepEqual(originOfField(readAuthenticationResults(value) ?? assert.fail()), origin);
  });
}

test("a field without results is an origin of which nothing is known", () => {
  const origin = originOfField({ server: "mx.example.com", results: [] });
  assert.deepEqual([origin.network, origin.author, origin.isAuthorVerified], [undefined, undefined, false]);
});

test("networks are those that are given out, under the names that what was learned is kept under", () => {
  assert.equal(networkOf("192.0.2.7"), "192.0.2");
  assert.equal(networkOf("2001:db8:a0:2::"), "32:1:13:184:0:160");
  assert.equal(networkOf("192.0.2.7"), networkOf("192.0.2.200"));
  assert.notEqual(networkOf("192.0.2.7"), networkOf("192.0.3.7"));
  assert.equal(networkOf("2001:db8:1:2::"), networkOf("2001:db8:1:ffff::9"));
  assert.notEqual(networkOf("2001:db8:1::"), networkOf("2001:db8:2::"));
  assert.equal(networkOf("example.com"), undefined);
});
