/**
 * A mailbox fills up: its holder is told in time, senders come again for a week and then hear that it is no use, and what
 * lies in Trash goes when the holder says so, and not before. Then mail comes in again.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../src/host/clock.ts";
import type { Dialogue } from "../world/dialogue.ts";
import { WholeService } from "../world/whole-service.ts";

const DOMAIN = "wachtelberg.test";
const OPERATOR = `grace@${DOMAIN}`;
const HOLDER = `ada@${DOMAIN}`;
const PASSWORD = "kestrel-Over-9-fields";
const SENDER = "bob@example.net";
const DAYS = 12;

const letter = (subject: string, octets: number): string =>
  `From: ${SENDER}\r\nSubject: ${subject}\r\n\r\n${`${"x".repeat(74)}\r\n`.repeat(Math.ceil(octets / 76))}`;

/** What is said to RCPT: code and enhanced code. @param size declared with MAIL */
async function asked(smtp: Dialogue, size?: number): Promise<string> {
  await smtp.say("RSET", /^250 /);
  await smtp.say(`MAIL FROM:<${SENDER}>${size === undefined ? "" : ` SIZE=${size}`}`, /^250 /);
  const reply = await smtp.say(`RCPT TO:<${HOLDER}>`, /^\d{3} /);
  return reply.split(" ").slice(0, 2).join(" ");
}

async function send(smtp: Dialogue, subject: string, octets: number): Promise<void> {
  assert.match(await asked(smtp), /^250 /);
  await smtp.say("DATA", /^354 /);
  await smtp.say(`${letter(subject, octets)}.`, /^250 /);
}

/** The subjects in a mailbox, in order, as the header has them. */
async function subjects(imap: Dialogue, mailbox: string): Promise<readonly string[]> {
  await imap.say(`s SELECT ${mailbox}`, /^s OK/);
  const listed = await imap.say("f UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])", /^f OK/);
  return [...listed.matchAll(/^Subject: (.*)\r$/gm)].map(([, subject = ""]) => subject);
}

async function daysLater(service: WholeService, days: number): Promise<void> {
  const end = service.clock.now() + days * DAY;
  while (service.clock.now() < end) await service.until(new Date(end).getUTCHours(), new Date(end).getUTCMinutes());
}

test("a mailbox fills up, its holder hears of it, and Trash is emptied as the holder says", async () => {
  const wishes = { domain: DOMAIN, operator: OPERATOR, clientAddress: "192.0.2.7", daysBack: DAYS + 3 };
  await using service = await WholeService.open(wishes);
  await service.until(9);
  await service.command("account add", { address: OPERATOR, password: PASSWORD });
  await service.command("account add", { address: HOLDER, password: PASSWORD, language: "sv", "quota-mib": "1" });
  let smtp = await service.smtp();
  await send(smtp, "photographs", 960_000);
  await service.seen("notice.told");
  assert.equal(await asked(smtp, 1_100_000), "552 5.2.3", "larger than all the room there is");
  assert.equal(await asked(smtp, 100_000), "452 4.2.2");
  assert.equal(await asked(smtp, 50_000), "250 2.1.5");
  await send(smtp, "of unknown size", 90_000);
  await service.seen("notice.told");
  assert.equal(await asked(smtp), "452 4.2.2");
  smtp.end();

  const imap = await service.imap(HOLDER, PASSWORD);
  const [photographs, near = "", unknown, full = "", ...more] = await subjects(imap, "INBOX");
  assert.deepEqual([photographs, unknown, more], ["photographs", "of unknown size", []]);
  assert.match(near, /=\?utf-8\?/i);
  assert.match(full, /=\?utf-8\?/i);
  assert.notEqual(near, full);
  imap.end();

  await daysLater(service, 8);
  smtp = await service.smtp();
  assert.equal(await asked(smtp, 1000), "552 5.2.2");
  smtp.end();
  const cleaning = await service.imap(HOLDER, PASSWORD);
  await cleaning.say("a SELECT INBOX", /^a OK/);
  await cleaning.say("b UID MOVE 1 Trash", /^b OK/);
  cleaning.end();
  const { text } = await service.command("account prefer", { address: HOLDER, "empty-trash": "2" });
  assert.match(text, /^Junk: never emptied\nTrash: emptied of mail older than 2 days\n/);
  await daysLater(service, 1);
  smtp = await service.smtp();
  assert.equal(await asked(smtp, 1000), "552 5.2.2", "what lies in Trash takes room until its time has come");
  smtp.end();
  await daysLater(service, 2);
  await service.seen("holder.emptied");
  smtp = await service.smtp();
  assert.equal(await asked(smtp, 500_000), "250 2.1.5");
  smtp.end();
  const last = await service.imap(HOLDER, PASSWORD);
  assert.deepEqual(await subjects(last, "Trash"), []);
  assert.equal((await subjects(last, "INBOX")).length, 3);
  last.end();
  assert.deepEqual(service.faults, []);
});
