/** The whole of sending, on a memory store, with a clock that is moved, and DNS and queue made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { noted } from "../../rules/dmarc-report/noted.fixture.ts";
import type { NotedMessage } from "../../rules/dmarc-report/noted-message.ts";
import type { DmarcResults } from "../../store/dmarc-results.ts";
import { memoryDmarcResults } from "../../store/memory/dmarc-results.ts";
import { StoreError } from "../../store/store-error.ts";
import { readReport } from "../received-reports/read-report.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { fakeResolver, type Names } from "../queue/route-names.fixture.ts";
import type { ReportLetter } from "../tls-reports/report-letter.ts";
import { createDmarcReporter } from "./dmarc-reporter.ts";
import type { DmarcReportLog } from "./report-events.ts";
import { createDmarcResultCounter } from "./result-counter.ts";

const day = Date.parse("2026-06-01");
const midnight = day + DAY;
const txt = (...records: readonly string[]) => ({ TXT: { records } });
const asking = (rua: string, domain = "example.com"): Names => ({
  [`_dmarc.${domain}`]: txt(`v=DMARC1; p=reject; rua=${rua}`),
});

class World {
  readonly clock = new FakeClock("2026-06-01T12:00:00Z");
  readonly resolver = fakeResolver({});
  readonly letters: ReportLetter[] = [];
  readonly events: string[] = [];
  results: DmarcResults = memoryDmarcResults();
  submitted: "queued" | "unsigned" = "queued";

  constructor(names: Names = asking("mailto:reports@example.com")) {
    this.resolver.names = names;
  }

  async note(...messages: readonly Partial<NotedMessage>[]): Promise<void> {
    const { results, clock } = this;
    const counter = createDmarcResultCounter({ results, clock, log: this.#log });
    for (const message of messages) counter.note(noted(message));
    await counter.flush();
  }

  /** One turn as a fresh process would do it: nothing is remembered but what is in the store. */
  async turnAt(time: number): Promise<void> {
    await this.clock.advance(time - this.clock.now());
    const reporter = createDmarcReporter({
      results: this.results,
      resolver: this.resolver,
      submit: async (letter) => {
        if (this.submitted === "queued") this.letters.push(letter);
        return this.submitted;
      },
      clock: this.clock,
      log: this.#log,
      organisation: "Our Mail",
      contact: "postmaster@ours.example",
      hostName: "mx.ours.example",
      random: () => 0,
    });
    await reporter.turn(new AbortController().signal);
  }

  readonly #log: DmarcReportLog = (name, fields) => void this.events.push(`${name} ${Object.values(fields).join(" ")}`);
}

function reportIn({ content }: ReportLetter): string {
  const [, encoded = ""] = /\.xml\.gz"\r\n\r\n([^-]+)\r\n--/.exec(Buffer.from(content).toString()) ?? [];
  return gunzipSync(Buffer.from(encoded, "base64")).toString();
}
const recipients = ({ letters }: World): readonly string[] => letters.map(({ to }) => to).toSorted();

test("F5: RFC 9990 section 3.5.2: the day's report goes in the night, once, with what was counted", async () => {
  const world = new World();
  await world.note({}, {}, { sourceAddress: "2001:db8::7", disposition: "quarantine" });
  await world.turnAt(midnight);
  assert.equal(world.letters.length, 0, "not before its moment");
  for (let n = 1; n < 400; n++) await world.turnAt(midnight + n * 10 * MINUTE);
  assert.equal(world.letters.length, 1);
  const [letter = assert.fail()] = world.letters;
  assert.deepEqual([letter.from, letter.to], ["postmaster@ours.example", "reports@example.com"]);
  const report = reportIn(letter);
  const [, id = ""] = /<report_id>([0-9a-f]{32})<\/report_id>/.exec(report) ?? [];
  assert.match(report, /<begin>1780272000<\/begin>\n<end>1780358399<\/end>/);
  assert.match(report, /<source_ip>192\.0\.2\.123<\/source_ip>\n<count>2<\/count>/);
  assert.match(report, /<source_ip>2001:db8::7<\/source_ip>\n<count>1<\/count>/);
  const told = await readReport(letter.content, (address) => address === "2001:db8::7");
  assert.deepEqual(
    [told?.id, told?.results],
    [
      id,
      [
        { domain: "example.com", result: "others dkim=pass spf=fail pass", count: 2 },
        { domain: "example.com", result: "ours dkim=pass spf=fail quarantine", count: 1 },
      ],
    ],
  );
  const fields = new Map(headerFields(letter.content).map(({ name, value }) => [name, value]));
  assert.equal(fields.get("subject"), `Report Domain: example.com Submitter: ours.example Report-ID: <${id}>`);
  assert.equal(fields.get("auto-submitted"), "auto-generated");
  const name = `ours.example!example.com!1780272000!1780358399!${id}.xml.gz`;
  assert.ok(Buffer.from(letter.content).toString().includes(`filename="${name}"`));
  assert.match(world.events.join("\n"), /^dmarcreport\.sent example\.com 1 \d+$/);
});

