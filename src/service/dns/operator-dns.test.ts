import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { systemClock } from "../../host/clock.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import { MAIL_SERVICES } from "../../rules/client-settings/mail-services.fixture.ts";
import type { DkimKey } from "../../store/dkim-keys.ts";
import { type FakeResolver, fakeResolver } from "../queue/route-names.fixture.ts";
import type { FetchedPolicy } from "../queue/route-sts.ts";
import type { DnsFinding } from "./finding.ts";
import { createOperatorDns, type OperatorDns, type OperatorDnsOptions } from "./operator-dns.ts";
import { publishedNames } from "./published.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-dns-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let pem = "";
before(async () => {
  const files = await openLabAuthority(folder, ["mail.example.org"], systemClock);
  pem = readFileSync(files.certificateFile, "utf8");
});

const ADDRESSES = ["192.0.2.1", "2001:db8::1"];
const REVERSE = [
  "1.2.0.192.in-addr.arpa. 60 IN PTR mail.example.org.",
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 IN PTR mail.example.org.",
];
const key = (selector: string, state: DkimKey["state"], more: Partial<DkimKey> = {}): DkimKey => ({
  domain: "example.org",
  selector,
  algorithm: selector.startsWith("r") ? "rsa-sha256" : "ed25519-sha256",
  publicKey: new Uint8Array(selector.startsWith("r") ? 294 : 32).fill(selector.length),
  state,
  since: 0,
  madeAt: 0,
  ...more,
});

type World = { readonly dns: OperatorDns; readonly resolver: FakeResolver };
type Change = Partial<OperatorDnsOptions> & { readonly keys?: readonly DkimKey[]; readonly served?: FetchedPolicy };

/** All that the page shows is published, then `spoil` changes it. */
async function world(spoil: (names: Mutable) => void = () => {}, change: Change = {}): Promise<World> {
  const { keys = [key("r1", "active"), key("e1", "active")], served, ...options } = change;
  const resolver = fakeResolver({});
  const policy = "version: STSv1\nmode: testing\nmx: mail.example.org\nmax_age: 86400\n";
  const dns = createOperatorDns({
    hostName: "mail.example.org",
    domains: ["example.org"],
    ports: { imaps: 993, submissions: 465, submission: 587 },
    addresses: ADDRESSES,
    smarthost: undefined,
    stsMode: "testing",
    servesPolicy: true,
    dkimKeys: { keys: async () => keys },
    resolver,
    fetchPolicy: async () => served ?? { kind: "fetched", text: policy.replaceAll("\n", "\r\n") },
    readCertificate: async () => pem,
    ...options,
  });
  const names = publishedNames(await dns.print(), [
    ...REVERSE,
    'mail.example.org. 60 IN CAA 0 issue "letsencrypt.org"',
  ]) as unknown as Mutable;
  spoil(names);
  resolver.names = names;
  return { dns, resolver };
}

type Mutable = Record<string, Record<string, unknown>>;
const txt = (...records: readonly string[]): { readonly TXT: unknown } => ({ TXT: { records } });

/** The kinds of all findings on a subject that begins so. */
async function on({ dns }: World, subject: string): Promise<readonly DnsFinding[]> {
  return (await dns.check()).filter((finding) => finding.subject.startsWith(subject));
}
const short = (findings: readonly DnsFinding[]): readonly string[] =>
  findings.map((finding) => (finding.kind === "to-do" ? finding.weight : finding.kind));

async function wrong(subject: string, spoil: (names: Mutable) => void, change: Change = {}): Promise<string> {
  const findings = (await on(await world(spoil, change), subject)).filter(({ kind }) => kind === "to-do");
  return findings
    .map((finding) => (finding.kind === "to-do" ? `${finding.weight}: ${finding.subject}: ${finding.wrong}` : ""))
    .join("\n");
}

test("F5: what print says, once published, check finds right", async () => {
  const { dns } = await world();
  const findings = await dns.check();
  // The authority of the test's certificate is none that the world knows.
  assert.deepEqual(
    findings.filter(({ kind }) => kind !== "right").map(({ subject, kind }) => `${kind} ${subject}`),
    ["cannot-say CAA of mail.example.org", "cannot-say MTA-STS of example.org: certificate of mail.example.org"],
  );
  assert.equal(findings.filter(({ kind }) => kind === "right").length, 20);
});

