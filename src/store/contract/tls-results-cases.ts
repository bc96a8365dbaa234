/** What every `TlsResults` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../store-error.ts";
import type { DueReport, TlsFailureSum, TlsResultLimits, TlsResults, TlsSums } from "../tls-results.ts";

const DAY = 86_400_000;
const ID = "0".repeat(32);
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
const report = (more: Partial<DueReport> = {}): DueReport => ({
  day: DAY,
  destination: "example.com",
  id: ID,
  attempts: 0,
  firstAt: undefined,
  sentTo: [],
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

  test(`each day and destination gets one report, which is due, postponed and done (${name})`, async () => {
    await using results = await open();
    await results.add(DAY, [tlsSums(), tlsSums({ destination: "example.org" })]);
    await results.add(2 * DAY, [tlsSums()]);
    let planned = 0;
    const plan = (before: number): Promise<number> =>
      results.plan(before, 9, (day) => ({ id: String(planned++).padStart(32, "0"), dueAt: day + 100 - planned }));
    assert.equal(await plan(DAY), 0);
    assert.equal(await plan(2 * DAY), 2);
    assert.equal(await plan(2 * DAY), 0);
    assert.deepEqual(await results.due(DAY + 97, 9), []);
    const both = await results.due(DAY + 99, 9);
    assert.deepEqual(
      both.map(({ id }) => id),
      ["1".padStart(32, "0"), ID],
    );
    assert.deepEqual(await results.due(DAY + 99, 1), both.slice(0, 1));
    const [{ destination } = report(), { destination: other } = report()] = both;
    assert.deepEqual([destination, other].toSorted(), ["example.com", "example.org"]);

    await results.noteSent(DAY, destination, "place 2");
    await results.noteSent(DAY, destination, "place 1");
    await results.noteSent(DAY, destination, "place 1");
    await results.postpone(DAY, destination, DAY + 7, 3 * DAY);
    await results.done(DAY, other);
    assert.deepEqual(await results.due(3 * DAY - 1, 9), []);
    const id = "1".padStart(32, "0");
    const postponed = report({ destination, id, attempts: 1, firstAt: DAY + 7, sentTo: ["place 1", "place 2"] });
    assert.deepEqual(await results.due(3 * DAY, 9), [postponed]);
  });

  test(`reports are planned some at a time, until all are (${name})`, async () => {
    await using results = await open();
    await results.add(
      DAY,
      ["a", "b", "c"].map((destination) => tlsSums({ destination })),
    );
    const plan = (): Promise<number> => results.plan(2 * DAY, 2, () => ({ id: ID, dueAt: 5 }));
    assert.deepEqual([await plan(), await plan(), await plan()], [2, 1, 0]);
    assert.equal((await results.due(5, 9)).length, 3);
  });

  test(`what is done is never due or planned again, and its sums are gone (${name})`, async () => {
    await using results = await open();
    await results.add(DAY, [tlsSums()]);
    await results.plan(2 * DAY, 9, () => ({ id: ID, dueAt: 5 }));
    await results.done(DAY, "example.com");
    assert.deepEqual(await results.sums(DAY, "example.com"), []);
    await results.add(DAY, [tlsSums()]);
    await results.postpone(DAY, "example.com", 5, 6);
    assert.equal(await results.plan(2 * DAY, 9, () => ({ id: "f".repeat(32), dueAt: 5 })), 0);
    assert.deepEqual(await results.due(9 * DAY, 9), []);
  });

  test(`D2: days are forgotten with all that belongs to them, later ones stay (${name})`, async () => {
    await using results = await open();
    await results.add(DAY, [tlsSums()]);
    await results.add(2 * DAY, [tlsSums()]);
    await results.plan(9 * DAY, 9, () => ({ id: ID, dueAt: 5 }));
    await results.noteSent(DAY, "example.com", "place");
    assert.equal(await results.forget(DAY), 0);
    assert.equal(await results.forget(2 * DAY), 3);
    assert.deepEqual(await results.sums(DAY, "example.com"), []);
    assert.deepEqual(await results.sums(2 * DAY, "example.com"), [tlsSums()]);
    assert.deepEqual(await results.due(5, 9), [report({ day: 2 * DAY })]);
    assert.equal(await results.plan(9 * DAY, 9, () => ({ id: ID, dueAt: 5 })), 0);
  });

  test(`a closed store says so (${name})`, async () => {
    const results = await open();
    await results[Symbol.asyncDispose]();
    for (const call of [
      () => results.add(DAY, [tlsSums()]),
      () => results.sums(DAY, "example.com"),
      () => results.plan(DAY, 9, () => ({ id: ID, dueAt: 5 })),
      () => results.due(1, 1),
      () => results.noteSent(DAY, "example.com", "place"),
      () => results.postpone(DAY, "example.com", 1, 1),
      () => results.done(DAY, "example.com"),
      () => results.forget(DAY),
    ])
      await assert.rejects(
        async () => call(),
        (error) => error instanceof StoreError && error.code === "closed",
      );
  });
}
