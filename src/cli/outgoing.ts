/**
 * The way to the world: resolver, routes with their policies, and the client that hands over. Opened in every worker, and
 * by a command that finds no service running.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { createPolicyFetch } from "../clients/https/fetch-policy.ts";
import { createReportPost } from "../clients/https/post-report.ts";
import { createSmtpClient } from "../clients/smtp/client.ts";
import type { RelayHost } from "../clients/smtp/delivered.ts";
import { smtpClientLimits } from "../clients/smtp/limits.ts";
import { createProbe } from "../clients/smtp/probe.ts";
import type { Clock } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import type { Resolver } from "../host/resolver/answer.ts";
import { createResolver } from "../host/resolver/resolver.ts";
import type { Settings } from "../host/settings/settings.ts";
import { verifyDane } from "../rules/dane/verify.ts";
import { createOperatorDns, type OperatorDns } from "../service/dns/operator-dns.ts";
import { createWalk, type WalkDelivery } from "../service/dns/walk.ts";
import type { Route, Router } from "../service/queue/route.ts";
import { addressesOf } from "../service/queue/route-host.ts";
import { createRouter } from "../service/queue/route-maker.ts";
import { createStsPolicies, type StsPolicies } from "../service/queue/route-sts.ts";
import type { Deliver } from "../service/queue/transport.ts";
import { createWays, surely, type Ways } from "../service/queue/ways.ts";
import { createReportRouter } from "../service/tls-reports/report-route.ts";
import type { ReportPost } from "../service/tls-reports/send-report.ts";
import { openSqlitePolicyCache } from "../store/sqlite/policy/policy-cache.ts";
import { servedSettingsOf } from "./service/mail-services.ts";
import type { Stores } from "./stores.ts";

export type Outgoing = AsyncDisposable & {
  readonly resolver: Resolver;
  /** Walks the way of mail without sending any. */
  readonly walk: WalkDelivery;
  /** What is to be published, and whether it is. */
  readonly dns: OperatorDns;
  /** The way of our reports on TLS, on which no policy holds, and over HTTPS. */
  readonly reports: { readonly router: Pick<Router, "route">; readonly post: ReportPost };
  readonly sts: StsPolicies;
  /** As mail really goes. */
  readonly ways: Ways;
  /** Breaks off what is being handed over: for a stop that has waited long enough. */
  readonly breakOff: () => void;
};

export type OutgoingOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly clock: Clock;
};

const SUBMISSIONS_PORT = 465;
const MAX_ADDRESSES = 4;

