/**
 * F5: mail to hosts with IPv6 addresses: alone, besides IPv4, behind an IPv4 address that refuses or says nothing, and by
 * what `queue.family` and `queue.family-of` ask for. One host listens at ::1; which way a mail took is seen by who has it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE } from "../../src/host/clock.ts";
import type { DeliveryRecord } from "../../src/store/outbound-queue.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { needIpv6 } from "./world/ipv6.ts";
import { letterTo } from "./world/letter.ts";
import type { MailHost } from "./world/mail-host.ts";
import { silencePort } from "./world/silent-port.ts";
import { until } from "./world/until.ts";
import { type Destination, World } from "./world/world.ts";

const SENDER = `u1@${DOMAIN}`;
/** Beyond the time in which a connection must stand. */
const PATIENCE_MS = MINUTE;

/** Where nobody listens at the IPv4 address, connections are refused there. */
const destinations: Readonly<Record<string, Destination>> = {
  "alone.open.test": { ipv6: "alone" },
  "itself.open.test": { ipv6: "alone", records: "@ AAAA ::1" },
  "both.open.test": { ipv6: "besides", manner: {} },
  "refuses.open.test": { ipv6: "besides" },
  "prefers.open.test": { ipv6: "besides", manner: {} },
  "only4.open.test": { ipv6: "besides" },
  "only6.open.test": { manner: {} },
  "silent.open.test": { ipv6: "besides" },
};

const FAMILIES = 'family-of = ["prefers.open.test ipv6", "only4.open.test ipv4-only", "only6.open.test ipv6-only"]';

const has = ({ taken }: MailHost, address: string): boolean =>
  taken.some(({ rcpts }) => rcpts.some((line) => line.includes(`<${address}>`)));

test("F5: mail finds hosts over IPv6, in the order that the settings ask for", async (context) => {
  if (!need(context, ...DNS_PROGRAMS, "faketime", "python3") || !(await needIpv6(context))) return;
  using clock = new ClockHand("all waits");
  const { under } = clock;
  const authorities = await makeAuthorities();
  const sixth = { tls: (await authorities.issue(["mx.alone.open.test"])).context };
  await using world = await World.start({ destinations, authorities, sixth, queue: FAMILIES, under });
  await using _silent = await silencePort(world.addressOf("silent.open.test"), world.mailPort);
  using client = await world.submit();
  const view = await world.view();
  const ended = (address: string): Promise<DeliveryRecord> =>
    until(`${address} is done`, async () =>
      (await view.records(SENDER)).find(({ recipient }) => recipient === address),
    );
  const arrived = async (address: string): Promise<DeliveryRecord> => {
    const record = await ended(address);
    assert.equal(record.end, "delivered", JSON.stringify(record));
    return record;
  };
  const send = (address: string): Promise<string> => client.send(letterTo([address], `to ${address}`));

  await context.test("a host that has no other address, as MX, as the domain itself, and as a literal", async () => {
    // RFC 5321 section 4.1.3: the tag of a literal may be of small letters.
    const addresses = ["b@alone.open.test", "b@itself.open.test", "b@[ipv6:::1]"];
    for (const address of addresses) await send(address);
    for (const address of addresses) {
      const { reply } = await arrived(address);
      assert.match(reply.tls ?? "", /^TLSv1\.3 /, address);
      assert.ok(has(world.sixth, address), address);
    }
    for (const { peerAddress } of world.sixth.sessions) assert.equal(peerAddress, "::1");
  });

  await context.test("of two addresses IPv4 is the first, unless the setting says otherwise", async () => {
    await send("b@both.open.test");
    await send("b@prefers.open.test");
    await Promise.all([arrived("b@both.open.test"), arrived("b@prefers.open.test")]);
    assert.ok(has(world.host("both.open.test"), "b@both.open.test"));
    assert.ok(has(world.sixth, "b@prefers.open.test"));
    assert.deepEqual(world.host("prefers.open.test").sessions, []);
  });

  await context.test("where IPv4 refuses, the mail goes over IPv6 in the same attempt", async () => {
    await send("b@refuses.open.test");
    const { reply } = await arrived("b@refuses.open.test");
    assert.equal(reply.host, "mx.refuses.open.test");
    assert.ok(has(world.sixth, "b@refuses.open.test"));
  });

  await context.test("where IPv4 says nothing, the mail goes over IPv6 after the time for a connection", async () => {
    await send("b@silent.open.test");
    await until("it is tried", async () =>
      (await view.items()).some(({ destination, state }) => destination === "silent.open.test" && state === "claimed"),
    );
    assert.ok(!has(world.sixth, "b@silent.open.test"));
    clock.forward(PATIENCE_MS);
    await arrived("b@silent.open.test");
    assert.ok(has(world.sixth, "b@silent.open.test"));
  });

  await context.test("a family alone: the other is not asked, whatever it could take", async () => {
    await send("b@only4.open.test");
    const refused = await until("b@only4.open.test was tried", () => view.lastReply("b@only4.open.test"));
    assert.equal(refused.words, "The host refuses connections");
    assert.ok(!has(world.sixth, "b@only4.open.test"));
    await send("b@only6.open.test");
    const { end, reply } = await ended("b@only6.open.test");
    assert.deepEqual([end, reply.enhanced], ["failed", "5.4.4"]);
    assert.deepEqual(world.host("only6.open.test").sessions, []);
  });

  await context.test("with IPv6 first for all, what needs IPv4 goes there all the same", async () => {
    await world.lab.stop();
    world.setQueue('family = "ipv6"');
    await world.serve({ under });
    using again = await world.submit();
    for (const name of ["both", "only6"]) await again.send(letterTo([`c@${name}.open.test`], `to ${name}`));
    await Promise.all([arrived("c@both.open.test"), arrived("c@only6.open.test")]);
    assert.ok(has(world.sixth, "c@both.open.test"));
    assert.ok(has(world.host("only6.open.test"), "c@only6.open.test"));
  });
});
