/** What every `TlsResults` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TlsFailureSum, TlsResultLimits, TlsResults, TlsSums } from "../tls-results.ts";
import { plannedReportsContract } from "./planned-reports-cases.ts";

const DAY = 86_400_000;
const LIMITS: TlsResultLimits = { destinations: 2, policies: 2, details: 2 };

const detail = (more: Partial<TlsFailureSum> = {}): TlsFailureSum => ({
  result: "certificate-expired",
  host: "mx.example.com",
  receivingAddress: "192.0.2.1",
  reason: "CERT_HAS_EXPIRED",
  sessions: 1,
  ...more,
});
export const tlsSums = (more: Partial<TlsSums> = {}): TlsSums => ({
  destination: "example.com",
  policy: { type: "sts", domain: "example.com", lines: ["version: STSv1", "mode: testing"] },
  successes: 3,
  failures: 1,
  details: [detail()],
  ...more,
});

export function tlsResultsContract(name: string, open: (limits?: TlsResultLimits) => Promise<TlsResults>): void {
  test(`sums of one policy and one kind of failure add up, by day and destination (${name})`, async () => {
    await using results = await open();
    assert.equal(await results.add(DAY, [tlsSums(), tlsSums({ destination: "example.org", details: [] })]), 0);
    const other = detail({ result: "starttls-not-supported", host: undefined, receivingAddress: undefined });
    const unknown = detail({ reason: undefined, sessions: 4 });
    await results.add(DAY, [tlsSums({ successes: 10, failures: 6, details: [other, detail(), unknown] })]);
    const policy = { type: "no-policy-found", domain: "example.com", lines: [] } as const;
    await results.add(DAY, [tlsSums({ policy, details: [] })]);
    await results.add(2 * DAY, [tlsSums()]);
    assert.deepEqual(await results.sums(DAY, "example.com"), [
      tlsSums({ policy, details: [] }),
      tlsSums({ successes: 13, failures: 7, details: [unknown, detail({ sessions: 2 }), other] }),
    ]);
    assert.deepEqual(await results.sums(DAY, "example.org"), [tlsSums({ destination: "example.org", details: [] })]);
    assert.deepEqual(await results.sums(2 * DAY, "example.com"), [tlsSums()]);
    assert.deepEqual(await results.sums(3 * DAY, "example.com"), []);
  });

  test(`bounds hold for destinations of a day, their policies, and details (${name})`, async () => {
    await using results = await open(LIMITS);
    const policyOf = (domain: string): TlsSums["policy"] => ({ type: "tlsa", domain, lines: [] });
    assert.equal(
      await results.add(
        DAY,
        ["a", "b", "c"].map((destination) => tlsSums({ destination })),
      ),
      1,
    );
    assert.equal(await results.add(2 * DAY, [tlsSums({ destination: "c" })]), 0, "another day has room");
    assert.deepEqual(await results.sums(DAY, "c"), []);
    assert.equal(
      await results.add(
        DAY,
        ["x", "y"].map((host) => tlsSums({ destination: "a", policy: policyOf(host) })),
      ),
      1,
    );
    assert.equal((await results.sums(DAY, "a")).length, 2);

    const many = ["1", "2", "3", "4"].map((end) => detail({ receivingAddress: `192.0.2.${end}`, sessions: 2 }));
    await results.add(DAY, [tlsSums({ destination: "b", details: many })]);
    await results.add(DAY, [tlsSums({ destination: "b", details: many.slice(3) })]);
    const bare = { host: undefined, receivingAddress: undefined, reason: undefined };
    assert.deepEqual((await results.sums(DAY, "b"))[0]?.details, [
      detail({ ...bare, sessions: 6 }),
      detail({ receivingAddress: "192.0.2.1", sessions: 3 }),
      detail({ receivingAddress: "192.0.2.2", sessions: 2 }),
    ]);
  });

  plannedReportsContract<TlsResults>(name, {
    open,
    add: (results, day, destination) => results.add(day, [tlsSums({ destination })]),
    count: async (results, day, destination) => (await results.sums(day, destination)).length,
  });
}
