import assert from "node:assert/strict";
import { test } from "node:test";
import { readReportPlaces, type ReportPlace } from "./record.ts";

const mail = (address: string): ReportPlace => ({ kind: "mail", address });
const https = (url: string): ReportPlace => ({ kind: "https", url });
const placesOf = (...records: readonly string[]): readonly ReportPlace[] | undefined => readReportPlaces(records);

test("RFC 8460 section 3.1: the examples name their places", () => {
  assert.deepEqual(placesOf("v=TLSRPTv1;rua=mailto:reports@example.com"), [mail("reports@example.com")]);
  assert.deepEqual(placesOf("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"), [
    https("https://reporting.example.com/v1/tlsrpt"),
  ]);
});

for (const [record, places] of [
  [
    "v=TLSRPTv1;rua=mailto:a@b.example,https://b.example/x?y=z&a=b",
    [mail("a@b.example"), https("https://b.example/x?y=z&a=b")],
  ],
  ["v=TLSRPTv1 ; x_1=y;rua=mailto:a@b.example \t, \tMailto:C@B.Example;", [mail("a@b.example"), mail("C@b.example")]],
  ["v=TLSRPTv1;rua=mailto:a@b.example,mailto:a@b.example", [mail("a@b.example")]],
  ["v=TLSRPTv1;rua=mailto:a%2Bb%21@b.example?subject=hello", [mail("a+b!@b.example")]],
  ["v=TLSRPTv1;rua=mailto:a@b.example;rua=mailto:c@d.example", [mail("a@b.example")]],
  ["v=TLSRPTv1;rua=HTTPS://B.Example:8443/x%2C#part", [https("https://b.example:8443/x%2C")]],
] as const)
  test(`a record is read: ${record}`, () => {
    assert.deepEqual(placesOf(record), places);
  });

for (const uri of [
  "ftp://b.example/",
  "http://b.example/",
  "https://192.0.2.1/",
  "https://[2001:db8::1]/",
  "https://user@b.example/",
  "https://user:word@b.example/",
  "https:///x",
  "https://b.example:99999/",
  `https://b.example/${"x".repeat(3000)}`,
  "mailto:",
  "mailto:a",
  "mailto:a@[192.0.2.1]",
  "mailto:%3Ca@b.example%3E",
  "mailto:a%0D%0ABcc:c@b.example",
  "mailto:a%zz@b.example",
  "mailto:%C3%A5@b.example",
  "mailto:a@b.example%0A",
  "nothing",
])
  test(`a place that cannot be served is passed over: ${uri.slice(0, 40)}`, () => {
    assert.deepEqual(placesOf(`v=TLSRPTv1;rua=${uri},mailto:ok@b.example`), [mail("ok@b.example")]);
  });

test("a domain asks for no reports with another record, none, two, or one that is none", () => {
  for (const records of [
    [],
    ["v=spf1 -all"],
    ["v=TLSRPTv2;rua=mailto:a@b.example"],
    ["v=tlsrptv1;rua=mailto:a@b.example"],
    ["v=TLSRPTv1"],
    ["v=TLSRPTv1;"],
    ["v=TLSRPTv1;x=y"],
    ["v=TLSRPTv1;rua=mailto:a@b.example;;"],
    ["v=TLSRPTv1;rua=mailto:a@b.example;no field"],
    ["v=TLSRPTv1;rua=mailto:a\u0000@b.example"],
    ["v=TLSRPTv1;rua=mailto:a@b.example", "v=TLSRPTv1;rua=mailto:a@b.example"],
  ])
    assert.equal(placesOf(...records), undefined, records.join(" | "));
  assert.deepEqual(placesOf("v=spf1 -all", "v=TLSRPTv1;rua=mailto:a@b.example"), [mail("a@b.example")]);
});

test("a stranger's zone makes us write to four places at most", () => {
  const many = Array.from({ length: 100 }, (_one, n) => `mailto:a${n}@b.example`).join(",");
  assert.equal(placesOf(`v=TLSRPTv1;rua=${many}`)?.length, 4);
});

test("a record of 64 KiB is read in linear time", () => {
  for (const text of [
    "v=TLSRPTv1;rua=" + " ,".repeat(30_000),
    "v=TLSRPTv1;" + " ".repeat(60_000),
    "v=TLSRPTv1;" + "a=;".repeat(20_000),
  ]) {
    const before = performance.now();
    placesOf(text);
    assert.ok(performance.now() - before < 500);
  }
});
