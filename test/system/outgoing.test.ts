/**
 * Mail to hosts good and bad, each of which ends as it must: it arrives once, comes back with what the other side said, or
 * waits with the reason known, is told to be late after four hours and comes back after five days. The service's clock is
 * moved while it runs.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { letterTo } from "./world/letter.ts";
import { readStatusReports, type StatusReport } from "./world/status-reports.ts";
import { until } from "./world/until.ts";
import { type Destination, HOST_NAME, World } from "./world/world.ts";

const SENDER = `u1@${DOMAIN}`;
const SLOW_GREETING_MS = 3000;
/** More than what the kernel takes for a host that does not read. */
const LARGE = "a line of a large message\r\n".repeat(300_000);
/** Beyond the first pause of a message and of a destination, chance included. */
const FIRST_PAUSES_MS = 8 * MINUTE;

const destinations: Readonly<Record<string, Destination>> = {
  "good.open.test": { manner: { offers: ["CHUNKING"] } },
  "sips.open.test": { manner: { sips: true } },
  "late.open.test": {
    manner: {
      greet: () => new Promise((resolve) => setTimeout(() => resolve("220 at last"), SLOW_GREETING_MS)),
    },
  },
  "second.open.test": { records: "@ MX 5 mx1\n@ MX 10 mx\nmx1 A 127.0.0.99", manner: {} },
  "implicit.open.test": { records: "@ MX 10 mx\n@ MX 20 nowhere.open.test.", manner: {} },
  "partial.open.test": {
    manner: { rcpt: (line) => (line.includes("<no@") ? "550 5.1.1 <no> has moved: ask the porter" : "250 2.1.5 ok") },
  },
  "null.open.test": { records: "@ MX 0 ." },
  "refuses.open.test": { manner: { end: () => "554 5.7.1 We do not want this" } },
  "grey.open.test": {
    manner: { rcpt: (_line, nth) => (nth === 1 ? "451 4.7.1 Greylisted, come again" : "250 2.1.5 ok") },
  },
  "full.open.test": { manner: { end: (nth) => (nth === 1 ? "431 4.2.2 The disk is full" : "250 2.0.0 taken") } },
  "busy.open.test": {
    manner: { greet: (nth) => (nth === 1 ? "421 4.3.2 Too busy, try later" : "220 well again") },
  },
  "leaves.open.test": {
    manner: { rcpt: (_line, nth) => (nth === 1 ? "421 4.3.2 Shutting down" : "250 2.1.5 ok") },
  },
  "mute.open.test": { manner: { end: (nth) => (nth === 1 ? undefined : "250 2.0.0 taken") } },
  "dead.open.test": {},
  "silent.open.test": { manner: { greet: () => undefined } },
};

const waits: Readonly<Record<string, RegExp>> = {
  "b@grey.open.test": /^451 4\.7\.1 Greylisted, come again$/,
  "b@full.open.test": /^431 4\.2\.2 The disk is full$/,
  "b@busy.open.test": /^421 4\.3\.2 Too busy, try later$/,
  "b@leaves.open.test": /^421 4\.3\.2 Shutting down$/,
  "b@mute.open.test": /^undefined 4\.4\.2 The host closed the connection before it had answered$/,
  "b@dead.open.test": /^undefined 4\.4\.1 The host refuses connections$/,
};

const returned: readonly (readonly [address: string, status: string, diagnostic: RegExp, host: string | undefined])[] =
  [
    ["no@partial.open.test", "5.1.1", /^smtp; 550 5\.1\.1 <no> has moved: ask the porter$/, "mx.partial.open.test"],
    ["b@refuses.open.test", "5.7.1", /^smtp; 554 5\.7\.1 We do not want this$/, "mx.refuses.open.test"],
    ["b@null.open.test", "5.1.10", /^x-altmail; .*takes no mail/, undefined],
    ["b@gone.open.test", "5.1.2", /^x-altmail; .*does not exist/, undefined],
  ];

function assertReport({ header, defects, types, message, recipients, returned: back }: StatusReport): void {
  assert.deepEqual(defects, []);
  assert.deepEqual(types, [
    "multipart/report; delivery-status",
    "text/plain",
    "message/delivery-status",
    "text/rfc822-headers",
  ]);
  assert.equal(header["to"], `<${SENDER}>`);
  assert.equal(header["auto-submitted"], "auto-replied");
  assert.equal(message["reporting-mta"], `dns; ${HOST_NAME}`);
  assert.equal(recipients.length, 1);
  assert.match(back, /^Subject: /m);
  assert.doesNotMatch(back, /A few words/);
}

