/** Routes over a real validating resolver: zones that are right, unsigned, wrong and spoilt, and certificates behind them. */
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, createServer as createTlsServer, type DetailedPeerCertificate } from "node:tls";
import { createPolicyFetch } from "../../src/clients/https/fetch-policy.ts";
import { systemClock } from "../../src/host/clock.ts";
import { createResolver } from "../../src/host/resolver/resolver.ts";
import { openLabAuthority } from "../../src/host/tls/lab-authority.ts";
import { type DaneVerdict, verifyDane } from "../../src/rules/dane/verify.ts";
import type { Route, RouteHost, Router } from "../../src/service/queue/route.ts";
import { addressesOf } from "../../src/service/queue/route-host.ts";
import { createRouter } from "../../src/service/queue/route-maker.ts";
import { createStsPolicies } from "../../src/service/queue/route-sts.ts";
import { createMemoryPolicyCache } from "../../src/store/memory/policy-cache.ts";
import { DNS_PROGRAMS, startNameServers, type Zone } from "./dns/name-servers.ts";
import { need } from "./program.ts";

const leftOut = (route: Route): readonly string[] => route.findings.leftOut.map(({ name, why }) => `${name} ${why}`);

const folder = mkdtempSync(join(tmpdir(), "altmail-route-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

type Internet = { readonly router: Router; readonly mailPort: number } & AsyncDisposable;

async function startInternet(): Promise<Internet> {
  await using stack = new AsyncDisposableStack();
  const files = await openLabAuthority(folder, ["mx.good.test", "mta-sts.sts.test", "mta-sts.plain.test"], systemClock);
  const tls = { cert: readFileSync(files.certificateFile), key: readFileSync(files.certificateKeyFile) };
  const own = new X509Certificate(tls.cert);
  const authority = new X509Certificate(readFileSync(files.authorityFile));

  const mail = createTlsServer(tls, (socket) => socket.on("error", () => {}).end()).listen(0, "127.0.0.2");
  stack.defer(() => void mail.close());
  const policies = createServer(tls, (_request, response) => {
    const text = "version: STSv1\nmode: enforce\nmx: *.sts.test\nmax_age: 86400\n";
    response.setHeader("content-type", "text/plain").end(text);
  }).listen(0, "127.0.0.1");
  stack.defer(() => void policies.close());
  await Promise.all([once(mail, "listening"), once(policies, "listening")]);
  const portOf = (server: { address(): unknown }): number => (server.address() as { readonly port: number }).port;
  const mailPort = portOf(mail);

  const names = await startNameServers(zones(mailPort, own, authority));
  stack.use(names);
  const resolver = createResolver({ servers: [names.resolver] });
  const hostOptions = { resolver, family: "ipv4", privateAddresses: true, port: mailPort, maxAddresses: 4 } as const;
  const sts = createStsPolicies({
    resolver,
    cache: createMemoryPolicyCache(),
    clock: systemClock,
    fetch: createPolicyFetch({
      addressesOf: (host) => addressesOf(host, hostOptions),
      authorities: authority.toString(),
      port: portOf(policies),
    }),
  });
  const router = createRouter({
    resolver,
    sts,
    ownNames: ["us.test"],
    random: Math.random,
    port: mailPort,
    privateAddresses: true,
  });
  const moved = stack.move();
  return { router, mailPort, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

function zones(port: number, own: X509Certificate, authority: X509Certificate): Readonly<Record<string, Zone>> {
  const hash = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");
  const key = hash(own.publicKey.export({ type: "spki", format: "der" }));
  const tlsa = (host: string, rest: string): string => `_${port}._tcp.${host} TLSA ${rest}`;
  const host = (name: string, rest: string): string =>
    `${name} MX 10 mx.${name}\nmx.${name} A 127.0.0.2\n${tlsa(`mx.${name}`, rest)}`;
  const many = Array.from({ length: 150 }, (_, n) => `many MX ${100 + n} a-rather-long-name-of-a-host-${n}`);
  return {
    "good.test": {
      signed: true,
      records: `@ MX 10 mx
        mx A 127.0.0.2
        ${tlsa("mx", `3 1 1 ${key}`)}
        alias CNAME good.test.
        null MX 0 .
        self A 127.0.0.2
        circle MX 10 us.test.
        ${host("authority", `2 0 1 ${hash(authority.raw)}`)}
        ${host("wrong", `3 1 1 ${"ab".repeat(32)}`)}
        ${host("pkix", `1 1 1 ${key}`)}
        ${host("none", "3 1 1 00").replace(/\n[^\n]*$/, "")}
        moved MX 10 mx.moved
        mx.moved CNAME mx
        ${many.join("\n")}
        many MX 1 mx`.replaceAll(/\n +/g, "\n"),
    },
    "plain.test": {
      signed: false,
      records: `@ MX 10 mx
        mx A 127.0.0.2
        ${tlsa("mx", `3 1 1 ${"ab".repeat(32)}`)}
        hosted MX 10 mx.good.test.
        mta-sts A 127.0.0.1`.replaceAll(/\n +/g, "\n"),
    },
    "sts.test": {
      signed: false,
      records: `@ MX 10 mx
        @ MX 20 mx.plain.test.
        mx A 127.0.0.2
        _mta-sts TXT "v=STSv1; " "id=1;"
        mta-sts A 127.0.0.1
        other MX 10 mx
        _mta-sts.other TXT "v=STSv1; id=1"
        mta-sts.other A 127.0.0.1`.replaceAll(/\n +/g, "\n"),
    },
    // Each with one record that no longer fits its signature.
    "bogus.test": {
      signed: true,
      records: "@ MX 10 mx\nmx A 127.0.0.2",
      spoil: (text) => text.replace(/(\sMX\s+)10 /, (_all, before: string) => `${before}11 `),
    },
    "half.test": {
      signed: true,
      records: `@ MX 10 mx\n@ MX 20 second\nmx A 127.0.0.2\n${tlsa("mx", `3 1 1 ${key}`)}\nsecond A 127.0.0.2`,
      spoil: (text) => text.replace(/(\sTLSA\s+)3 /, (_all, before: string) => `${before}2 `),
    },
  };
}

async function hostsOf(router: Router, domain: string): Promise<readonly RouteHost[]> {
  const route = await router.route(domain);
  assert.ok(route.kind === "hosts", `${domain}: ${JSON.stringify(route)}`);
  return route.hosts;
}

/** Opens TLS as the SMTP client would after STARTTLS, and judges what the server shows. */
async function judged(host: RouteHost | undefined, port: number): Promise<DaneVerdict> {
  assert.ok(host?.tls.kind === "dane", JSON.stringify(host));
  const { records, names, serverName } = host.tls;
  const socket = connect({ host: host.addresses[0] ?? "", port, servername: serverName, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const chain: Uint8Array[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate !== undefined && !chain.some((der) => certificate?.raw.equals(der))) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  socket.destroy();
  return verifyDane({ records, names, chain, now: Date.now() });
}

test("F2: routes over a real validating resolver", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  await using internet = await startInternet();
  const { router, mailPort } = internet;
  const tlsOf = async (domain: string): Promise<string> =>
    (await hostsOf(router, domain)).map(({ name, tls }) => `${name} ${tls.kind}`).join(", ");
  const refusalOf = async (domain: string): Promise<string> => {
    const route: Route = await router.route(domain);
    return route.kind === "hosts" ? JSON.stringify(route) : `${route.kind} ${route.enhanced}`;
  };

  await context.test("DANE: the key, the authority, another key, a domain that is an alias", async () => {
    assert.deepEqual(await judged((await hostsOf(router, "good.test"))[0], mailPort), {
      kind: "verified",
      by: "end-entity",
    });
    const [byAuthority] = await hostsOf(router, "authority.good.test");
    assert.deepEqual(await judged(byAuthority, mailPort), { kind: "failed", why: "certificate-host-mismatch" });
    assert.ok(byAuthority?.tls.kind === "dane");
    const renamed = { ...byAuthority, tls: { ...byAuthority.tls, names: ["mx.good.test"] } };
    assert.deepEqual(await judged(renamed, mailPort), { kind: "verified", by: "trust-anchor" });
    assert.deepEqual(await judged((await hostsOf(router, "wrong.good.test"))[0], mailPort), {
      kind: "failed",
      why: "validation-failure",
    });
    const [aliased] = await hostsOf(router, "alias.good.test");
    assert.deepEqual(await judged(aliased, mailPort), { kind: "verified", by: "end-entity" });
    assert.deepEqual(aliased?.tls.kind === "dane" && aliased.tls.names, [
      "mx.good.test",
      "alias.good.test",
      "good.test",
    ]);
    const [moved] = await hostsOf(router, "moved.good.test");
    assert.equal(moved?.tls.kind === "dane" && moved.tls.serverName, "mx.good.test");
  });

  await context.test("DANE: records nobody can use, no records, no signatures", async () => {
    assert.equal(await tlsOf("pkix.good.test"), "mx.pkix.good.test encrypted");
    assert.equal(await tlsOf("none.good.test"), "mx.none.good.test opportunistic");
    assert.equal(await tlsOf("self.good.test"), "self.good.test opportunistic");
    assert.equal(await tlsOf("plain.test"), "mx.plain.test opportunistic");
    assert.equal(await tlsOf("hosted.plain.test"), "mx.good.test opportunistic");
    assert.equal((await hostsOf(router, "good.test"))[0]?.nameIsSure, true);
    assert.equal((await hostsOf(router, "plain.test"))[0]?.nameIsSure, false);
  });

  await context.test("bogus: no mail to a domain, or a host, whose records do not fit their signatures", async () => {
    assert.equal(await refusalOf("bogus.test"), "temporary 4.4.3");
    const route = await router.route("half.test");
    assert.ok(route.kind === "hosts");
    assert.deepEqual(
      route.hosts.map(({ name }) => name),
      ["second.half.test"],
    );
    assert.deepEqual(leftOut(route), ["mx.half.test tlsa-lookup-failed"]);
  });

  await context.test("no way: null MX, a circle, no such name", async () => {
    assert.equal(await refusalOf("null.good.test"), "permanent 5.1.10");
    assert.equal(await refusalOf("circle.good.test"), "permanent 5.4.6");
    assert.equal(await refusalOf("nowhere.good.test"), "permanent 5.1.2");
    assert.equal(await refusalOf("example.com"), "permanent 5.1.2");
  });

  await context.test("MTA-STS: the policy is fetched, and leaves out what it does not name", async () => {
    const route = await router.route("sts.test");
    assert.ok(route.kind === "hosts", JSON.stringify(route));
    assert.deepEqual(
      route.hosts.map(({ name, tls, nameIsSure }) => ({ name, tls, nameIsSure })),
      [{ name: "mx.sts.test", tls: { kind: "mta-sts", mode: "enforce" }, nameIsSure: true }],
    );
    assert.deepEqual(leftOut(route), ["mx.plain.test not-in-mta-sts-policy"]);
  });

  await context.test("MTA-STS: a policy host with the wrong certificate has no say", async () => {
    const route = await router.route("other.sts.test");
    assert.ok(route.kind === "hosts");
    assert.equal(route.hosts[0]?.tls.kind, "opportunistic");
    assert.deepEqual(route.findings.failures, [{ failure: "sts-webpki-invalid", host: undefined }]);
  });

  await context.test("an answer larger than a datagram comes over TCP", async () => {
    const route = await router.route("many.good.test");
    assert.ok(route.kind === "hosts");
    assert.equal(route.hosts[0]?.tls.kind, "dane");
    assert.equal(route.findings.leftOut.filter(({ why }) => why === "beyond-limit").length, 141);
  });
});
