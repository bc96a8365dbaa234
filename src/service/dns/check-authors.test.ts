import assert from "node:assert/strict";
import { test } from "node:test";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import type { ZoneKey } from "../../rules/dns-zone/domain-zone.ts";
import { fakeResolver } from "../queue/route-names.fixture.ts";
import { checkAuthors } from "./check-authors.ts";
import type { DnsFinding } from "./finding.ts";

const domain = "example.org";
const key = (selector: string, state: ZoneKey["state"]): ZoneKey => ({
  selector,
  algorithm: selector.startsWith("r") ? "rsa-sha256" : "ed25519-sha256",
  publicKey: new Uint8Array(32),
  state,
});

async function check(keys: readonly ZoneKey[], published: readonly ZoneKey[], selector: string): Promise<DnsFinding> {
  const names = published.map((one) => [keyRecordName(domain, one.selector), { TXT: { records: [keyRecord(one)] } }]);
  const resolver = fakeResolver(Object.fromEntries(names));
  const findings = await checkAuthors({ resolver, domain, addresses: [], keys, smarthost: undefined });
  return findings.find(({ subject }) => subject === `DKIM ${keyRecordName(domain, selector)}`) ?? assert.fail();
}

test("F5: a new key without a record costs what does not sign meanwhile", async () => {
  const fresh = key("e2", "made");
  for (const [before, costs] of [
    [key("e1", "active"), /cannot follow the key before it/],
    [key("r1", "active"), /nothing is signed with a key of this kind/],
  ] as const) {
    const found = await check([before, fresh], [before], "e2");
    assert.match(found.kind === "to-do" ? found.costs : "", costs);
  }
});

test("F5: a record that the service has not seen yet is not waited for", async () => {
  const fresh = key("e2", "made");
  const found = await check([fresh], [fresh], "e2");
  assert.equal(found.kind === "right" && found.is, "there; the service finds it within the hour");
});
