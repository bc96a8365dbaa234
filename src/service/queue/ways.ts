/**
 * Which way mail takes: for our own domains it stays here, for all others it goes over a smarthost where there is one, else
 * over the hosts of the domain.
 */
import type { RemoteReply } from "../../store/outbound-queue.ts";
import type { Inbound, Recipient, Reply } from "../delivery/inbound.ts";
import { foundHere } from "./findings.ts";
import type { Route, RouteHost, Router } from "./route.ts";
import type { Deliver, HandoverOutcome, TransportEnvelope } from "./transport.ts";

export type WaysOptions = {
  readonly router: Router;
  /** Ours, in A-labels. */
  readonly domains: readonly string[];
  /** Our name, for what is delivered here. */
  readonly hostName: string;
  /** The way for all that does not stay here. */
  readonly smarthost: (() => Promise<Route>) | undefined;
  readonly inbound: Inbound;
  /** Hands over to hosts elsewhere. */
  readonly deliver: Deliver;
};

export type Ways = {
  readonly route: Router["route"];
  readonly deliver: Deliver;
};

const NOTHING_FOUND = { stsPolicy: undefined, leftOut: [], failures: [] } as const;

export function createWays({ router, domains, hostName, smarthost, inbound, deliver }: WaysOptions): Ways {
  const itself = { name: hostName, addresses: [], isHere: true } as const;
  const here: RouteHost = { ...itself, tls: { kind: "opportunistic" }, nameIsSure: true };
  const stays: Route = { kind: "hosts", hosts: [here], findings: NOTHING_FOUND };
  const own = new Set(domains);
  return {
    route: async (domain) => (own.has(domain) ? stays : smarthost === undefined ? router.route(domain) : smarthost()),
    deliver: (host, envelope, message) =>
      host === here
        ? deliverHere(inbound, hostName, envelope, message)
        : deliver(host, smarthost === undefined ? envelope : overSmarthost(envelope), message),
  };
}

/**
 * RFC 8689 section 3: that TLS is optional is said of what recipients' domains ask for. What the operator asks of the
 * smarthost stands; it reads the header field itself.
 */
const overSmarthost = (envelope: TransportEnvelope): TransportEnvelope =>
  envelope.tlsWish === "optional" ? { ...envelope, tlsWish: "policy" } : envelope;

/**
 * The way over a host that the operator has named: its certificate must be right, by DANE or by an authority, and there is
 * no other way.
 */
export function surely(route: Route): Route {
  const leftOut = route.findings.leftOut.map(({ name, why }) => ({ name, why }));
  const findings = { ...route.findings, leftOut };
  if (route.kind !== "hosts") return { ...route, findings };
  const hosts = route.hosts.map(
    (host): RouteHost => (host.tls.kind === "dane" ? host : { ...host, tls: { kind: "mta-sts", mode: "enforce" } }),
  );
  return { ...route, hosts, findings };
}

/**
 * Mail from one of our accounts to another: taken as from outside, so that every rule for arriving mail holds. Repeated
 * after a crash it is recognized by its fingerprint.
 */
async function deliverHere(
  inbound: Inbound,
  hostName: string,
  { sender, recipients, ret, envid }: Parameters<Deliver>[1],
  message: Parameters<Deliver>[2],
): ReturnType<Deliver> {
  const outcomes = recipients.map((): HandoverOutcome | undefined => undefined);
  const taken: Recipient[] = [];
  for (const [n, { address }] of recipients.entries()) {
    const found = await inbound.recipient(address, message.size, taken);
    if ("code" in found) outcomes[n] = outcomeOf(found, hostName);
    else taken.push(found);
  }
  if (taken.length > 0) {
    const envelope = {
      peerAddress: "127.0.0.1",
      helo: hostName,
      protocol: "ESMTP",
      tls: undefined,
      sender,
      session: "queue",
      ret,
      envid,
      notices: [],
    } as const;
    await using reception = inbound.receive(envelope, taken);
    for await (const piece of message.pieces()) await reception.write(piece);
    const outcome = outcomeOf(await reception.finish(), hostName);
    for (const n of recipients.keys()) outcomes[n] ??= outcome;
  }
  return { kind: "answered", outcomes: outcomes.filter((one) => one !== undefined), dsnPassedOn: false, isFinal: true };
}

function outcomeOf(said: Reply, hostName: string): HandoverOutcome {
  const { code, enhanced } = said;
  const reply: RemoteReply = { host: hostName, code, enhanced, ...foundHere(said), tls: undefined };
  return { kind: code < 300 ? "accepted" : code < 500 ? "temporary" : "permanent", reply };
}
