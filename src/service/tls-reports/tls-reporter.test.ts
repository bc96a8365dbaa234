/** The whole of sending, on a memory store, with a clock that is moved, and DNS, queue and web servers made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { tlsSums } from "../../store/contract/tls-results-cases.ts";
import { memoryTlsResults } from "../../store/memory/tls-results.ts";
import { StoreError } from "../../store/store-error.ts";
import type { TlsResults } from "../../store/tls-results.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { fakeResolver, type Names } from "../queue/route-names.fixture.ts";
import type { ReportLog } from "./report-events.ts";
import type { ReportLetter } from "./report-letter.ts";
import type { Posted } from "./send-report.ts";
import { createTlsReporter } from "./tls-reporter.ts";

const day = Date.parse("2026-06-01");
const midnight = day + DAY;
const MAIL = "v=TLSRPTv1;rua=mailto:reports@example.com";
const BOTH = `${MAIL},https://reports.example/x`;

const asking = (record: string, ...domains: readonly string[]): Names => ({
  "mx.ours.example": { A: { records: ["198.51.100.1"] }, AAAA: { records: ["2001:db8::1", "2001:db8::2"] } },
  ...Object.fromEntries(domains.map((domain) => [`_smtp._tls.${domain}`, { TXT: { records: [record] } }])),
});

class World {
  readonly clock = new FakeClock("2026-06-01T12:00:00Z");
  readonly resolver = fakeResolver({});
  readonly letters: ReportLetter[] = [];
  readonly posts: { readonly url: string; readonly report: Record<string, unknown> }[] = [];
  readonly events: string[] = [];
  readonly stop = new AbortController();
  results: TlsResults = memoryTlsResults();
  posted: Posted | (() => Posted) = { kind: "taken" };
  submitted: "queued" | "unsigned" = "queued";
  chance = 0;

  constructor(names: Names = asking(MAIL, "example.com")) {
    this.resolver.names = names;
  }

  /** One turn as a fresh process would do it: nothing is remembered but what is in the store. */
  async turn(ms = 0): Promise<void> {
    await this.clock.advance(ms);
    const log: ReportLog = (name, fields) => void this.events.push(`${name} ${Object.values(fields).join(" ")}`);
    const reporter = createTlsReporter({
      results: this.results,
      resolver: this.resolver,
      submit: async (letter) => {
        if (this.submitted === "queued") this.letters.push(letter);
        return this.submitted;
      },
      post: async (url, report) => {
        this.posts.push({ url, report: JSON.parse(gunzipSync(report).toString()) as Record<string, unknown> });
        return typeof this.posted === "function" ? this.posted() : this.posted;
      },
      clock: this.clock,
      log,
      organisation: "Our Mail",
      contact: "tls@ours.example",
      hostName: "mx.ours.example",
      random: () => this.chance,
    });
    await reporter.turn(this.stop.signal);
  }

  async turnAt(time: number): Promise<void> {
    await this.turn(time - this.clock.now());
  }
}

function reportIn(letter: ReportLetter | undefined): Record<string, unknown> {
  const text = Buffer.from(letter?.content ?? []).toString();
  const [, encoded = ""] = /\.json\.gz"\r\n\r\n([^-]+)\r\n--/.exec(text) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(encoded, "base64")).toString()) as Record<string, unknown>;
}

test("F5: the day's report goes in the night, once, by mail, with what was counted", async () => {
  const world = new World();
  world.chance = 0.5;
  await world.results.add(day, [tlsSums()]);
  await world.turn();
  await world.turnAt(midnight);
  await world.turnAt(midnight + 2 * HOUR);
  assert.equal(world.letters.length, 0, "not before its moment");
  await world.turnAt(midnight + 2.5 * HOUR);
  for (let n = 0; n < 400; n++) await world.turn(10 * MINUTE);
  assert.equal(world.letters.length, 1);
  const [letter = assert.fail()] = world.letters;
  assert.deepEqual([letter.from, letter.to], ["tls@ours.example", "reports@example.com"]);
  const report = reportIn(letter);
  const id = String(report["report-id"]);
  assert.match(id, /^2026-06-01\.[0-9a-f]{32}@mx\.ours\.example$/);
  assert.deepEqual(report, {
    "organization-name": "Our Mail",
    "date-range": { "start-datetime": "2026-06-01T00:00:00Z", "end-datetime": "2026-06-01T23:59:59Z" },
    "contact-info": "tls@ours.example",
    "report-id": id,
    policies: [
      {
        policy: {
          "policy-type": "sts",
          "policy-string": ["version: STSv1", "mode: testing"],
          "policy-domain": "example.com",
        },
        summary: { "total-successful-session-count": 3, "total-failure-session-count": 1 },
        "failure-details": [
          {
            "result-type": "certificate-expired",
            "sending-mta-ip": "198.51.100.1",
            "receiving-mx-hostname": "mx.example.com",
            "receiving-ip": "192.0.2.1",
            "failed-session-count": 1,
            "failure-reason-code": "CERT_HAS_EXPIRED",
          },
        ],
      },
    ],
  });
  const fields = new Map(headerFields(letter.content).map(({ name, value }) => [name, value]));
  assert.equal(fields.get("subject"), `Report Domain: example.com Submitter: ours.example Report-ID: <${id}>`);
  assert.equal(fields.get("tls-report-submitter"), "ours.example");
  assert.match(
    Buffer.from(letter.content).toString(),
    /filename="ours\.example!example\.com!1780272000!1780358399!\w+\.json\.gz"/,
  );
  assert.match(world.events.join("\n"), /^tlsreport\.sent example\.com mail 1 \d+$/);
});