const SETTINGS: OperatorDnsOptions["settings"] = { services: MAIL_SERVICES, webPort: 443 };

test("F5: where the website serves settings for mail programs, the names at which they ask are looked at, too", async () => {
  const bearing = await openLabAuthority(
    join(folder, "names"),
    ["mail", "autoconfig", "autodiscover", "ua-auto-config"].map((label) => `${label}.example.org`),
    systemClock,
  );
  const readCertificate = async (): Promise<string> => readFileSync(bearing.certificateFile, "utf8");
  const change: Change = { settings: SETTINGS, readCertificate };
  const served = await world(() => {}, change);
  const right = (await on(served, "")).filter(({ kind }) => kind === "right");
  assert.equal(right.length, 25);
  const unserved = await world();
  await unserved.dns.check();
  const [more, less] = [served, unserved].map(({ resolver }) =>
    resolver.asked.filter((one) => one === "mail.example.org A"),
  );
  assert.equal((more?.length ?? 0) - (less?.length ?? 0), 1, "the host is asked for once, whatever names lead to it");
  // The certificate of the other tests bears the host's name alone.
  assert.match(await wrong("settings at autoconfig.", () => {}, { settings: SETTINGS }), /does not bear the name$/);
  const spoilt = (spoil: (names: Mutable) => void, subject: string): Promise<string> => wrong(subject, spoil, change);
  assert.match(
    await spoilt((names) => delete names["autodiscover.example.org"], "settings at"),
    /^should: .*not there$/,
  );
  const elsewhere = { A: { records: ["198.51.100.1"] } };
  assert.match(
    await spoilt((names) => (names["ua-auto-config.example.org"] = elsewhere), "settings at"),
    /leads to 198\.51\.100\.1$/,
  );
  const digest = "_ua-auto-config.example.org";
  assert.match(await spoilt((names) => (names[digest] = txt("v=UAAC1; a=sha256; d=AAAA")), "TXT"), /not the digest/);
  assert.match(await spoilt((names) => delete names[digest], "TXT"), /there is none$/);
  assert.match(await spoilt((names) => delete names["_autodiscover._tcp.example.org"], "SRV"), /there is none$/);
});

test("F5: with nothing published, all is to do, and each says what it costs", async () => {
  const { dns, resolver } = await world();
  resolver.names = { "": { NS: { records: ["a.root.test"] } } };
  const findings = await dns.check();
  const todo = findings.filter((finding) => finding.kind === "to-do");
  assert.ok(todo.every(({ wrong: is, costs, remedy }) => is !== "" && costs !== "" && remedy !== ""));
  assert.deepEqual(
    todo.filter(({ weight }) => weight === "must").map(({ subject }) => subject),
    [
      "address of mail.example.org",
      "PTR of 192.0.2.1",
      "PTR of 2001:db8::1",
      "MX of example.org",
      "SPF of example.org for 192.0.2.1",
      "SPF of example.org for 2001:db8::1",
      "DKIM r1._domainkey.example.org",
      "DKIM e1._domainkey.example.org",
      "DMARC of example.org",
    ],
  );
});

test("without dns.addresses the page has those of the DNS, in one order, and SPF names the MX", async () => {
  const { resolver } = await world();
  const unset = createOperatorDnsWithout({ resolver });
  const page = await unset.print();
  assert.match(page, /^mail\.example\.org\. 3600 IN A 192\.0\.2\.1\nmail\.example\.org\. 3600 IN AAAA 2001:db8::1$/m);
  assert.match(page, /"v=spf1 mx ~all"/);
  resolver.names = { "mail.example.org": { A: { records: ["192.0.2.2", "192.0.2.1"] } } };
  assert.match(await unset.print(), /IN A 192\.0\.2\.1\n.* IN A 192\.0\.2\.2\n/);
  resolver.names = {};
  assert.match(await unset.print(), /^; The addresses are not known here/m);
});

test("one domain alone, with the machine", async () => {
  const { dns } = await world(() => {}, { domains: ["example.org", "an.example"] });
  assert.deepEqual(dns.domains, ["an.example", "example.org"]);
  assert.doesNotMatch(await dns.print("example.org"), /an\.example/);
  assert.match(await dns.print(), /an\.example/);
  const subjects = (await dns.check("example.org")).map(({ subject }) => subject);
  assert.ok(subjects.includes("MX of example.org") && !subjects.includes("MX of an.example"));
});

