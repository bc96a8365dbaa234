import assert from "node:assert/strict";
import { test } from "node:test";
import { siteNameOf } from "./site-name.ts";

const LEAST = {
  siteName: undefined,
  siteOrigin: undefined,
  domains: ["example.org", "example.net"],
  hostName: "mail.example.org",
};

test("a service that nobody named is called by its first domain, and found there", () => {
  assert.deepEqual(siteNameOf(LEAST), { name: "example.org", origin: "https://example.org", domain: "example.org" });
});

test("a name of its own changes no address, and an address of its own no name", () => {
  const { name, origin, domain } = siteNameOf({ ...LEAST, siteName: "Exempelpost" });
  assert.deepEqual([name, origin, domain], ["Exempelpost", "https://example.org", "example.org"]);
  const elsewhere = siteNameOf({ ...LEAST, siteOrigin: "https://mail.example.org:8443" });
  assert.deepEqual(elsewhere, { name: "example.org", origin: "https://mail.example.org:8443", domain: "example.org" });
});
