/**
 * F5: what leaves is right for those who take it: a real Postfix and hosts with few or many extensions. Both signatures hold
 * for python3-dkim and for mailauth with the keys that are published; what the sender asked to hear (RFC 3461) is passed on
 * or told by us; letters beyond ASCII go where they are understood and come back where not. A3: mail between our own
 * accounts, also to a subaddress of an alias, arrives once.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { bothSignatures } from "./world/foreign-verifier.ts";
import { letterTo } from "./world/letter.ts";
import type { Taken } from "./world/mail-host.ts";
import { startPostfix } from "./world/postfix.ts";
import { readStatusReports } from "./world/status-reports.ts";
import { until } from "./world/until.ts";
import { type Destination, HOST_NAME, World } from "./world/world.ts";

const SENDER = `u1@${DOMAIN}`;
const OTHER = `u2@${DOMAIN}`;
const NICK = `nick@${DOMAIN}`;

const destinations: Readonly<Record<string, Destination>> = {
  "postfix.open.test": {},
  "able.open.test": { manner: { offers: ["DSN", "SMTPUTF8", "CHUNKING"] } },
  "plain.open.test": { manner: {} },
  "refuses.open.test": { manner: { rcpt: () => "550 5.1.1 no such person" } },
  "bare.open.test": { manner: { rcpt: () => "550-bare\r\n550 words" } },
  "xn--bcher-kva.open.test": { manner: {} },
};

test("F5, A3: signatures, delivery reports, letters beyond ASCII, and mail among our accounts", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "postfix", "dkimverify", "python3")) return;
  if (process.getuid?.() !== 0) {
    context.skip("Postfix is started by root only");
    return;
  }
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations, authorities });
  const domain = "postfix.open.test";
  await using postfix = await startPostfix({
    address: world.addressOf(domain),
    port: world.mailPort,
    domain,
    certificate: await authorities.issue([`mx.${domain}`]),
    relays: { [DOMAIN]: `[127.0.0.1]:${world.lab.smtpPort}` },
  });
  const alias = await world.lab.commandBeside("alias", "add", OTHER, NICK);
  assert.equal(alias.code, 0, alias.stderr);
  const view = await world.view();
  using client = await world.submit();
  using inbox = await world.inbox();
  const ended = (address: string): Promise<string> =>
    until(`${address} is done`, async () => {
      const record = (await view.records(SENDER)).find(({ recipient }) => recipient === address);
      return record && `${record.end} ${record.reply.enhanced}`;
    });
  const takenFor = (address: string, name = address.slice(address.indexOf("@") + 1)): Taken => {
    const found = world.host(name).taken.find(({ rcpts }) => rcpts.some((line) => line.includes(`<${address}>`)));
    assert.ok(found !== undefined, `${address} has it`);
    return found;
  };
  const reportsOn = async (address: string): Promise<Awaited<ReturnType<typeof readStatusReports>>> => {
    const all = (await inbox.messages()).filter((text) =>
      new RegExp(`^Final-Recipient: .*; ?${RegExp.escape(Buffer.from(address).toString("latin1"))}\r$`, "im").test(
        text,
      ),
    );
    return readStatusReports(all);
  };

  await context.test("both signatures hold at Postfix and at another host", async () => {
    const to = [`b@${domain}`, "b@able.open.test"];
    const { text } = letterTo(to, "=?utf-8?q?br=C3=B6d?=");
    const odd = "a line with spaces \t \r\n.\r\n..dots\r\nschön\r\n\r\n\r\n";
    for (const body of ["", odd, "a line of a long body\r\n".repeat(20_000)])
      await client.send({ from: SENDER, to, parameters: "BODY=8BITMIME", text: `${text}${body}` });
    const mails = await postfix.mails("b", 3);
    const { taken } = world.host("able.open.test");
    await until("the other host has them too", () => taken.length === 3);
    const messages = [...mails, ...taken.map((one) => one.text)];
    const zone = await view.dkimRecords();
    assert.equal(Object.keys(zone).length, 2);
    for (const mail of mails) {
      assert.match(mail, new RegExp(`^Received: from ${RegExp.escape(HOST_NAME)} \\(`, "m"));
      assert.match(mail, /\n\tby mx\.postfix\.open\.test \(Postfix\) with ESMTPS /);
    }
    const octets = messages.map((one) => Buffer.from(one, "latin1"));
    assert.deepEqual(
      await bothSignatures(octets, zone),
      messages.map(() => [true, true]),
    );
    for (const message of messages) {
      const { results } = await dkimVerify(Buffer.from(message.replaceAll(/\r?\n/g, "\r\n"), "latin1"), {
        resolver: async (name) => [[zone[name] ?? ""]],
      });
      assert.deepEqual(
        results.map(({ status }) => status.result),
        ["pass", "pass"],
      );
    }
  });

  // All at once, for reports are given out every few seconds.
  const asked = "RET=HDRS ENVID=mine";
  const ask = (address: string, notify: string): Promise<string> =>
    client.send(letterTo([`${address} NOTIFY=${notify} ORCPT=rfc822;${address}`], "asked", { parameters: asked }));
  await ask(`b@${domain}`, "SUCCESS,FAILURE");
  for (const address of ["s@able.open.test", "s@plain.open.test", OTHER]) await ask(address, "SUCCESS");
  await client.send(letterTo(["never@refuses.open.test NOTIFY=NEVER"], "never"));
  await client.send(letterTo(["only@refuses.open.test NOTIFY=SUCCESS"], "success alone"));
  await client.send(letterTo(["both@refuses.open.test", "both@bare.open.test"], "to two who refuse"));
  await client.send(letterTo(["full@refuses.open.test"], "in full", { parameters: "RET=FULL" }));
  const wide = { parameters: "SMTPUTF8 BODY=8BITMIME" };
  for (const name of ["able", "plain"]) await client.send(letterTo([`jürgen@${name}.open.test`], "för dig", wide));
  await client.send(letterTo(["needless@plain.open.test"], "ASCII alone", wide));
  // Here the header is ASCII; the domain of the envelope has another form.
  const { text: narrow } = letterTo(["b@xn--bcher-kva.open.test"], "ASCII alone");
  await client.send(letterTo(["b@bücher.open.test"], "", { ...wide, text: narrow }));

  await context.test("success is told by who knows of it: the other host, or we where it does not", async () => {
    assert.equal(await ended("s@able.open.test"), "delivered 2.0.0");
    assert.equal(await ended("s@plain.open.test"), "relayed 2.0.0");
    const passed = takenFor("s@able.open.test");
    assert.match(passed.mail, / RET=HDRS ENVID=mine$/);
    assert.deepEqual(passed.rcpts, ["RCPT TO:<s@able.open.test> NOTIFY=SUCCESS ORCPT=rfc822;s@able.open.test"]);
    assert.doesNotMatch(takenFor("s@plain.open.test").mail, /RET|ENVID/);

    await inbox.arrived("Reporting-MTA: dns; mx.postfix.open.test", "Action: delivered");
    await inbox.arrived("s@plain.open.test", "Action: relayed");
    await inbox.arrived(OTHER, "Action: delivered", `Reporting-MTA: dns; ${HOST_NAME}`);
    for (const [address, action] of [
      ["s@plain.open.test", "relayed"],
      [OTHER, "delivered"],
    ] as const) {
      const [report] = await reportsOn(address);
      assert.equal(report?.message["original-envelope-id"], "mine");
      const [about = {}] = report?.recipients ?? [];
      assert.deepEqual(
        [about["action"], about["status"], about["original-recipient"]],
        [action, "2.0.0", `rfc822; ${address}`],
      );
    }
  });

  await context.test("failure is told, with the whole message if asked", async () => {
    await inbox.arrived("Final-Recipient: rfc822; full@refuses.open.test");
    const [report] = await reportsOn("full@refuses.open.test");
    assert.deepEqual([report?.defects, report?.types.at(-1)], [[], "message/rfc822"]);
    assert.match(report?.returned ?? "", /A few words/);
  });

  await context.test(
    "two hosts that refuse one message are one report, with their own words and the message's name",
    async () => {
      await inbox.arrived("Final-Recipient: rfc822; both@bare.open.test");
      const [report, ...more] = await reportsOn("both@refuses.open.test");
      assert.ok(report !== undefined && more.length === 0);
      assert.deepEqual(
        new Set(
          report.recipients.map((one) => [one["final-recipient"], one["status"], one["diagnostic-code"]].join(" ")),
        ),
        new Set([
          "rfc822; both@refuses.open.test 5.1.1 smtp; 550 5.1.1 no such person",
          "rfc822; both@bare.open.test 5.0.0 smtp; 550-bare 550 words",
        ]),
      );
      assert.match(report.text, /^This is about your message “to two who refuse”, sent on /);
      assert.match(report.text, /^ {2}mx\.bare\.open\.test said: 550 bare words$/m);
      assert.match(report.header["in-reply-to"] ?? "", /^<[^<>]+@[^<>]+>$/);
      assert.equal(report.header["return-path"], "<>");
    },
  );

  await context.test("letters beyond ASCII go where they are understood, and come back where not", async () => {
    assert.equal(await ended("jürgen@able.open.test"), "delivered 2.0.0");
    const { mail, text } = takenFor(Buffer.from("jürgen@able.open.test").toString("latin1"), "able.open.test");
    assert.match(mail, / SMTPUTF8/);
    assert.match(Buffer.from(text, "latin1").toString(), /^Subject: för dig\r$/m);
    for (const address of ["needless@plain.open.test", "b@xn--bcher-kva.open.test"]) {
      assert.equal(await ended(address), "delivered 2.0.0");
      assert.doesNotMatch(takenFor(address).mail, /SMTPUTF8/);
    }
    assert.equal(await ended("jürgen@plain.open.test"), "failed 5.6.7");
    const latin1 = Buffer.from("utf-8; jürgen@plain.open.test").toString("latin1");
    const [report] = await readStatusReports(await inbox.arrived(`Final-Recipient: ${latin1}`));
    assert.equal(report?.types[2], "message/global-delivery-status");
    assert.equal(report?.recipients[0]?.["status"], "5.6.7");
  });

  await context.test("A3: among our own accounts it arrives once, also at the subaddress of an alias", async () => {
    const tagged = `nick+books@${DOMAIN}`;
    await client.send(letterTo([OTHER, "b@plain.open.test"], "to both"));
    await client.send(letterTo([tagged], "to an alias"));
    using others = await world.inbox(OTHER);
    for (const subject of ["to both", "to an alias"]) {
      const found = await others.arrived(`Subject: ${subject}\r\n`);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", new RegExp(`^Return-Path: <${SENDER}>`, "m"));
    }
    assert.equal(await ended(tagged), "delivered 2.0.0");
    await assert.rejects(client.send(letterTo([`nobody@${DOMAIN}`], "to nobody")), /expected 250, got 550/);
  });

  await context.test(
    "nothing is left to be said, and nobody heard what he did not want, or anything twice",
    async () => {
      await until("nothing is left in the queue", async () => (await view.queue.sums()).messages === 0);
      for (const address of ["never@refuses.open.test", "only@refuses.open.test"])
        assert.equal(await ended(address), "failed 5.1.1");
      const silent = ["s@able.open.test", "never@refuses.open.test", "only@refuses.open.test"];
      for (const address of silent) assert.deepEqual(await reportsOn(address), [], address);
      for (const address of ["s@plain.open.test", OTHER, "full@refuses.open.test", `b@${domain}`])
        assert.equal((await reportsOn(address)).length, 1, address);
    },
  );
});
