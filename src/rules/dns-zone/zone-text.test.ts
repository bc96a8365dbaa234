import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { MAIL_SERVICES } from "../client-settings/mail-services.fixture.ts";
import { paccJson } from "../client-settings/pacc.ts";
import { authorityOf } from "./certificate-authority.ts";
import { type DomainZone, domainSection, type ZoneKey } from "./domain-zone.ts";
import { type HostZone, hostSection } from "./host-zone.ts";
import { zoneLine } from "./zone-record.ts";
import { zoneText } from "./zone-text.ts";

const HOST: HostZone = {
  hostName: "mail.example.org",
  addresses: ["192.0.2.1", "2001:db8::1"],
  keyDigest: new Uint8Array(32).fill(0xab),
  authority: "letsencrypt.org",
  isDomain: false,
};
const key = (selector: string, state: ZoneKey["state"], bytes = 32): ZoneKey => ({
  selector,
  state,
  algorithm: bytes === 32 ? "ed25519-sha256" : "rsa-sha256",
  publicKey: new Uint8Array(bytes),
});
const DOMAIN: DomainZone = {
  domain: "example.org",
  hostName: "mail.example.org",
  addresses: HOST.addresses,
  ports: { imaps: 993, submissions: 465, submission: undefined },
  keys: [key("r2", "active", 294), key("e1", "gone"), key("e2", "made")],
  settings: undefined,
  stsPolicy: "version: STSv1\nmode: testing\n",
  servesPolicy: true,
};

/** What is no comment. */
const records = (text: string): readonly string[] => text.split("\n").filter((line) => /^[^;]/.test(line));

test("RFC 1035 section 5.1: a text longer than 255 octets is cut in strings, and what would end one is escaped", () => {
  const line = zoneLine({ type: "TXT", name: "a.test", text: `${"x".repeat(300)}"\\` });
  assert.equal(line, `a.test. 3600 IN TXT "${"x".repeat(255)}" "${"x".repeat(45)}\\"\\\\"`);
});

test("F5: the records of a domain", () => {
  const lines = records(zoneText([domainSection(DOMAIN)]));
  const texts = lines.map((line) => line.replace(/\.$/, "").replace(/ 3600 IN /, " "));
  assert.equal(texts[0], "example.org. MX 10 mail.example.org");
  assert.equal(texts[1], 'example.org. TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all"');
  assert.match(texts[2] ?? "", /^e2\._domainkey\.example\.org\. TXT "v=DKIM1; k=ed25519; t=s; p=A{43}="$/);
  assert.match(texts[3] ?? "", /^r2\._domainkey\.example\.org\. TXT "v=DKIM1; k=rsa; [^"]{239}" "[^"]+"$/);
  assert.equal(texts[4], '_dmarc.example.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"');
  assert.match(texts[5] ?? "", /^_mta-sts\.example\.org\. TXT "v=STSv1; id=[0-9a-f]{32};"$/);
  assert.equal(texts[6], "mta-sts.example.org. CNAME mail.example.org");
  assert.equal(texts[7], '_smtp._tls.example.org. TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"');
  assert.equal(texts[8], "_imaps._tcp.example.org. SRV 0 1 993 mail.example.org");
  assert.equal(texts[9], "_submissions._tcp.example.org. SRV 0 1 465 mail.example.org");
  assert.equal(texts.length, 10);
});

test("what mail programs ask for stands on the page where the website serves it, with the digest of what it serves", () => {
  const page = (webPort: number, services = MAIL_SERVICES): string =>
    zoneText([domainSection({ ...DOMAIN, settings: { services, webPort } })]);
  const json = paccJson(MAIL_SERVICES) ?? assert.fail("there is a document");
  assert.deepEqual(records(page(443)).slice(10), [
    "autoconfig.example.org. 3600 IN CNAME mail.example.org.",
    "autodiscover.example.org. 3600 IN CNAME mail.example.org.",
    "_autodiscover._tcp.example.org. 3600 IN SRV 0 1 443 mail.example.org.",
    "ua-auto-config.example.org. 3600 IN CNAME mail.example.org.",
    `_ua-auto-config.example.org. 3600 IN TXT "v=UAAC1; a=sha256; d=${createHash("sha256").update(json).digest("base64")}"`,
  ]);
  assert.match(page(443), /^; Autoconfig: Thunderbird/m);
  // Such ports cannot be told in the JSON document; and programs look for the documents at port 443 alone.
  assert.deepEqual(
    records(page(443, { ...MAIL_SERVICES, imaps: 10_993 })).filter((line) => line.includes("ua-auto-config")),
    [],
  );
  assert.deepEqual(records(page(8443)).slice(10), [
    "_autodiscover._tcp.example.org. 3600 IN SRV 0 1 8443 mail.example.org.",
  ]);
});

