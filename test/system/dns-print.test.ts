/**
 * The operator's DNS against programs of others: zone checkers take the page that `dns print` shows, name servers serve
 * it, and `dns check` finds it right over a validating resolver. Then the walk of a delivery over the same small internet.
 */
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { createSecureContext } from "node:tls";
import { smtpClientLimits } from "../../src/clients/smtp/limits.ts";
import { bye, type Script, startPeer } from "../../src/clients/smtp/peer.fixture.ts";
import { createProbe } from "../../src/clients/smtp/probe.ts";
import { systemClock } from "../../src/host/clock.ts";
import type { Resolver } from "../../src/host/resolver/answer.ts";
import { createResolver } from "../../src/host/resolver/resolver.ts";
import { openLabAuthority } from "../../src/host/tls/lab-authority.ts";
import type { MailServices } from "../../src/rules/client-settings/mail-services.ts";
import { verifyDane } from "../../src/rules/dane/verify.ts";
import { zoneLine } from "../../src/rules/dns-zone/zone-record.ts";
import { createClientSettings } from "../../src/servers/web/clients/client-settings.ts";
import type { DnsFinding } from "../../src/service/dns/finding.ts";
import { createOperatorDns, type OperatorDns, type OperatorDnsOptions } from "../../src/service/dns/operator-dns.ts";
import { createWalk, type Walked } from "../../src/service/dns/walk.ts";
import { stepText } from "../../src/service/dns/walk-text.ts";
import { createRouter } from "../../src/service/queue/route-maker.ts";
import { createStsPolicies } from "../../src/service/queue/route-sts.ts";
import type { DkimAlgorithm, DkimKey } from "../../src/store/dkim-keys.ts";
import { createMemoryPolicyCache } from "../../src/store/memory/policy-cache.ts";
import { DNS_PROGRAMS, type NameServers, startNameServers, type Zone } from "./dns/name-servers.ts";
import { need, run } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-dns-print-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const ASKED = ["autoconfig.ours.test", "autodiscover.ours.test", "ua-auto-config.ours.test"];
const NAMES = ["mail.ours.test", ...ASKED, "mx.good.test", "mx.wrong.test"];
let files: Awaited<ReturnType<typeof openLabAuthority>>;
before(async () => {
  files = await openLabAuthority(join(folder, "tls"), NAMES, systemClock);
});

function key(algorithm: DkimAlgorithm, selector: string, state: DkimKey["state"]): DkimKey {
  const isRsa = algorithm === "rsa-sha256";
  const { publicKey } = isRsa ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    domain: "ours.test",
    selector,
    algorithm,
    // SubjectPublicKeyInfo for RSA; the 32 octets at its end for Ed25519 (RFC 8463 section 4.2).
    publicKey: isRsa ? spki : spki.subarray(-32),
    state,
    since: 0,
    madeAt: 0,
  };
}
const KEYS: readonly DkimKey[] = [
  key("rsa-sha256", "r20260101", "retiring"),
  key("rsa-sha256", "r20260701", "active"),
  key("ed25519-sha256", "e20260701", "active"),
  key("rsa-sha256", "r20261120", "made"),
];

/** The authority of the test's certificate has no name for CAA: an operator writes this line himself. */
const CAA = zoneLine({ type: "CAA", name: "mail.ours.test", flags: 0, tag: "issue", value: "letsencrypt.org" });

const SERVICES: MailServices = {
  name: "Ours",
  hostName: "mail.ours.test",
  imaps: 993,
  submissions: 465,
  submission: 587,
  documentation: "https://ours.test/docs/settings",
};

const nowhere: Resolver = { resolve: async () => ({ kind: "timeout" }) };

function operatorDns(change: Partial<OperatorDnsOptions> = {}): OperatorDns {
  return createOperatorDns({
    hostName: "mail.ours.test",
    domains: ["ours.test"],
    ports: { imaps: 993, submissions: 465, submission: 587 },
    settings: { services: SERVICES, webPort: 443 },
    addresses: ["192.0.2.1", "2001:db8::1"],
    smarthost: undefined,
    stsMode: "testing",
    servesPolicy: true,
    dkimKeys: { keys: async (domain) => KEYS.filter((one) => one.domain === domain) },
    resolver: nowhere,
    fetchPolicy: async () => ({ kind: "failed", why: "fetch" }),
    readCertificate: async () => readFileSync(files.certificateFile, "utf8"),
    signedName: "test",
    ...change,
  });
}

