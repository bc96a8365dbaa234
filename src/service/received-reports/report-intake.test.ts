import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import { memoryReceivedReports } from "../../store/memory/received-reports.ts";
import type { ReceivedReports } from "../../store/received-reports.ts";
import { StoreError } from "../../store/store-error.ts";
import { receivedTable } from "./received-table.ts";
import { createReportIntake } from "./report-intake.ts";
import { reportLimits } from "./read-report.ts";

const day = Date.parse("2026-06-01");

type Given = { readonly id?: string; readonly domain?: string; readonly day?: number; readonly address?: string };

const dmarc = ({ id = "1", domain = "ours.example", day: from = day, address = "192.0.2.1" }: Given = {}): Buffer =>
  Buffer.from(
    `Content-Type: text/xml\r\n\r\n<feedback><report_metadata><org_name>\u001b[2J</org_name><report_id>${id}</report_id>` +
      `<date_range><begin>${from / 1000}</begin><end>${from / 1000 + 86_399}</end></date_range></report_metadata>` +
      `<policy_published><domain>${domain}</domain></policy_published>` +
      `<record><row><source_ip>${address}</source_ip><count>4</count>` +
      `<policy_evaluated><disposition>reject</disposition></policy_evaluated></row></record></feedback>`,
  );
const tls = (...domains: readonly string[]): Buffer =>
  Buffer.from(
    `Content-Type: application/tlsrpt+json\r\n\r\n${JSON.stringify({
      "organization-name": "Org",
      "date-range": { "start-datetime": "2026-06-01T00:00:00Z", "end-datetime": "2026-06-01T23:59:59Z" },
      "report-id": "t1",
      policies: domains.map((domain) => ({
        policy: { "policy-type": "sts", "policy-domain": domain },
        summary: { "total-successful-session-count": 9, "total-failure-session-count": 0 },
      })),
    })}`,
  );

function intaking(reports: ReceivedReports = memoryReceivedReports()) {
  const events: string[] = [];
  const intake = createReportIntake({
    reports,
    ownNames: ["ours.example", "mx.ours.example"],
    isOurs: (address) => address === "198.51.100.7",
    clock: new FakeClock("2026-06-02T03:00:00Z"),
    log: (name, fields) => void events.push(`${name} ${Object.values(fields).join(" ")}`),
  });
  const take = (message: Uint8Array, author = "reporter.example"): Promise<string> => intake.take({ message, author });
  return { take, events, table: async () => receivedTable(await reports.sums(0)) };
}

test("F5: reports about our domains are summed up for the operator, in words of ours", async () => {
  const { take, events, table } = intaking();
  assert.equal(await take(dmarc()), "added");
  assert.equal(await take(dmarc({ id: "2", address: "198.51.100.7" })), "added");
  assert.equal(await take(dmarc(), "other.example"), "added", "of somebody else it is another report");
  assert.equal(await take(tls("ours.example", "foreign.example")), "added");
  assert.deepEqual(events, [
    "report.received dmarc ours.example 4",
    "report.received dmarc ours.example 4",
    "report.received dmarc ours.example 4",
    "report.received tls ours.example 9",
  ]);
  assert.deepEqual(await table(), [
    "DAY         DOMAIN        REPORTED BY       OF     RESULT                            COUNT",
    "2026-06-01  ours.example  other.example     dmarc  others dkim=fail spf=fail reject      4",
    "2026-06-01  ours.example  reporter.example  dmarc  others dkim=fail spf=fail reject      4",
    "2026-06-01  ours.example  reporter.example  dmarc  ours dkim=fail spf=fail reject        4",
    "2026-06-01  ours.example  reporter.example  tls    sts success                           9",
  ]);
});

test("RFC 9990 section 3.5.4: a report that comes again is not counted again", async () => {
  const { take, events, table } = intaking();
  assert.deepEqual([await take(dmarc()), await take(dmarc())], ["added", "known"]);
  assert.deepEqual([await take(dmarc({ id: "" })), await take(dmarc({ id: "" }))], ["added", "known"]);
  assert.equal(events.at(-1), "report.ignored known");
  assert.match((await table())[1] ?? "", / 8$/);
});

test("reports about others, about other times, and mail without one are passed over", async () => {
  const { take, events, table } = intaking();
  assert.equal(await take(dmarc({ domain: "foreign.example" })), "foreign");
  assert.equal(await take(tls("foreign.example")), "foreign");
  assert.equal(await take(dmarc({ day: day - 40 * DAY })), "time");
  assert.equal(await take(dmarc({ day: day + 2 * DAY })), "time");
  assert.equal(await take(dmarc(), "\u001b[2J"), "none");
  assert.equal(await take(Buffer.from("Subject: Hello\r\n\r\nHello\r\n")), "none");
  assert.deepEqual(
    events,
    ["foreign", "foreign", "time", "time"].map((why) => `report.ignored ${why}`),
  );
  assert.equal((await table()).length, 1);
});

test("a store that fails loses a count and nothing else, and the next report is read", async () => {
  const inner = memoryReceivedReports();
  let isBroken = true;
  const { take, events } = intaking({
    ...inner,
    add: async (report) => {
      if (isBroken) throw new StoreError("io", "The disk fails.");
      return inner.add(report);
    },
  });
  assert.equal(await take(dmarc()), "store");
  assert.deepEqual(events, ["dmarcreport.broken receive io", "report.ignored store"]);
  isBroken = false;
  assert.equal(await take(dmarc()), "added");
});

test("of very many at once only some are read, and later ones again", async () => {
  const { take, events } = intaking();
  const large = Buffer.concat([
    Buffer.from("Content-Type: multipart/mixed; boundary=b\r\n\r\n"),
    Buffer.alloc(reportLimits.maxMessageBytes - 2000, 32),
    Buffer.from("\r\n--b\r\n"),
    dmarc(),
    Buffer.from("\r\n--b--\r\n"),
  ]);
  const taken = await Promise.all(Array.from({ length: 4 }, () => take(large)));
  assert.deepEqual(taken, ["added", "known", "busy", "busy"]);
  assert.ok(events.includes("report.ignored busy"));
  assert.equal(await take(dmarc({ id: "9" })), "added");
});