test("F5: mail ends as it must, whatever the host is like", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "python3", "faketime")) return;
  using clock = new ClockHand();
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations, authorities, under: clock.under });
  using client = await world.submit();
  // The silent host first, so that it would hold up the others if anybody could.
  await client.send(letterTo(["b@silent.open.test"], "to nobody"));
  for (const name of [
    "good",
    "late",
    "second",
    "implicit",
    "null",
    "gone",
    "refuses",
    "grey",
    "full",
    "busy",
    "leaves",
    "mute",
    "dead",
  ])
    await client.send(letterTo([`b@${name}.open.test`], `to ${name}`));
  await client.send(letterTo(["no@partial.open.test", "yes@partial.open.test"], "to partial"));
  const large = letterTo(["b@sips.open.test"], "to sips");
  await client.send({ ...large, text: `${large.text}${LARGE}` });
  const view = await world.view();
  using inbox = await world.inbox();
  const ended = (address: string): Promise<string> =>
    until(`${address} is done`, async () => {
      const records = await view.records(SENDER);
      const record = records.find(({ recipient }) => recipient === address);
      return record && `${record.end} ${record.reply.code} ${record.reply.enhanced}`;
    });

  await context.test("it arrives at hosts that are slow, or stand behind a dead one", async () => {
    for (const name of ["good", "late", "second", "implicit", "sips"]) {
      assert.equal(await ended(`b@${name}.open.test`), "delivered 250 2.0.0");
      const { taken } = world.host(`${name}.open.test`);
      assert.equal(taken.length, 1, name);
      assert.match(taken[0]?.mail ?? "", new RegExp(`^MAIL FROM:<${SENDER}>`));
      assert.match(taken[0]?.text ?? "", new RegExp(`^Subject: to ${name}\r$`, "m"));
    }
    assert.ok(world.host("sips.open.test").taken[0]?.text.endsWith(LARGE));
    assert.equal(await ended("yes@partial.open.test"), "delivered 250 2.0.0");
    assert.deepEqual(
      world.host("partial.open.test").taken.map(({ rcpts }) => rcpts),
      [["RCPT TO:<yes@partial.open.test>"]],
    );
  });

  await context.test("it comes back with the words of the other side, or with ours where there is none", async () => {
    for (const [address, status, diagnostic, host] of returned) {
      const found = await inbox.arrived("delivery-status", `Final-Recipient: rfc822; ${address}`);
      assert.equal(found.length, 1);
      const [report] = await readStatusReports(found);
      assert.ok(report !== undefined);
      assertReport(report);
      const [about = {}] = report.recipients;
      assert.deepEqual([about["action"], about["status"]], ["failed", status]);
      assert.match(about["diagnostic-code"] ?? "", diagnostic);
      assert.equal(about["remote-mta"], host === undefined ? undefined : `dns; ${host}`);
    }
  });

  await context.test("it waits, and the reason is known", async () => {
    for (const [address, words] of Object.entries(waits)) {
      const reply = await until(`${address} was tried`, () => view.lastReply(address));
      assert.match(`${reply.code} ${reply.enhanced} ${reply.words}`, words);
    }
    assert.equal(world.host("silent.open.test").sessions.length, 1);
    assert.equal((await view.items()).length, Object.keys(waits).length + 1);
  });

  await context.test("what was put off arrives at a later attempt, once", async () => {
    clock.forward(FIRST_PAUSES_MS);
    for (const name of ["grey", "full", "busy", "leaves", "mute"]) {
      assert.equal(await ended(`b@${name}.open.test`), "delivered 250 2.0.0");
      assert.equal(world.host(`${name}.open.test`).taken.length, 1, name);
    }
  });

  await context.test(
    "after four hours the sender hears that it takes long, after five days that it failed",
    async () => {
      clock.forward(4 * HOUR);
      const address = "b@dead.open.test";
      const [late] = await readStatusReports(await inbox.arrived("Action: delayed", `rfc822; ${address}`));
      assert.ok(late !== undefined);
      assertReport(late);
      assert.equal(late.recipients[0]?.["status"], "4.4.1");
      assert.ok(late.recipients[0]?.["will-retry-until"] !== undefined);
      clock.forward(5 * DAY);
      const [failed] = await readStatusReports(await inbox.arrived("Action: failed", `rfc822; ${address}`));
      assert.ok(failed !== undefined);
      assertReport(failed);
      assert.equal(failed.recipients[0]?.["status"], "4.4.1");
      assert.match(await ended(address), /^expired /);
    },
  );

  await context.test("what a host is silent about outlives a stop, and comes back too", async () => {
    const address = "b@silent.open.test";
    assert.deepEqual(
      (await view.items()).map(({ destination, state }) => [destination, state]),
      [["silent.open.test", "claimed"]],
    );
    await world.lab.stop();
    assert.match((await view.lastReply(address))?.words ?? "", /^Our service was stopped/);
    await world.serve({ under: clock.under });
    using again = await world.inbox();
    const [failed] = await readStatusReports(await again.arrived("Action: failed", `rfc822; ${address}`));
    assert.ok(failed !== undefined);
    assertReport(failed);
    assert.deepEqual(await view.items(), []);
  });
});