const HEAD =
  "$TTL 300\n@ IN SOA ns.ours.test. hostmaster.ours.test. 1 3600 600 86400 60\n@ IN NS ns.ours.test.\nns.ours.test. IN A 192.0.2.53\n";

test("F5: zone checkers take the page as it is", async (context: TestContext) => {
  const checkers = [["named-checkzone", "-i", "full"], ["nsd-checkzone"]] as const;
  for (const [program, ...options] of checkers) {
    if (!need(context, program)) continue;
    const file = join(folder, "ours.test.zone");
    writeFileSync(file, `${HEAD}${await operatorDns().print()}${CAA}\n`);
    const path = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
    const said = await run(program, [...options, "ours.test", file], { env: path });
    assert.match(said, /\bok\b/i, program);
    // A line that a checker reads and leaves out would be a warning, not an error.
    assert.doesNotMatch(said, /ignoring|warning/i, program);
    writeFileSync(file, `${HEAD}ours.test. 3600 IN MX mail`);
    await assert.rejects(run(program, [...options, "ours.test", file], { env: path }), program);
  }
});

/** The page as the zone of an operator. */
async function serving(zone: Partial<Zone>, more: Readonly<Record<string, Zone>> = {}): Promise<NameServers> {
  const records = (await operatorDns().print()) + CAA;
  return startNameServers({ "ours.test": { records, signed: true, ...zone }, ...more });
}

const todo = (findings: readonly DnsFinding[]): readonly string[] =>
  findings.flatMap((finding) => (finding.kind === "to-do" ? `${finding.weight} ${finding.subject}` : []));
/** Nobody has rented these addresses to us, and nobody serves a policy. */
const ELSEWHERE = ["must PTR of 192.0.2.1", "must PTR of 2001:db8::1", "must MTA-STS of ours.test"];

test("F5: what is published as printed is found right over a validating resolver", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  await using servers = await serving({});
  const resolver = createResolver({ servers: [servers.resolver] });
  const findings = await operatorDns({ resolver }).check();
  assert.deepEqual(todo(findings), ELSEWHERE);
  const words = findings.map((finding) => (finding.kind === "right" ? `${finding.subject}: ${finding.is}` : ""));
  assert.ok(words.includes("resolver: answers, and verifies DNSSEC"));
  assert.ok(words.includes("DNSSEC of ours.test: verified"));
  assert.ok(words.some((text) => /^TLSA of mail\.ours\.test: .*verified by DNSSEC/.test(text)));
  assert.equal(words.filter((text) => text.startsWith("DKIM ")).length, KEYS.length);

  const other = await operatorDns({
    resolver,
    dkimKeys: { keys: async () => [key("rsa-sha256", "r20260701", "active")] },
    addresses: ["192.0.2.1", "192.0.2.2"],
  }).check();
  for (const subject of [
    "must address of mail.ours.test",
    "must SPF of ours.test for 192.0.2.2",
    "must DKIM r20260701._domainkey.ours.test",
  ])
    assert.ok(todo(other).includes(subject), subject);
});

test("what mail programs ask for is found over a real resolver, and the digest is that of the document they get", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  await using servers = await serving({});
  const resolver = createResolver({ servers: [servers.resolver] });
  for (const name of ASKED) {
    const answer = await resolver.resolve(name, "A");
    assert.deepEqual(answer.kind === "records" && [answer.name, ...answer.records], ["mail.ours.test", "192.0.2.1"]);
  }
  const service = await resolver.resolve("_autodiscover._tcp.ours.test", "SRV");
  assert.ok(service.kind === "records");
  assert.deepEqual(
    service.records.map(({ port, target }) => [port, target]),
    [[443, "mail.ours.test"]],
  );
  const settings = createClientSettings({
    services: SERVICES,
    domains: ["ours.test"],
    signer: () => undefined,
    clock: systemClock,
  });
  const server = createServer((request, response) => void settings.answer(request, response)).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asking = get({
    port,
    host: "127.0.0.1",
    path: "/.well-known/user-agent-configuration.json",
    headers: { host: "ua-auto-config.ours.test" },
    agent: false,
  });
  const [response] = await once(asking, "response");
  const digest = createHash("sha256");
  for await (const piece of response) digest.update(piece);
  assert.equal(response.statusCode, 200);
  const announced = await resolver.resolve("_ua-auto-config.ours.test", "TXT");
  assert.deepEqual(announced.kind === "records" && announced.records, [
    `v=UAAC1; a=sha256; d=${digest.digest("base64")}`,
  ]);
});

