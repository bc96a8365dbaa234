import assert from "node:assert/strict";
import { test } from "node:test";
import type { Looked } from "../authentication/lookup.ts";
import { dnsListName, readDnsList, readDnsListAnswer, weightOf } from "./dns-list.ts";

const records = (...values: readonly string[]): Looked => ({ kind: "records", values });

test("an address is looked up backwards below the zone (RFC 5782 sections 2.1 and 2.4)", () => {
  assert.equal(dnsListName("192.0.2.99", "bad.example.com"), "99.2.0.192.bad.example.com");
  assert.equal(
    dnsListName("2001:db8:1:2:3:4:567:89ab", "ugly.example.com"),
    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com",
  );
  assert.equal(dnsListName("no address", "bad.example.com"), undefined);
});

test("settings name lists as postscreen does", () => {
  assert.deepEqual(readDnsList("BL.example.net."), { zone: "bl.example.net", weight: 1, codes: undefined });
  assert.deepEqual(readDnsList("bl.example.net*0.5"), { zone: "bl.example.net", weight: 0.5, codes: undefined });
  assert.deepEqual(readDnsList("bl.example.net=127.0.0.[2..4;10]*2"), {
    zone: "bl.example.net",
    weight: 2,
    codes: [
      [[127, 127]],
      [[0, 0]],
      [[0, 0]],
      [
        [2, 4],
        [10, 10],
      ],
    ],
  });
  for (const wrong of [
    "",
    "192.0.2.1",
    "in-addr.arpa",
    "bl.example.net*0",
    "bl.example.net*101",
    "bl.example.net*-1",
    "bl.example.net=127.0.0",
    "bl.example.net=127.0.0.[4..2]",
    "bl.example.net=127.0.0.256",
    "bl.example.net=127.0.0.[]",
    "bl.example.net=127.0.0.2.3",
    "bl example.net",
  ])
    assert.equal(readDnsList(wrong), undefined, wrong);
});

test("only what a list says of the address is a listing; what it says of itself or what somebody else says is none", () => {
  const list = readDnsList("bl.example.net=127.0.0.[2..4;10]*2") ?? assert.fail();
  const any = readDnsList("bl.example.net") ?? assert.fail();
  for (const [looked, with_, without] of [
    [records("127.0.0.2"), "listed", "listed"],
    [records("127.0.0.9", "127.0.0.10"), "listed", "listed"],
    [records("127.0.0.9"), "not-listed", "listed"],
    [records("127.0.0.1"), "unknown", "unknown"],
    [records("127.255.255.254"), "unknown", "unknown"],
    [records("192.0.2.80"), "unknown", "unknown"],
    [records("127.0.0.2", "192.0.2.80"), "unknown", "unknown"],
    [records("nonsense"), "unknown", "unknown"],
    [{ kind: "nxdomain" }, "not-listed", "not-listed"],
    [{ kind: "nodata" }, "not-listed", "not-listed"],
    [{ kind: "temporary" }, "unknown", "unknown"],
  ] as const) {
    assert.equal(readDnsListAnswer(list, looked).kind, with_, JSON.stringify(looked));
    assert.equal(readDnsListAnswer(any, looked).kind, without, JSON.stringify(looked));
  }
});

test("weights of listings add up, silence weighs nothing", () => {
  const zone = "a.test";
  assert.equal(
    weightOf([
      { kind: "listed", zone, weight: 0.5 },
      { kind: "unknown", zone },
      { kind: "not-listed", zone },
      { kind: "listed", zone, weight: 2 },
    ]),
    2.5,
  );
});
