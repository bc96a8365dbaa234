import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeResolver } from "../queue/route-names.fixture.ts";
import { createReportRouter } from "./report-route.ts";

test("RFC 8460 section 5.3: a report's way honours neither TLSA records nor an MTA-STS policy", async () => {
  const resolver = fakeResolver({
    "good.example": { MX: { records: [{ preference: 1, exchange: "mx.good.example" }] } },
    "_mta-sts.good.example": { TXT: { records: ["v=STSv1; id=1"] } },
    "mx.good.example": { A: { records: ["203.0.113.9"] } },
    "_25._tcp.mx.good.example": {
      TLSA: { records: [{ usage: 3, selector: 1, matchingType: 1, data: new Uint8Array(32) }] },
    },
  });
  const route = await createReportRouter({ resolver, ownNames: [], random: () => 0 }).route("good.example");
  assert.deepEqual(route, {
    kind: "hosts",
    hosts: [{ name: "mx.good.example", addresses: ["203.0.113.9"], tls: { kind: "opportunistic" }, nameIsSure: false }],
    findings: { stsPolicy: undefined, leftOut: [], failures: [] },
  });
  assert.deepEqual(
    resolver.asked.filter((asked) => /TLSA|_mta-sts/.test(asked)),
    [],
  );
});

test("records that cannot be looked up do not keep a report from its host", async () => {
  const resolver = fakeResolver({
    "good.example": { MX: { records: [{ preference: 1, exchange: "mx.good.example" }] } },
    "mx.good.example": { A: { records: ["203.0.113.9"] }, CNAME: "servfail" },
    "_25._tcp.mx.good.example": { TLSA: "servfail" },
  });
  const route = await createReportRouter({ resolver, ownNames: [], random: () => 0 }).route("good.example");
  assert.equal(route.kind, "hosts");
});
