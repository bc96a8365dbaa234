import assert from "node:assert/strict";
import { test } from "node:test";
import { xmlEvents } from "../../syntax/xml/elements.ts";
import type { ReadReport } from "../daily-report/read-report.ts";
import { noted } from "./noted.fixture.ts";
import { policyOf, rowOf } from "./noted-message.ts";
import { DmarcReportReader } from "./read-report.ts";
import { writeReport } from "./report.ts";

function read(document: string, ours: readonly string[] = []): ReadReport | undefined {
  const reader = new DmarcReportReader((address) => ours.includes(address));
  for (const event of xmlEvents(document)) reader.take(event);
  return reader.end();
}
const record = (count: string, evaluated = "<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf>"): string =>
  `<record><row><source_ip>192.0.2.1</source_ip><count>${count}</count><policy_evaluated>${evaluated}</policy_evaluated></row></record>`;
const feedback = (...records: readonly string[]): string =>
  `<feedback><report_metadata><org_name>Org</org_name><report_id>1</report_id><date_range><begin>86400</begin><end>172799</end></date_range></report_metadata><policy_published><domain>Ours.Example</domain></policy_published>${records.join("")}</feedback>`;
const resultsOf = (document: string): readonly string[] =>
  read(document)?.results.map(({ result, count }) => `${result} ${count}`) ?? [];

test("F5: what we write we can read, told apart by whether our own servers sent it", () => {
  const day = Date.parse("2026-06-01");
  const document = Array.from(
    writeReport({
      organisation: "Our <Mail>",
      contact: "a@b.example",
      id: "x1",
      day,
      policyDomain: "example.com",
      policy: policyOf(noted()),
      rows: [
        { ...rowOf(noted()), messages: 5 },
        { ...rowOf(noted({ dkim: [] })), messages: 2 },
        { ...rowOf(noted({ sourceAddress: "2001:db8::1" })), messages: 7 },
      ],
    }),
  ).join("");
  assert.deepEqual(read(document, ["2001:db8::1"]), {
    kind: "dmarc",
    organisation: "Our <Mail>",
    id: "x1",
    from: day,
    until: day + 86_399_000,
    results: [
      { domain: "example.com", result: "others dkim=pass spf=fail pass", count: 7 },
      { domain: "example.com", result: "ours dkim=pass spf=fail pass", count: 7 },
    ],
  });
});

test("what is unknown or not there counts as failed, and words of strangers are not kept", () => {
  assert.deepEqual(
    resultsOf(feedback(record("1", "<disposition>explode</disposition><dkim>maybe</dkim>"), record("2", ""))),
    ["others dkim=fail spf=fail unsaid 3"],
  );
  assert.deepEqual(
    resultsOf(feedback(record("1", "<disposition>Reject</disposition><dkim>PASS</dkim><spf> fail </spf>"))),
    ["others dkim=pass spf=fail reject 1"],
  );
});

test("counts that are none count nothing, and none can be too large", () => {
  assert.deepEqual(
    resultsOf(feedback(...["-1", "1.5", "x", "", "0", "1e9", "9".repeat(16)].map((count) => record(count)))),
    [],
  );
  assert.deepEqual(resultsOf(feedback(record("9".repeat(15)), record("9".repeat(15)))), [
    "others dkim=pass spf=pass none 1000000000000",
  ]);
});

test("one record says nothing of the next", () => {
  assert.deepEqual(resultsOf(feedback(record("1"), "<record><row><count>2</count></row></record>")), [
    "others dkim=fail spf=fail unsaid 2",
    "others dkim=pass spf=pass none 1",
  ]);
});

test("what is cut off, refused, or says neither domain nor time is no report", () => {
  const whole = feedback(record("1"));
  assert.equal(read(whole)?.results[0]?.domain, "ours.example");
  for (const wrong of [
    "",
    whole.slice(0, -2),
    `<!DOCTYPE feedback>${whole}`,
    whole.replace("Ours.Example", "not a domain"),
    whole.replace("<begin>86400", "<begin>yesterday"),
    whole.replace("<end>172799</end>", ""),
    whole.replaceAll("feedback", "other"),
    `${whole}<!DOCTYPE x>`,
  ])
    assert.equal(read(wrong), undefined, wrong);
});

test("of two reports in one document the first counts", () => {
  assert.deepEqual(resultsOf(`<x>${feedback(record("1"))}${feedback(record("2"))}</x>`), [
    "others dkim=pass spf=pass none 1",
  ]);
});