test("a resolver that does not answer is all that can be said; one that does not verify turns DANE off", async () => {
  const dead = await world((names) => {
    names[""] = { NS: "timeout" };
  });
  assert.deepEqual(short(await dead.dns.check()), ["must"]);
  const plain = await world();
  plain.resolver.insecureZones = ["", "example.org"];
  assert.deepEqual(short(await on(plain, "resolver")), ["should"]);
  assert.deepEqual(short(await on(plain, "TLSA")), ["cannot-say"]);
  assert.deepEqual(short(await on(plain, "DNSSEC")), ["cannot-say"]);
});

test("a zone without signatures costs DANE, and is no fault", async () => {
  const plain = await world();
  plain.resolver.insecureZones = ["example.org"];
  assert.deepEqual(short(await on(plain, "TLSA")), ["should"]);
  assert.deepEqual(short(await on(plain, "DNSSEC")), ["should"]);
});

test("addresses: missing, another machine's, and none of the internet", async () => {
  const host = "mail.example.org";
  const a = (records: readonly string[]) => (names: Mutable) => {
    names[host] = { ...names[host], A: { records } };
  };
  assert.match(await wrong("address", a(["192.0.2.7"])), /^must: .*: 192\.0\.2\.1 of dns\.addresses is not among/);
  assert.match(await wrong("address", a(["192.0.2.1", "192.0.2.7"])), /^should: .*: 192\.0\.2\.7 is not in/);
  const alias = (names: Mutable): void => {
    names[host] = { ...names[host], A: { records: ["192.0.2.1"], at: "web.example.org" } };
  };
  assert.match(await wrong("address", alias), /^must: .* alias/);
  const inner = await world(() => {}, { addresses: ["10.0.0.1"] });
  assert.deepEqual(short(await on(inner, "PTR")), ["cannot-say"]);
  const asDnsSays = await world();
  const unset = createOperatorDnsWithout(asDnsSays);
  assert.deepEqual(short((await unset.check()).filter(({ subject }) => subject.startsWith("PTR"))), ["right", "right"]);
});

/** The same DNS, where the settings name no address. */
function createOperatorDnsWithout({ resolver }: Pick<World, "resolver">): OperatorDns {
  return createOperatorDns({
    hostName: "mail.example.org",
    domains: ["example.org"],
    ports: { imaps: 993, submissions: undefined, submission: undefined },
    addresses: [],
    smarthost: undefined,
    stsMode: "testing",
    servesPolicy: true,
    dkimKeys: { keys: async () => [] },
    resolver,
    fetchPolicy: async () => ({ kind: "failed", why: "fetch" }),
    readCertificate: async () => undefined,
  });
}

test("F5: PTR and HELO: another name, several, none, not confirmed", async () => {
  const reverse = "1.2.0.192.in-addr.arpa";
  const ptr =
    (...records: readonly string[]) =>
    (names: Mutable) => {
      names[reverse] = { PTR: { records } };
    };
  assert.match(await wrong("PTR", ptr("host-1.provider.test")), /^must: .* leads to host-1\.provider\.test, not to/);
  assert.match(await wrong("PTR", ptr("mail.example.org", "b.test")), /^should: .* 2 names/);
  assert.match(await wrong("PTR", (names) => void delete names[reverse]), /^must: .* there is none$/);
  const unconfirmed = (names: Mutable): void => {
    names["mail.example.org"] = { ...names["mail.example.org"], A: { records: ["192.0.2.9"] } };
  };
  assert.match(await wrong("PTR", unconfirmed), /^must: .*do not lead back$/);
});

test("MX: elsewhere, and elsewhere besides", async () => {
  const mx =
    (...exchanges: readonly string[]) =>
    (names: Mutable) => {
      const records = exchanges.map((exchange) => ({ preference: 10, exchange }));
      names["example.org"] = { ...names["example.org"], MX: { records } };
    };
  assert.match(await wrong("MX", mx("mx.other.test")), /^must: .* leads to mx\.other\.test$/);
  assert.match(await wrong("MX", mx("mail.example.org", "mx.other.test")), /^should: .* mx\.other\.test$/);
});

