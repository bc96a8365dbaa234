import assert from "node:assert/strict";
import { test } from "node:test";
import { domainOf, readMailto, reportFileName } from "./place.ts";

test("RFC 8460 section 5.1, RFC 9990 section 3.5.2: the file is named by submitter, domain and day", () => {
  const file = { submitter: "company-x.example", domain: "example.net", day: Date.parse("2016-04-01"), unique: "001" };
  const name = "company-x.example!example.net!1459468800!1459555199!001";
  assert.equal(reportFileName({ ...file, extension: "json.gz" }), `${name}.json.gz`);
  assert.equal(reportFileName({ ...file, extension: "xml.gz" }), `${name}.xml.gz`);
});

test("RFC 6068 section 2: an address behind mailto:, and what is none", () => {
  assert.equal(readMailto("a%2Bb%21@B.Example?subject=hello"), "a+b!@b.example");
  for (const wrong of ["", "a", "a@[192.0.2.1]", "a%0D%0ABcc:c@b.example", "a%zz@b.example", "%C3%A5@b.example"])
    assert.equal(readMailto(wrong), undefined, wrong);
});

test("the domain of an address is behind its last @", () => {
  assert.equal(domainOf('"a@b"@c.example'), "c.example");
});
