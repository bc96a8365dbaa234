/** What clients call themselves, and what is kept of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { clientKind, clientWords } from "./client-kind.ts";
import { networkOf } from "./network-of.ts";

test("browsers are known by family and system", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
      "Chrome on Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari on iOS",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
      "Safari on macOS",
    ],
    ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"],
    ["Lynx/2.9.0 libwww-FM/2.14", "Lynx"],
    ["w3m/0.5.3+git20230121", "w3m"],
    ["Links (2.29; Linux 6.1 x86_64)", "Links on Linux"],
  ];
  for (const [named, kind] of cases) assert.equal(clientKind("web", named), kind);
});

test("mail clients are known by family alone, whatever their version", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Thunderbird", "Thunderbird"],
    ["K-9 Mail", "K-9 Mail"],
    ["com.apple.mail", "Mail of macOS"],
    ["iPhone Mail", "Mail of iOS"],
    ["NeoMutt", "NeoMutt"],
    ["Mutt 2.2", "Mutt"],
    ["OfflineIMAP", "OfflineIMAP"],
    ["FairEmail", "FairEmail"],
  ];
  for (const [named, kind] of cases) assert.equal(clientKind("imap", named), kind);
});

test("who says nothing, or what nobody knows, is called by what it does, in both languages", () => {
  assert.equal(clientKind("imap", undefined), "a mail client");
  assert.equal(clientKind("submission", undefined), "a client that sends");
  assert.equal(clientKind("web", "anna svensson's own browser"), "a web browser");
  assert.equal(clientWords("a web browser", "sv"), "en webbläsare");
  assert.equal(clientWords("Firefox on Linux", "sv"), "Firefox på Linux");
  assert.equal(clientWords("Mail of iOS", "sv"), "Mail i iOS");
  assert.equal(clientWords("Firefox on Linux", "en"), "Firefox on Linux");
});

test("D2: of what a client calls itself nothing rests but a name of ours", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (named) => {
      for (const protocol of ["web", "imap", "submission", "managesieve"] as const)
        kinds.add(clientKind(protocol, `secret ${named}`));
    }),
  );
  assert.ok(kinds.size < 100);
  assert.ok([...kinds].every((kind) => !kind.includes("secret")));
  const before = performance.now();
  assert.equal(clientKind("web", "Mozilla ".repeat(1e6)), "a web browser");
  assert.ok(performance.now() - before < 500);
});

test("a network is the first 24 bits of IPv4 and 48 of IPv6, however the address is written", () => {
  assert.equal(networkOf("192.0.2.77"), "192.0.2.0/24");
  assert.equal(networkOf("::ffff:192.0.2.77"), "192.0.2.0/24");
  assert.equal(networkOf("2001:db8:00A0:1::7"), "2001:db8:a0::/48");
  assert.equal(networkOf("2001:0db8:a0:ffff:1:2:3:4"), "2001:db8:a0::/48");
  for (const text of ["", "here", "192.0.2", "1.2.3.4.5", ":::"]) assert.equal(networkOf(text), "");
});