test("F5: SPF: our addresses are let in, however the record says it, and what does not is found", async () => {
  const spf =
    (text: string, more: Mutable = {}) =>
    (names: Mutable) => {
      names["example.org"] = { ...names["example.org"], ...txt(text) };
      Object.assign(names, more);
    };
  for (const text of [
    "v=spf1 mx -all",
    "v=spf1 a:mail.example.org -all",
    "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
    "v=spf1 mx/24//64 -all",
    "v=spf1 include:_spf.test -all",
    "v=spf1 redirect=_spf.test",
  ])
    assert.equal(
      await wrong("SPF of example", spf(text, { "_spf.test": txt("v=spf1 +mx:example.org ~all") })),
      "",
      text,
    );
  assert.match(await wrong("SPF of example", spf("v=spf1 -all")), /^must: .*must not send/);
  assert.match(await wrong("SPF of example", spf("v=spf1 ip4:192.0.2.1 ~all")), /^must: .*2001.* should not send$/);
  assert.match(await wrong("SPF of example", spf("v=spf1 a:x.test")), /says nothing of this address/);
  assert.match(await wrong("SPF of example", spf("v=spf1 include:none.test mx -all")), /broken/);
  assert.match(await wrong("SPF of example", spf("v=spf1 ipv4:192.0.2.1 -all")), /broken/);
  const circle = spf("v=spf1 include:loop.test -all", { "loop.test": txt("v=spf1 include:loop.test -all") });
  assert.match(await wrong("SPF of example", circle), /more than ten/);
  assert.match(await wrong("SPF of example", spf("v=spf1 +all")), /^must: .* for others: .*every machine/);
  assert.match(await wrong("SPF of example", spf("v=spf1 mx")), /^should: .* for others: .*does not end/);
  const two = (names: Mutable): void => {
    names["example.org"] = { ...names["example.org"], ...txt("v=spf1 mx -all", "v=spf1 mx ~all") };
  };
  assert.match(await wrong("SPF of example", two), /one of several/);
  const macro = await world(spf("v=spf1 exists:%{i}.test -all"));
  assert.deepEqual(short(await on(macro, "SPF of example")), ["cannot-say", "cannot-say", "cannot-say"]);
  const broken = await world(spf("v=spf1 include:down.test -all", { "down.test": { TXT: "servfail" } }));
  assert.deepEqual(short(await on(broken, "SPF of example")), ["cannot-say", "cannot-say", "cannot-say"]);
  const smart = await world(() => {}, { smarthost: "smtp.test" });
  assert.deepEqual(short(await on(smart, "SPF of example")), ["cannot-say"]);
});

test("F5: DKIM: what a missing record costs depends on where its key stands", async () => {
  const gone = (selector: string) => (names: Mutable) => void delete names[`${selector}._domainkey.example.org`];
  const keys = [key("r1", "active"), key("e2", "made"), key("e3", "retiring"), key("e4", "gone")];
  assert.match(await wrong("DKIM", gone("r1"), { keys }), /^must: DKIM r1/);
  assert.match(await wrong("DKIM", gone("e2"), { keys }), /^should: DKIM e2/);
  assert.match(await wrong("DKIM", gone("e3"), { keys }), /^should: DKIM e3/);
  const still = (names: Mutable): void => {
    const { publicKey } = key("e4", "gone");
    names["e4._domainkey.example.org"] = txt(`v=DKIM1; k=ed25519; p=${Buffer.from(publicKey).toString("base64")}`);
  };
  assert.match(await wrong("DKIM", still, { keys }), /^should: DKIM e4.* still there$/);
  const other = (names: Mutable): void => {
    names["r1._domainkey.example.org"] = txt("v=DKIM1; k=rsa; p=AAAA");
  };
  assert.match(await wrong("DKIM", other, { keys }), /^must: DKIM r1/);
  assert.match(await wrong("DKIM", () => {}, { keys: [] }), /^must: .*no key yet/);
  assert.match(await wrong("DKIM", () => {}, { keys: [key("r1", "made")] }), /^must: .*no key signs yet/);
});