test("F5: a zone without DNSSEC, and one with broken signatures", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  {
    await using servers = await serving({ signed: false });
    const findings = await operatorDns({ resolver: createResolver({ servers: [servers.resolver] }) }).check();
    assert.deepEqual(todo(findings), [
      ...ELSEWHERE.slice(0, 2),
      "should TLSA of mail.ours.test",
      "should DNSSEC of ours.test",
      ...ELSEWHERE.slice(2),
    ]);
  }
  await using servers = await serving({ spoil: (text) => text.replace(/(\sTLSA\s+)3 /, "$12 ") });
  const findings = await operatorDns({ resolver: createResolver({ servers: [servers.resolver] }) }).check();
  assert.ok(todo(findings).includes("must TLSA of mail.ours.test"));
});

test("F2: the walk of a delivery: DANE right and wrong, over a real resolver and real TLS", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  const [cert, keyPem] = [readFileSync(files.certificateFile), readFileSync(files.certificateKeyFile)];
  const secureContext = createSecureContext({ cert, key: keyPem });
  const greeted: Script = async (p) => {
    await p.greet("STARTTLS");
    await p.answer("220 go");
    await p.secure(secureContext);
  };
  const right: Script = async (p) => {
    await greeted(p);
    await p.ehlo("SIZE 1000");
    await bye(p);
  };
  const wrong: Script = async (p) => {
    await greeted(p);
    await bye(p);
  };
  await using peer = await startPeer(right, wrong);
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const digest = createHash("sha256").update(spki).digest("hex");
  const zone = (data: string): Zone => ({
    signed: true,
    records: `@ MX 10 mx\nmx A 127.0.0.1\n_${peer.port}._tcp.mx TLSA 3 1 1 ${data}`,
  });
  await using servers = await startNameServers({ "good.test": zone(digest), "wrong.test": zone("ab".repeat(32)) });
  const resolver = createResolver({ servers: [servers.resolver] });
  const { port } = peer;
  const sts = createStsPolicies({
    resolver,
    cache: createMemoryPolicyCache(),
    clock: systemClock,
    fetch: async () => ({ kind: "failed", why: "fetch" }),
  });
  const walking = createWalk({
    resolver,
    ways: createRouter({ resolver, sts, ownNames: [], random: Math.random, port, privateAddresses: true }),
    domains: ["ours.test"],
    smarthost: undefined,
    recipient: async () => assert.fail("no address of ours"),
    port,
    probe: createProbe({
      name: "out.example.org",
      clock: systemClock,
      limits: smtpClientLimits,
      verifyDane,
      relay: { port },
    }),
  });
  const walk = async (address: string): Promise<{ readonly walked: Walked; readonly text: string }> => {
    const lines: string[] = [];
    const tell = async (step: Parameters<typeof stepText>[0]): Promise<void> => void lines.push(stepText(step));
    return { walked: await walking(address, tell, new AbortController().signal), text: lines.join("\n") };
  };
  const good = await walk("someone@good.test");
  assert.ok(good.walked.kind === "goes", good.text);
  assert.equal(good.walked.tls, "TLSv1.3, certificate verified by DANE");
  assert.match(good.text, /^MX +10 mx\.good\.test \(verified by DNSSEC\)$/m);
  assert.match(good.text, /^ {4}TLS +TLSv1\.3 .* certificate of .*mx\.good\.test.*verified by DANE$/m);
  assert.match(good.text, /^ {4}EHLO \(TLS\) +SIZE 1000$/m);
  const bad = await walk("someone@wrong.test");
  assert.ok(bad.walked.kind === "waits", bad.text);
  assert.match(
    bad.text,
    /^ {4}TLS .* not verified: validation-failure \(the TLSA records do not allow the certificate\)$/m,
  );
});