test("our own address is told where it is known: of the family of theirs, and when our name has just one", async () => {
  const world = new World();
  const [detail = assert.fail()] = tlsSums().details;
  const details = ["192.0.2.1", "2001:db8::9", undefined].map((receivingAddress) => ({ ...detail, receivingAddress }));
  await world.results.add(day, [tlsSums({ details })]);
  await world.turnAt(midnight + 5 * MINUTE);
  const { policies } = reportIn(world.letters[0]) as unknown as {
    readonly policies: readonly { readonly "failure-details": readonly Record<string, unknown>[] }[];
  };
  assert.deepEqual(
    policies[0]?.["failure-details"].map((told) => [told["receiving-ip"], told["sending-mta-ip"]]),
    [
      [undefined, undefined],
      ["192.0.2.1", "198.51.100.1"],
      ["2001:db8::9", undefined],
    ],
  );
});

test("RFC 8460 section 3: with two places both get the same report", async () => {
  const world = new World(asking(BOTH, "example.com"));
  await world.results.add(day, [tlsSums()]);
  await world.turnAt(midnight + 5 * MINUTE);
  assert.deepEqual([world.letters.length, world.posts.length], [1, 1]);
  assert.deepEqual(world.posts[0], { url: "https://reports.example/x", report: reportIn(world.letters[0]) });
});

test("RFC 8460 section 5.5: a place that fails is tried again for 24 hours, the other is not bothered again", async () => {
  const world = new World(asking(BOTH, "example.com"));
  world.posted = { kind: "failed", code: 503, isFinal: false };
  await world.results.add(day, [tlsSums()]);
  for (let n = 0; n < 6 * 60; n++) await world.turn(10 * MINUTE);
  assert.equal(world.letters.length, 1);
  assert.equal(world.posts.length, 8);
  assert.equal(new Set(world.posts.map(({ report }) => report["report-id"])).size, 1, "all bear one id");
  assert.deepEqual(
    world.events.slice(1),
    [1, 2, 3, 4, 5, 6, 7]
      .map((n) => `tlsreport.deferred example.com unreached ${n} 503`)
      .concat("tlsreport.failed example.com unreached 8 503"),
  );
  assert.deepEqual(await world.results.sums(day, "example.com"), []);
});

test("a place that refuses for good is not asked again, and one that recovers gets its report", async () => {
  const world = new World(asking(BOTH, "example.com", "example.org"));
  world.posted = () => (world.posts.length === 1 ? { kind: "failed", code: 410, isFinal: true } : { kind: "taken" });
  await world.results.add(day, [tlsSums()]);
  await world.turnAt(midnight + 5 * MINUTE);
  await world.turn(DAY);
  assert.deepEqual([world.letters.length, world.posts.length], [1, 1]);
  assert.ok(world.events.includes("tlsreport.failed example.com refused 1 410"));

  const later = new World(asking("v=TLSRPTv1;rua=https://reports.example/x", "example.com"));
  later.posted = () =>
    later.posts.length < 3 ? { kind: "failed", code: undefined, isFinal: false } : { kind: "taken" };
  await later.results.add(day, [tlsSums()]);
  for (let n = 0; n < 200; n++) await later.turn(10 * MINUTE);
  assert.equal(later.posts.length, 3);
  assert.match(later.events.join("\n"), /deferred.*\n.*deferred.*\ntlsreport\.sent example\.com https 3 \d+$/);
});

test("no report for who asks for none; a DNS that cannot say is asked again", async () => {
  const world = new World({});
  await world.results.add(day, [tlsSums(), tlsSums({ destination: "example.org" })]);
  world.resolver.names = { "_smtp._tls.example.org": { TXT: "servfail" } };
  await world.turnAt(midnight + 5 * MINUTE);
  assert.deepEqual(await world.results.sums(day, "example.com"), [], "nothing is kept of who asks for none");
  assert.deepEqual(world.events, ["tlsreport.deferred example.org dns 1 "]);
  world.resolver.names = asking(MAIL, "example.com", "example.org");
  await world.turn(HOUR);
  assert.deepEqual(
    world.letters.map(({ content }) => /TLS-Report-Domain: (.*)\r/.exec(Buffer.from(content).toString())?.[1]),
    ["example.org"],
  );
});