test("F5: DMARC: none, several, no policy, no reports; a domain above may stand in", async () => {
  const dmarc =
    (...texts: readonly string[]) =>
    (names: Mutable) => {
      names["_dmarc.example.org"] = txt(...texts);
    };
  const none = (names: Mutable): void => void delete names["_dmarc.example.org"];
  assert.match(await wrong("DMARC", none), /^must: .* there is none$/);
  assert.match(await wrong("DMARC", dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject")), /^must: .* several/);
  assert.match(await wrong("DMARC", dmarc("v=DMARC1; p=perhaps; rua=mailto:a@b.test")), /^must: .* no policy/);
  assert.match(await wrong("DMARC", dmarc("v=DMARC1; p=reject")), /^should: .* no reports/);
  assert.equal(await wrong("DMARC", dmarc("v=DMARC1; p=Reject; rua=mailto:a@b.test")), "");
  const above = await world(() => {}, { domains: ["sub.example.org"] });
  (above.resolver.names as unknown as Mutable)["_dmarc.example.org"] = txt("v=DMARC1; p=reject; rua=mailto:a@b.test");
  delete (above.resolver.names as unknown as Mutable)["_dmarc.sub.example.org"];
  assert.deepEqual(short(await on(above, "DMARC")), ["right"]);
});

test("TLS-RPT and SRV: missing, or for another place", async () => {
  assert.match(await wrong("TLS-RPT", (names) => void delete names["_smtp._tls.example.org"]), /^should/);
  const port = (names: Mutable): void => {
    const records = [{ priority: 0, weight: 1, port: 143, target: "mail.example.org" }];
    names["_imaps._tcp.example.org"] = { SRV: { records } };
  };
  assert.match(await wrong("SRV", port), /^should: SRV _imaps.* none names port 993/);
});

test("F2: TLSA: another key is found, and so are records nobody can get", async () => {
  const name = "_25._tcp.mail.example.org";
  const other = { usage: 3, selector: 1, matchingType: 1, data: new Uint8Array(32) };
  const records = (names: Mutable, ...more: readonly unknown[]): void => {
    names[name] = { TLSA: { records: more } };
  };
  assert.match(await wrong("TLSA", (names) => records(names, other)), /^must: .*names the key/);
  assert.match(await wrong("TLSA", (names) => void (names[name] = { TLSA: "servfail" })), /^must: .*no usable answer/);
  assert.match(await wrong("TLSA", (names) => void delete names[name]), /^should: .*though the zone has DNSSEC/);
  const rolling = await world((names) => {
    const own = (names[name]?.["TLSA"] as { readonly records: readonly unknown[] } | undefined)?.records ?? [];
    records(names, other, ...own);
  });
  assert.deepEqual(short(await on(rolling, "TLSA")), ["right"]);
  const unread = await world(() => {}, { readCertificate: async () => "no certificate" });
  assert.deepEqual(short(await on(unread, "TLSA")), ["cannot-say"]);
});

test("CAA: the closest name with records decides", async () => {
  const host = "mail.example.org";
  const none = (names: Mutable): void => void delete names[host]?.["CAA"];
  assert.match(await wrong("CAA", none), /^should: .* there is none$/);
  const servfail = (names: Mutable): void => {
    names[host] = { ...names[host], CAA: "servfail" };
  };
  assert.match(await wrong("CAA", servfail), /^must: .*no usable answer/);
});

test("F2: MTA-STS: no record, no file, a wrong certificate, another text, an old id", async () => {
  const record = (text: string) => (names: Mutable) => {
    names["_mta-sts.example.org"] = txt(text);
  };
  const nothing = (): void => {};
  const fetched = (text: string): Change => ({ served: { kind: "fetched", text } });
  assert.match(await wrong("MTA-STS", (names) => void delete names["_mta-sts.example.org"]), /^should: .*no record/);
  assert.match(
    await wrong("MTA-STS", nothing, { served: { kind: "failed", why: "fetch" } }),
    /^must: .* does not give/,
  );
  assert.match(await wrong("MTA-STS", nothing, { served: { kind: "failed", why: "webpki" } }), /^must: .* certificate/);
  assert.match(await wrong("MTA-STS", nothing, fetched("hello")), /^must: .* cannot be read/);
  assert.match(await wrong("MTA-STS", record("v=STSv1; id=1;")), /^should: .* id is not that/);
  const foreign = "version: STSv1\nmode: enforce\nmx: mx.other.test\nmax_age: 86400\n";
  assert.match(
    await wrong("MTA-STS", nothing, fetched(foreign)),
    /^should: .* another one than[^\n]*\nmust: .* does not name mail\.example\.org as mx$/,
  );
});