test("RFC 9990 section 4: other organizations get a report only where they agreed", async () => {
  const rua = [
    "mailto:own@mail.example.com",
    "mailto:yes@red.example.net",
    "mailto:no@blue.example.net",
    "mailto:moved@green.example.net",
  ];
  const world = new World({
    ...asking(rua.join(",")),
    "example.com._report._dmarc.red.example.net": txt("v=DMARC1"),
    "example.com._report._dmarc.green.example.net": txt("v=DMARC1; rua=mailto:new@green.example.net"),
  });
  await world.note({});
  await world.turnAt(midnight + HOUR);
  assert.deepEqual(recipients(world), ["new@green.example.net", "own@mail.example.com", "yes@red.example.net"]);
  assert.ok(!world.resolver.asked.some((name) => name.startsWith("example.com._report._dmarc.mail.example.com")));
});

test("RFC 9990 section 3.5: an address that takes less gets nothing, the others their report", async () => {
  const world = new World(asking("mailto:small@example.com!1k,mailto:large@example.com!10m"));
  await world.note({});
  await world.turnAt(midnight + HOUR);
  await world.turnAt(midnight + 5 * HOUR);
  assert.deepEqual(recipients(world), ["large@example.com"]);
  assert.ok(world.events.includes("dmarcreport.failed example.com size 1 "));
});

test("no report for who asks for none, and nothing is kept of it", async () => {
  for (const names of [
    {},
    { "_dmarc.example.com": txt("v=DMARC1; p=reject") },
    { "_dmarc.example.com": txt("v=DMARC1; p=none; rua=mailto:a@example.com", "v=DMARC1; p=none") },
  ]) {
    const world = new World(names);
    await world.note({});
    await world.turnAt(midnight + HOUR);
    assert.deepEqual(world.letters, []);
    assert.equal(await world.results.sums(day, "example.com"), undefined);
  }
});

test("a DNS that cannot say is asked again, whichever question it was", async () => {
  const names = asking("mailto:a@red.example.net");
  for (const silent of ["_dmarc.example.com", "_dmarc.red.example.net", "example.com._report._dmarc.red.example.net"]) {
    const world = new World({ ...names, [silent]: { TXT: "servfail" } });
    await world.note({});
    await world.turnAt(midnight + HOUR);
    assert.deepEqual(world.events, ["dmarcreport.deferred example.com dns 1 "], silent);
    world.resolver.names = { ...names, "example.com._report._dmarc.red.example.net": txt("v=DMARC1") };
    await world.turnAt(midnight + 2 * HOUR);
    assert.deepEqual(recipients(world), ["a@red.example.net"]);
  }
});

test("without a key that signs the report waits, for a day at most", async () => {
  const world = new World();
  world.submitted = "unsigned";
  await world.note({});
  await world.turnAt(midnight + HOUR);
  assert.deepEqual(world.events, ["dmarcreport.deferred example.com unsigned 1 "]);
  world.submitted = "queued";
  await world.turnAt(midnight + 2 * HOUR);
  assert.equal(world.letters.length, 1);
});

test("a crash between sending and noting it leads to the same letter again, which the queue takes once", async () => {
  const world = new World();
  const inner = world.results;
  await world.note({});
  world.results = {
    ...inner,
    noteSent: async () => {
      throw new StoreError("io", "The disk fails.");
    },
  };
  await world.turnAt(midnight + HOUR);
  world.results = inner;
  await world.turnAt(midnight + 2 * HOUR);
  const [first = assert.fail(), second = assert.fail()] = world.letters;
  assert.deepEqual([first.id, first.messageId, reportIn(first)], [second.id, second.messageId, reportIn(second)]);
  assert.ok(world.events.includes("dmarcreport.broken send io"));
});

test("D2: nothing of a day is left before it is three days old, whatever became of its report", async () => {
  const world = new World({ "_dmarc.example.com": { TXT: "servfail" } });
  await world.note({}, { policyDomain: "silent.example" });
  for (let at = day + 12 * HOUR; at < day + 3 * DAY; at += 10 * MINUTE) await world.turnAt(at);
  assert.equal(await world.results.forget(day + DAY), 0);
});