test("the records of MTA-STS are comments, with a word why, while nothing serves the file", () => {
  const text = zoneText([domainSection({ ...DOMAIN, servesPolicy: false })]);
  assert.deepEqual(
    records(text).filter((line) => line.includes("mta-sts")),
    [],
  );
  assert.match(text, /^; Nothing here serves it now: set web\.listen/m);
  const live = records(zoneText([domainSection(DOMAIN)])).filter((line) => line.includes("mta-sts"));
  assert.equal(live.length, 2);
  for (const line of live) assert.ok(text.includes(`\n; ${line}\n`), line);
});

test("a host that is itself one of the names has no alias to itself", () => {
  const settings = { services: MAIL_SERVICES, webPort: 443 };
  const lines = records(zoneText([domainSection({ ...DOMAIN, hostName: "autoconfig.example.org", settings })]));
  assert.deepEqual(
    lines.filter((line) => line.startsWith("autoconfig.")),
    [],
  );
});

test("the page is the same whatever order the keys come in", () => {
  const turned = { ...DOMAIN, keys: DOMAIN.keys.toReversed() };
  assert.equal(zoneText([domainSection(turned)]), zoneText([domainSection(DOMAIN)]));
});

test("a key that is gone has no record, and where there is no key the page says so", () => {
  assert.match(zoneText([domainSection(DOMAIN)]), /^; e1: .*take its record out/m);
  assert.match(zoneText([domainSection({ ...DOMAIN, keys: [] })]), /^; There is no key yet/m);
});

test("F5: the records of the machine; its PTR record is a comment, for it stands in another zone", () => {
  const text = zoneText([hostSection(HOST)]);
  assert.deepEqual(records(text), [
    "mail.example.org. 3600 IN A 192.0.2.1",
    "mail.example.org. 3600 IN AAAA 2001:db8::1",
    'mail.example.org. 3600 IN TXT "v=spf1 a -all"',
    `_25._tcp.mail.example.org. 3600 IN TLSA 3 1 1 ${"ab".repeat(32)}`,
    'mail.example.org. 3600 IN CAA 0 issue "letsencrypt.org"',
  ]);
  assert.match(text, /^; 1\.2\.0\.192\.in-addr\.arpa\. 3600 IN PTR mail\.example\.org\.$/m);
});

test("what is not known is a comment that says what to do; SPF of the domain and of the host are never two", () => {
  const unknown = { ...HOST, addresses: [], keyDigest: undefined, authority: undefined, isDomain: true };
  const text = zoneText([hostSection(unknown)]);
  assert.deepEqual(records(text), []);
  assert.match(text, /dns\.addresses/);
  assert.match(text, /tls\.certificate/);
  const domain = zoneText([domainSection({ ...DOMAIN, addresses: [] })]);
  assert.match(domain, /"v=spf1 mx ~all"/);
});

test("no text of a comment becomes a record", () => {
  const text = zoneText([{ title: "t", entries: [{ why: "one\nevil.test. 1 IN A 192.0.2.1", records: [] }] }]);
  assert.deepEqual(records(text), []);
});

test("authorities that are known by their organisation", () => {
  assert.equal(authorityOf("C=US\nO=Let's Encrypt\nCN=E7"), "letsencrypt.org");
  assert.equal(authorityOf("CN=AltMail lab"), undefined);
  assert.equal(authorityOf("O=constructor"), undefined);
});