test("without a key that signs the report waits", async () => {
  const world = new World();
  world.submitted = "unsigned";
  await world.results.add(day, [tlsSums()]);
  await world.turnAt(midnight + 5 * MINUTE);
  assert.deepEqual(world.events, ["tlsreport.deferred example.com unsigned 1 "]);
  world.submitted = "queued";
  await world.turn(HOUR);
  assert.equal(world.letters.length, 1);
});

test("a crash between sending and noting it leads to the same letter again, which the queue takes once", async () => {
  const world = new World();
  const inner = world.results;
  await inner.add(day, [tlsSums()]);
  const broken = async (): Promise<never> => {
    throw new StoreError("io", "The disk fails.");
  };
  world.results = { ...inner, noteSent: broken };
  await world.turnAt(midnight + 5 * MINUTE);
  world.results = inner;
  await world.turn(10 * MINUTE);
  await world.turn(DAY);
  assert.equal(world.letters.length, 2);
  assert.equal(world.letters[0]?.id, world.letters[1]?.id);
  assert.equal(world.letters[0]?.messageId, world.letters[1]?.messageId);
  assert.deepEqual(reportIn(world.letters[0]), reportIn(world.letters[1]));
  assert.equal(world.events[0], "tlsreport.broken send io");
});

test("a store that fails ends the turn, and the turn does not fail", async () => {
  const world = new World();
  const inner = world.results;
  await inner.add(
    day,
    ["a.example", "b.example"].map((destination) => tlsSums({ destination })),
  );
  const broken = async (): Promise<never> => {
    throw new StoreError("io", "The disk fails.");
  };
  world.results = { ...inner, done: broken, forget: broken };
  await world.turnAt(midnight + HOUR);
  assert.deepEqual(new Set(world.events), new Set(["tlsreport.broken forget io", "tlsreport.broken send io"]));
  world.results = { ...inner, plan: broken, due: broken };
  await world.turn();
  assert.ok(world.events.includes("tlsreport.broken plan io") && world.events.includes("tlsreport.broken due io"));
});

test("one silent server of many domains is waited for once a turn", async () => {
  const domains = Array.from({ length: 250 }, (_one, n) => `d${n}.example`);
  const world = new World(asking("v=TLSRPTv1;rua=https://reports.example/x", ...domains));
  world.posted = { kind: "failed", code: undefined, isFinal: false };
  await world.results.add(
    day,
    domains.map((destination) => tlsSums({ destination })),
  );
  await world.turnAt(midnight + 5 * MINUTE);
  assert.ok(world.posts.length <= 8, "as many as are sent together");
  assert.equal(world.events.length, domains.length);
  world.posted = { kind: "taken" };
  await world.turn(HOUR);
  assert.equal(world.posts.filter(({ report }) => report["report-id"] !== undefined).length, world.posts.length);
  assert.equal(world.events.filter((event) => event.startsWith("tlsreport.sent")).length, domains.length);
});

test("after the signal what is under way ends, and nothing more is begun", async () => {
  const domains = Array.from({ length: 50 }, (_one, n) => `d${n}.example`);
  const world = new World(asking("v=TLSRPTv1;rua=https://reports.example/x", ...domains));
  world.posted = () => {
    world.stop.abort();
    return { kind: "taken" };
  };
  await world.results.add(
    day,
    domains.map((destination) => tlsSums({ destination })),
  );
  await world.turnAt(midnight + 5 * MINUTE);
  assert.ok(world.posts.length > 0 && world.posts.length <= 8, `${world.posts.length} were begun`);
  assert.equal(world.events.filter((event) => event.startsWith("tlsreport.sent")).length, world.posts.length);
});

test("an aborted turn sends nothing, and what was slept through is sent late or forgotten", async () => {
  const world = new World();
  await world.results.add(day, [tlsSums()]);
  world.stop.abort();
  await world.turnAt(midnight + HOUR);
  assert.equal(world.letters.length, 0);

  const late = new World();
  await late.results.add(day, [tlsSums()]);
  await late.turnAt(midnight + 20 * HOUR);
  assert.equal(late.letters.length, 1, "at once");

  const tooLate = new World();
  await tooLate.results.add(day, [tlsSums()]);
  await tooLate.turnAt(midnight + 31 * HOUR);
  assert.equal(tooLate.letters.length, 0);
  assert.deepEqual(await tooLate.results.sums(day, "example.com"), []);
});

test("D2: nothing of a day is left before it is three days old, whatever became of its report", async () => {
  const world = new World(asking(BOTH, "example.com"));
  world.posted = { kind: "failed", code: 503, isFinal: false };
  await world.results.add(day, [tlsSums(), tlsSums({ destination: "silent.example" })]);
  for (let at = day + 12 * HOUR; at < day + 3 * DAY; at += 10 * MINUTE) await world.turnAt(at);
  assert.equal(await world.results.forget(day + DAY), 0);
});