/** @throws HostError when a file that the settings name cannot be read; StoreError. */
export async function openOutgoing({ settings, stores, clock }: OutgoingOptions): Promise<Outgoing> {
  const { home, hostName, domains, queueFamily, queueFamilyOf, queuePort, queuePrivateAddresses } = settings;
  await using opening = new AsyncDisposableStack();
  const own = read(settings.queueAuthorities, "the authorities");
  const authorities = own === undefined ? undefined : [...rootCertificates, own];
  const resolver = createResolver({
    servers: settings.dnsServers.map(({ host, port }) => ({ address: host, port })),
    clock,
  });
  const cache = opening.use(
    await openSqlitePolicyCache({
      file: join(home, "data", "policies.db"),
      key: stores.keys.systemKey("policies"),
      clock,
    }),
  );
  const families = new Map(queueFamilyOf.map(({ domain, family }) => [domain, family]));
  const looking = {
    resolver,
    family: queueFamily,
    privateAddresses: queuePrivateAddresses,
    port: queuePort,
    maxAddresses: MAX_ADDRESSES,
  };
  const fetch = createPolicyFetch({
    addressesOf: (host) => addressesOf(host, looking),
    clock,
    ...(authorities !== undefined && { authorities: authorities.join("\n") }),
  });
  const sts = createStsPolicies({ resolver, fetch, cache, clock });
  const routing = {
    resolver,
    sts,
    ownNames: [hostName],
    random: Math.random,
    family: (domain: string) => families.get(domain) ?? queueFamily,
  };
  const router = createRouter({ ...routing, privateAddresses: queuePrivateAddresses, port: queuePort });
  const calling = {
    name: hostName,
    clock,
    limits: smtpClientLimits,
    verifyDane,
    ...(authorities !== undefined && { authorities }),
  };
  const handingOver = new AbortController();
  const client = opening.use(createSmtpClient({ ...calling, signal: handingOver.signal }));
  const relay = relayOf(settings);
  const deliver: Deliver = (host, envelope, message) => client.deliver({ ...host, ...relay }, envelope, message);
  const { inbound } = stores;
  const { queueSmarthost } = settings;
  const smarthost =
    queueSmarthost &&
    smarthostWay(queueSmarthost.host, createRouter({ ...routing, privateAddresses: true, port: queueSmarthost.port }));
  const ways = createWays({ router, domains, hostName, smarthost, inbound, deliver });
  const named = queueSmarthost?.host;
  const { credentials: _unused, ...spoken } = relay;
  const probe = createProbe({ ...calling, relay: spoken });
  const portOf = ([first]: Settings["imapListen"]): number | undefined => first?.port;
  const dns = createOperatorDns({
    hostName,
    domains,
    ports: {
      imaps: portOf(settings.imapListen),
      submissions: portOf(settings.submissionListen),
      submission: portOf(settings.submissionStarttlsListen),
    },
    settings: servedSettingsOf(settings),
    addresses: settings.dnsAddresses,
    smarthost: named,
    stsMode: settings.dnsMtaSts,
    servesPolicy: settings.webListen.length > 0,
    dkimKeys: stores.dkimKeys,
    resolver,
    fetchPolicy: fetch,
    readCertificate: () => readFile(settings.certificateFile, "utf8").catch(() => undefined),
  });
  const opened = opening.move();
  return {
    resolver,
    sts,
    ways,
    walk: createWalk({
      resolver,
      ways,
      domains,
      smarthost: named,
      recipient: (address) => inbound.recipient(address, undefined, []),
      probe,
      ...(relay.port !== undefined && { port: relay.port }),
    }),
    dns,
    reports: {
      router: createReportRouter({ ...routing, privateAddresses: queuePrivateAddresses, port: queuePort }),
      post: createReportPost({ addressesOf: (host) => addressesOf(host, looking), clock }),
    },
    breakOff: () => handingOver.abort(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** One on this machine needs no certificate. */
function smarthostWay(name: string, router: Router): () => Promise<Route> {
  if (isIP(name) === 0) return async () => surely(await router.routeOver(name));
  const host = { name: `[${name}]`, addresses: [name], tls: { kind: "opportunistic" }, nameIsSure: true } as const;
  const findings = { stsPolicy: undefined, leftOut: [], failures: [] };
  return async () => ({ kind: "hosts", hosts: [host], findings });
}

/** How other hosts are spoken to. */
function relayOf(settings: Settings): Pick<RelayHost, "port" | "implicitTls" | "credentials"> {
  const { queueSmarthost, queueSmarthostCredentials, queuePort } = settings;
  if (queueSmarthost === undefined) return { port: queuePort };
  const { port } = queueSmarthost;
  const text = read(queueSmarthostCredentials, "user and password of the smarthost");
  if (text === undefined) return { port, implicitTls: port === SUBMISSIONS_PORT };
  const [user = "", password = ""] = text.split("\n").map((line) => line.trim());
  if (user === "" || password === "")
    throw new HostError(
      `${queueSmarthostCredentials} must hold the user and the password of the smarthost, a line each`,
    );
  return { port, implicitTls: port === SUBMISSIONS_PORT, credentials: { user, password } };
}

/** @throws HostError */
function read(file: string | undefined, what: string): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new HostError(`${what} cannot be read from ${file}: is it there, and readable by this user?`, { cause });
  }
}
