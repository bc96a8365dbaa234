import assert from "node:assert/strict";
import { test } from "node:test";
import { inMemory } from "../../store/contract/samples.ts";
import { Delivering, idOf } from "../delivery/delivering.fixture.ts";
import type { Route, RouteHost } from "./route.ts";
import type { Deliver, Handover } from "./transport.ts";
import { createWays, surely, type WaysOptions } from "./ways.ts";

const findings = { stsPolicy: undefined, leftOut: [], failures: [] };
const hostNamed = (name: string, tls: RouteHost["tls"] = { kind: "opportunistic" }): RouteHost => ({
  name,
  addresses: ["192.0.2.1"],
  tls,
  nameIsSure: false,
});
const over = (...hosts: readonly RouteHost[]): Route => ({ kind: "hosts", hosts, findings });

const elsewhere: Handover = {
  kind: "unreached",
  reply: { host: "x", code: 421, enhanced: "4.3.2", words: "", tls: undefined },
};
const envelope: Parameters<Deliver>[1] = {
  sender: "bob@example.test",
  body: "7BIT",
  smtpUtf8: false,
  tlsWish: "policy",
  ret: undefined,
  envid: undefined,
  recipients: ["u1@example.test", "nobody@example.test", "u2+tag@example.test"].map((address) => ({
    address,
    notify: undefined,
    orcpt: undefined,
  })),
};
const message = (text: string) => inMemory(new TextEncoder().encode(text));

function ways(world: Delivering, more: Partial<WaysOptions> = {}): ReturnType<typeof createWays> {
  return createWays({
    router: {
      route: async (domain) => over(hostNamed(`mx.${domain}`)),
      routeOver: async (host) => over(hostNamed(host)),
    },
    domains: ["example.test", "other.test"],
    hostName: "mail.example.test",
    smarthost: undefined,
    inbound: world.inbound,
    deliver: async () => elsewhere,
    ...more,
  });
}

const hostsOf = (route: Route): readonly string[] =>
  route.kind === "hosts" ? route.hosts.map(({ name }) => name) : [];

test("mail for the world goes to its hosts, or over the smarthost; mail for us stays", async () => {
  await using world = await Delivering.open();
  const direct = ways(world);
  assert.deepEqual(hostsOf(await direct.route("example.net")), ["mx.example.net"]);
  assert.deepEqual(hostsOf(await direct.route("other.test")), ["mail.example.test"]);
  const relayed = ways(world, { smarthost: async () => over(hostNamed("smart.example")) });
  assert.deepEqual(hostsOf(await relayed.route("example.net")), ["smart.example"]);
  assert.deepEqual(hostsOf(await relayed.route("example.test")), ["mail.example.test"]);
  assert.equal(await relayed.deliver(hostNamed("mail.example.test"), envelope, message("x")), elsewhere);
});

test("mail between accounts is taken as from outside, once however often it is handed over, and is at its end", async () => {
  await using world = await Delivering.open();
  const { route, deliver } = ways(world);
  const found = await route("example.test");
  const [here = assert.fail("no host")] = found.kind === "hosts" ? found.hosts : [];
  for (let times = 0; times < 2; times++) {
    const handover = await deliver(here, envelope, message("Subject: to a neighbour\r\n\r\nHello.\r\n"));
    assert.ok(handover.kind === "answered" && handover.isFinal === true && !handover.dsnPassedOn);
    assert.deepEqual(
      handover.outcomes.map(({ kind, reply }) => [kind, reply.code, reply.host]),
      [
        ["accepted", 250, "mail.example.test"],
        ["permanent", 550, "mail.example.test"],
        ["accepted", 250, "mail.example.test"],
      ],
    );
  }
  for (const name of ["u1", "u2"]) assert.equal((await world.mail.read(idOf(name)).usage()).messages, 1);
});

test("F1: a smarthost shows a right certificate, by DANE or by an authority, or gets nothing", () => {
  const dane: RouteHost["tls"] = { kind: "dane", serverName: "b", names: ["b"], records: [] };
  const route = surely(over(hostNamed("a"), hostNamed("b", dane)));
  assert.ok(route.kind === "hosts");
  assert.deepEqual(
    route.hosts.map(({ tls }) => tls),
    [{ kind: "mta-sts", mode: "enforce" }, dane],
  );
  const none: Route = { kind: "temporary", code: 451, enhanced: "4.4.3", sentence: "later", findings };
  assert.deepEqual(surely(none), none);
});

test("F1: RFC 8689 section 3: that TLS is optional is said of recipients' hosts, not of the smarthost", async () => {
  await using world = await Delivering.open();
  const wishes: string[] = [];
  const deliver: Deliver = async (_host, { tlsWish }) => {
    wishes.push(tlsWish);
    return elsewhere;
  };
  const smarthost = async (): Promise<Route> => over(hostNamed("smart.example"));
  for (const more of [{ deliver }, { deliver, smarthost }])
    for (const tlsWish of ["optional", "required"] as const)
      await ways(world, more).deliver(hostNamed("x"), { ...envelope, tlsWish }, message("x"));
  assert.deepEqual(wishes, ["optional", "required", "policy", "required"]);
  const leftOut = [{ name: "other", why: "not-in-mta-sts-policy", addresses: ["192.0.2.1"] }] as const;
  const without = surely({ ...over(hostNamed("a")), findings: { ...findings, leftOut } });
  assert.deepEqual(without.findings.leftOut, [{ name: "other", why: "not-in-mta-sts-policy" }]);
});
