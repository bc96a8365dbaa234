/** F4: an account that sends more than it may hears when to go on, and then goes on; nothing that was taken is lost, nothing that was not is sent. What comes back counts. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MINUTE } from "../../src/host/clock.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { letterTo } from "./world/letter.ts";
import { Stranger } from "./world/stranger.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

const NAME = "good.open.test";

test("F4: at its limit an account hears when to try again; then it goes on, and nothing is lost", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "faketime")) return;
  using clock = new ClockHand();
  const destinations = { [NAME]: { manner: {} } };
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations, authorities, under: clock.under, messagesAMinute: 3 });
  using client = await world.submit();
  let sent = 0;
  const send = (): Promise<string> =>
    client.send(letterTo([`b@${NAME}`], `number ${sent + 1}`)).then(() => String(++sent));
  // The limit is of minutes of the clock: one may end between two messages.
  const refusal = await until("the limit is reached", async () => {
    try {
      await send();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : undefined;
    }
  });
  assert.ok(sent >= 3 && sent <= 6, `${sent} were taken`);
  assert.match(
    refusal,
    /^expected 250, got 452 4\.7\.0 .*3 messages a minute; try again after \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
  const again = Date.parse(`${/after (\S+ \S+) UTC/.exec(refusal)?.[1]?.replace(" ", "T")}Z`);
  assert.ok(again > clock.now() && again <= clock.now() + 2 * MINUTE, refusal);

  using other = await world.submit(`u2@${DOMAIN}`);
  await other.send(letterTo([`b@${NAME}`], "another account is free", { from: `u2@${DOMAIN}` }));

  clock.forward(2 * MINUTE);
  using later = await world.submit();
  await until("the account may send again", async () => {
    try {
      await later.send(letterTo([`b@${NAME}`], `number ${sent + 1}`));
      return true;
    } catch {
      return undefined;
    }
  });
  const { taken } = world.host(NAME);
  await until("all have arrived", () => taken.length === sent + 2);
  const subjects = taken.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? "").toSorted();
  const numbers = Array.from({ length: sent + 1 }, (_, n) => `number ${n + 1}`);
  assert.deepEqual(subjects, ["another account is free", ...numbers].toSorted());
});

test("F4: mail that comes back from outside uses up what may go to strangers, once, and lies in the INBOX", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  const [holder, lost] = [`u1@${DOMAIN}`, `lost@${NAME}`];
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations: { [NAME]: { manner: {} } }, authorities, firstsADay: 10 });
  using client = await world.submit();
  await client.send(letterTo([lost], "to nobody"));
  const view = await world.view();
  await until("it is known where the mail went", async () => (await view.records(holder)).length === 1);
  const header = headerOf(world.host(NAME).taken[0]?.text);
  const messageId = /^Message-ID: .*$/im.exec(header)?.[0] ?? assert.fail();

  const bringsBack = async (subject: string, about: string): Promise<void> => {
    using host = await Stranger.greeted({ port: world.lab.smtpPort, from: world.addressOf(NAME) }, `mx.${NAME}`);
    assert.match(await host.send("", holder, bounce(subject, holder, lost, about)), /^250 /);
  };
  using inbox = await world.inbox();
  await bringsBack("of somebody else's mail", "Message-ID: <forged@elsewhere.test>");
  // Who read an answer to the message knows as much.
  await bringsBack("of a message that is named", messageId);
  await inbox.arrived("Subject: of a message that is named\r\n");
  assert.deepEqual(
    (await view.records(holder)).map(({ feedback }) => feedback),
    [undefined],
  );
  for (const subject of ["undeliverable", "still undeliverable"]) {
    await bringsBack(subject, header);
    await inbox.arrived(`Subject: ${subject}\r\n`);
  }
  assert.deepEqual(
    (await view.records(holder)).map(({ feedback }) => feedback),
    ["bounce"],
  );

  // One recipient and one report are six of ten; reports take half of the limit at most.
  await client.send(letterTo(strangers(4), "the tenth"));
  await assert.rejects(
    client.send(letterTo([`c@${NAME}`], "one too many")),
    /452 4\.5\.3 .*10 recipients a day .*\(returned mail and complaints count as several\); try again after /,
  );
  using later = await world.submit();
  await later.send(letterTo([lost], "to whom was written before"));
});

test("F4: a complaint that a feedback loop sends to the operator counts for who sent the message", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  const [operator, sender, friend] = [`u1@${DOMAIN}`, `u2@${DOMAIN}`, `friend@${NAME}`];
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations: { [NAME]: { manner: {} } }, authorities, firstsADay: 50 });
  using client = await world.submit(sender);
  await client.send(letterTo([friend], "not wanted", { from: sender }));
  const view = await world.view();
  await until("it is known where the mail went", async () => (await view.records(sender)).length === 1);

  // As loops do it: no recipient, no Message-ID, and nobody's address.
  const header = headerOf(world.host(NAME).taken[0]?.text)
    .replaceAll(/[^ <]+@[^ >]+/g, "redacted")
    .replace(/^Message-ID: .*$/im, "Message-ID: redacted");
  const text = complaint("FW: not wanted", header);
  for (let n = 0; n < 2; n++) {
    using loop = await Stranger.greeted({ port: world.lab.smtpPort, from: world.addressOf(NAME) }, `mx.${NAME}`);
    assert.match(await loop.send(`loop@${NAME}`, `postmaster@${DOMAIN}`, text), /^250 /);
  }
  using inbox = await world.inbox(operator);
  for (const report of await inbox.arrived("Subject: FW: not wanted\r\n"))
    assert.ok(report.endsWith(text), "unchanged");
  assert.deepEqual(
    (await view.records(sender)).map(({ feedback }) => feedback),
    ["complaint"],
  );
  await client.send(letterTo(strangers(24), "to the others", { from: sender }));
  await assert.rejects(
    client.send(letterTo([`b@${NAME}`], "to another stranger", { from: sender })),
    /452 4\.5\.3 .*50 recipients a day .*\(returned mail and complaints count as several\); try again after /,
  );
  using again = await world.submit(sender);
  await again.send(letterTo([friend], "to whom was written before", { from: sender }));
  using other = await world.submit(operator);
  await other.send(letterTo([`b@${NAME}`], "the operator is not charged"));
});

const strangers = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `stranger${n}@${NAME}`);

const headerOf = (message: string | undefined): string =>
  message?.split("\r\n\r\n")[0] ?? assert.fail("nothing arrived");

/** As another host writes it, RFC 3464. */
const bounce = (subject: string, to: string, lost: string, header: string): string =>
  report("delivery-status", subject, to, header, [
    `Reporting-MTA: dns; mx.${NAME}`,
    "",
    `Final-Recipient: rfc822; ${lost}`,
    "Action: failed",
    "Status: 5.1.1",
  ]);

/** As a feedback loop writes it, RFC 5965. */
const complaint = (subject: string, header: string): string =>
  report("feedback-report", subject, `postmaster@${DOMAIN}`, header, [
    "Feedback-Type: abuse",
    "User-Agent: loop/1",
    "Version: 1",
  ]);

const report = (kind: string, subject: string, to: string, header: string, fields: readonly string[]): string =>
  [
    `From: <mailer-daemon@${NAME}>`,
    `To: <${to}>`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(/\W/g, "-")}@${NAME}>`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${kind}; boundary=b`,
    "",
    "--b",
    `Content-Type: message/${kind}`,
    "",
    ...fields,
    "",
    "--b",
    "Content-Type: text/rfc822-headers",
    "",
    header,
    "",
    "--b--",
    "",
  ].join("\r\n");
