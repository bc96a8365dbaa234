import assert from "node:assert/strict";
import { test } from "node:test";
import { consentName, placesByConsent, readPlaces } from "./places.ts";

const place = (address: string, maxBytes?: number) => ({
  address,
  host: address.slice(address.indexOf("@") + 1),
  maxBytes,
});

test("RFC 7489 section 6.2: addresses with the size that they take", () => {
  assert.deepEqual(readPlaces(["mailto:a@b.example", "MAILTO:C%21@B.Example!10m", "mailto:d@b.example!50"]), [
    place("a@b.example"),
    place("C!@b.example", 10 * 1024 * 1024),
    place("d@b.example", 50),
  ]);
  assert.deepEqual(
    ["k", "K", "g", "t"].map((unit) => readPlaces([`mailto:a@b.example!1${unit}`])[0]?.maxBytes),
    [2 ** 10, 2 ** 10, 2 ** 30, 2 ** 40],
  );
});

test("what cannot be served is passed over, twice is once, and there are four at most", () => {
  const wrong = [
    "https://b.example/x",
    "mailto:a@b.example!10x",
    "mailto:a@b.example!",
    "mailto:a@b.example!1!2",
    "mailto:",
  ];
  assert.deepEqual(readPlaces([...wrong, "mailto:a@b.example", "mailto:a@b.example!1m"]), [place("a@b.example")]);
  assert.equal(readPlaces([1, 2, 3, 4, 5].map((n) => `mailto:a${n}@b.example`)).length, 4);
});

test("RFC 9990 section 4: a host agrees by a record of its own, and may say where it wants reports", () => {
  assert.equal(consentName("blue.example.com", "red.example.net"), "blue.example.com._report._dmarc.red.example.net");
  const wanted = place("reports@red.example.net", 100);
  assert.deepEqual(placesByConsent(["v=DMARC1"], wanted), [wanted]);
  assert.deepEqual(placesByConsent(["something", "v=DMARC1;"], wanted), [wanted]);
  const other = "v=DMARC1; rua=mailto:other@red.example.net!5k";
  assert.deepEqual(placesByConsent([other], wanted), [place("other@red.example.net", 5120)]);
  assert.deepEqual(placesByConsent(["v=DMARC1", other], wanted), [place("other@red.example.net", 5120)]);
});

test("RFC 9990 section 4: without consent, or with a place at yet another host, there is no report", () => {
  const wanted = place("reports@red.example.net");
  for (const records of [[""], ["v=DMARC2"], ["p=none; v=DMARC1"], ["v=DMARC1; rua=mailto:a@blue.example.com"]])
    assert.deepEqual(placesByConsent(records, wanted), [], records.join());
});
