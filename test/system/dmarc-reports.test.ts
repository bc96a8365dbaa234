/**
 * F5: domains that ask for it hear each day what mail in their name came to here (RFC 9990), by a service that was stopped and
 * started meanwhile; and what they report of our domains is summed up for the operator. Between real processes and a real
 * resolver; only the service's clock is a test's.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { DAY, HOUR } from "../../src/host/clock.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { Stranger } from "./world/stranger.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

const BANK = "bank.open.test";
/** Asks for reports too, but nobody has written in its name. */
const OTHER = "other.open.test";
const OPERATOR = `u1@${DOMAIN}`;

const published = (name: string): string =>
  `@ MX 10 mx\n@ TXT "v=spf1 a:mx.${name}.open.test -all"\n_dmarc.${name} TXT "v=DMARC1; p=reject; rua=mailto:reports@${name}.open.test"`;

const destinations = {
  [BANK]: { manner: {}, records: published("bank") },
  [OTHER]: { manner: {}, records: published("other") },
};

test("F5: DMARC reports leave for who asks, once, and those of others are summed up", async (context) => {
  if (!need(context, ...DNS_PROGRAMS, "faketime")) return;
  using clock = new ClockHand();
  // Far from a midnight: all that comes is of one day.
  clock.forward(DAY + 12 * HOUR - (clock.now() % DAY));
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations, authorities, under: clock.under, verify: true });
  const bring = async (from: string, text: string): Promise<string> => {
    using host = await Stranger.greeted({ port: world.lab.smtpPort, from }, `mx.${BANK}`);
    return await host.send(`ann@${BANK}`, OPERATOR, text);
  };
  const letter = (n: number): string =>
    `From: Ann <ann@${BANK}>\r\nTo: <${OPERATOR}>\r\nSubject: number ${n}\r\n\r\nA few words.\r\n`;
  const bank = world.addressOf(BANK);
  const forger = world.addressOf(OTHER);

  const today = Math.floor(clock.now() / DAY) * DAY;
  for (const [n, from] of [bank, bank, forger].entries()) assert.match(await bring(from, letter(n)), /^250 /);
  const second = (time: number): number => time / 1000;
  const report =
    `From: <reports@${BANK}>\r\nTo: <${OPERATOR}>\r\nSubject: Report Domain: ${DOMAIN} Submitter: ${BANK} Report-ID: <1>\r\nMIME-Version: 1.0\r\nContent-Type: text/xml\r\n\r\n` +
    `<feedback><report_metadata><org_name>Bank</org_name><report_id>1</report_id><date_range><begin>${second(today - DAY)}</begin><end>${second(today) - 1}</end></date_range></report_metadata>` +
    `<policy_published><domain>${DOMAIN}</domain></policy_published>\r\n` +
    "<record><row><source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row></record></feedback>\r\n";
  // Once as it should be, once again, and once by who only says to be the bank.
  for (const [n, from] of [bank, bank, forger].entries()) await bring(from, `X-Coming: ${n}\r\n${report}`);
  const reported = await until("the report is counted", async () => {
    const { stdout } = await world.lab.commandBeside("reports");
    return stdout.includes(BANK) && stdout;
  });
  assert.match(reported, new RegExp(`${RegExp.escape(DOMAIN)} +${RegExp.escape(BANK)} +dmarc +others .* 7\n$`));

  // What was counted so far is written down at the stop; the day's report is due in the hours after its midnight.
  await world.lab.stop();
  clock.forward(today + DAY + 5 * HOUR - clock.now());
  await world.serve({ under: clock.under });
  const { taken } = world.host(BANK);
  await until("the bank has its report", () => taken.length > 0, 60_000);
  await world.lab.stop();
  await world.serve({ under: clock.under });
  const view = await world.view();
  await until("nothing is left in the queue", async () => (await view.queue.sums()).messages === 0);

  assert.equal(taken.length, 1);
  assert.deepEqual(world.host(OTHER).taken, []);
  const [{ text, rcpts } = assert.fail()] = taken;
  assert.deepEqual(rcpts, [`RCPT TO:<reports@${BANK}>`]);
  assert.match(text, /^DKIM-Signature: /m);
  const [, encoded = ""] = /\.xml\.gz"\r\n\r\n([^-]+)\r\n--/.exec(text) ?? [];
  const xml = gunzipSync(Buffer.from(encoded, "base64")).toString();
  assert.match(xml, new RegExp(`<domain>${RegExp.escape(BANK)}</domain>`));
  const rows = Array.from(
    xml.matchAll(/<source_ip>([^<]*)<\/source_ip>\s*<count>(\d+)<\/count>[^]*?<spf>(\w+)<\/spf>/g),
    ([, address, count, spf]) => [address, Number(count), spf],
  );
  assert.deepEqual(
    rows.filter(([address]) => address === bank),
    [[bank, 2, "pass"]],
    "mail that brings a report makes none",
  );
  assert.deepEqual(
    rows.filter(([address]) => address === forger),
    [[forger, 1, "fail"]],
  );
});
