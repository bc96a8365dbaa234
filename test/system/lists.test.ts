/**
 * Mail from the world whose author's domain asks for rejection, as it comes by many ways: from the domain itself, over
 * mailing lists and forwarders, from forgers. Nothing that may be wanted is lost, and what is forged does not pass.
 * Signatures of others are made by python3-dkim.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { MINUTE } from "../../src/host/clock.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN, PASSWORD } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { foreignSigner, PYTHON_DKIM } from "./world/foreign-signer.ts";
import { Stranger } from "./world/stranger.ts";
import { until } from "./world/until.ts";
import { HOST_NAME, World } from "./world/world.ts";

const BANK = "bank.open.test";
const LIST = "lists.open.test";
const ALUMNI = "alumni.open.test";
const CLUB = "club.open.test";
const FORGER = "forger.open.test";
const LAME = "lame.open.test";
const SILENT = "silent.open.test";
const U1 = `u1@${DOMAIN}`;
const U2 = `u2@${DOMAIN}`;
/** Nobody's, and on the DNS list. */
const LISTED = "127.213.17.19";
const ACCEPTED = /^250 2\.0\.0 Accepted/;

const signers = { bank: foreignSigner(BANK), list: foreignSigner(LIST), club: foreignSigner(CLUB) };

/** What a domain publishes of itself. */
const published = (domain: string, ...more: readonly string[]) => ({
  records: ["@ MX 10 mx", `@ TXT "v=spf1 a:mx.${domain} -all"`, ...more].join("\n"),
});

const destinations = {
  [BANK]: published(BANK, signers.bank.record("bank"), '_dmarc.bank TXT "v=DMARC1; p=reject"'),
  [LIST]: published(LIST, signers.list.record("lists")),
  [ALUMNI]: published(ALUMNI),
  [CLUB]: published(CLUB, signers.club.record("club")),
  [FORGER]: published(FORGER),
  // Its names lead in a circle: no name server has an answer.
  [LAME]: { records: "lame CNAME round.lame\nround.lame CNAME lame\n_dmarc.lame CNAME lame" },
  [SILENT]: { records: "2.0.0.127.dnsbl A 127.0.0.2\n19.17.213.127.dnsbl A 127.0.0.2" },
};

function canRun(context: TestContext): boolean {
  if (!need(context, ...DNS_PROGRAMS, "faketime", "python3")) return false;
  if (existsSync(PYTHON_DKIM)) return true;
  assert.ok(process.env["CI"] === undefined, "CI must install python3-dkim");
  context.skip("not installed: python3-dkim");
  return false;
}

/** The small internet, our service in it, and what the tests do with them. */
class Scene implements AsyncDisposable {
  readonly clock: ClockHand;
  readonly world: World;

  private constructor(clock: ClockHand, world: World) {
    this.clock = clock;
    this.world = world;
  }

  static async open(): Promise<Scene> {
    const clock = new ClockHand();
    try {
      const world = await World.start({
        destinations,
        authorities: await makeAuthorities(),
        under: clock.under,
        verify: true,
        arriving: `trusted-sealers = ["${CLUB}"]\ndns-lists = ["dnsbl.open.test"]`,
      });
      return new Scene(clock, world);
    } catch (error) {
      clock[Symbol.dispose]();
      throw error;
    }
  }

  /** One message from the host of a domain, or from an address; fulfils with the last reply. */
  async bring(from: string, sender: string, recipients: readonly string[], text: string): Promise<string> {
    const address = from.endsWith(".test") ? this.world.addressOf(from) : from;
    using host = await Stranger.greeted({ port: this.world.lab.smtpPort, from: address }, `mx.${FORGER}`);
    await host.ask(`MAIL FROM:<${sender}>`, "250");
    for (const recipient of recipients) await host.ask(`RCPT TO:<${recipient}>`, "250");
    await host.ask("DATA", "354");
    host.write(`${text}.\r\n`);
    return await host.reply();
  }

  /** The one message of that subject, and the folder in which it lies. */
  async find(user: string, subject: string): Promise<{ readonly folder: string; readonly text: string } | undefined> {
    using client = await ImapClient.open(this.world.lab.imapPort, user, PASSWORD);
    const found: { readonly folder: string; readonly text: string }[] = [];
    for (const folder of ["INBOX", "Junk"]) {
      await client.command(`SELECT ${folder}`);
      const [hits = ""] = await client.command(`UID SEARCH HEADER SUBJECT "${subject}"`);
      for (const uid of hits.match(/\d+/g) ?? [])
        found.push({ folder, text: (await client.command(`UID FETCH ${uid} BODY.PEEK[]`)).join("") });
    }
    assert.ok(found.length < 2, `${subject} is there ${found.length} times`);
    return found[0];
  }

  /** The message lies in that folder, with these words of our results and of our verdict. */
  async lies(user: string, folder: string, subject: string, ...words: readonly RegExp[]): Promise<void> {
    const found = (await this.find(user, subject)) ?? assert.fail(`${subject} is lost`);
    const head = found.text.slice(0, found.text.indexOf("Received:")).replaceAll(/\r\n[ \t]+/g, " ");
    assert.equal(found.folder, folder, `${subject}: ${head}`);
    for (const word of words) assert.match(head, word, subject);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    this.clock[Symbol.dispose]();
  }
}

const letter = (from: string, subject: string, more = ""): string =>
  `From: ${from}\r\nTo: ${U1}\r\nSubject: ${subject}\r\n${more}\r\nYour account has news.\r\n`;
const FROM_BANK = `Bank <news@${BANK}>`;

test("F6: of mail from the world nothing that may be wanted is lost, and what is forged does not pass", async (context) => {
  if (!canRun(context)) return;
  await using scene = await Scene.open();
  await context.test(
    "foreign senders: what speaks for them is believed, what cannot be asked speaks against nobody",
    () => senders(scene),
  );
  await context.test(
    "forgers: a policy of rejection alone ends in Junk with the reason, with another finding in a refusal",
    () => forgers(scene),
  );
  await context.test("mailing lists and forwarders break what senders of p=reject sign, and nothing is lost", () =>
    passedOn(scene),
  );
});

async function senders(scene: Scene): Promise<void> {
  const signed = (subject: string): Promise<string> => signers.bank.sign(letter(FROM_BANK, subject));

  assert.match(await scene.bring(BANK, `b@${BANK}`, [U1], await signed("all is well")), ACCEPTED);
  await scene.lies(U1, "INBOX", "all is well", /\bspf=pass/, /\bdkim=pass/, /\bdmarc=pass/);

  const broken = (await signed("broken on the way")).replace("has news", "has moved");
  assert.match(await scene.bring(BANK, `b@${BANK}`, [U1], broken), ACCEPTED);
  await scene.lies(U1, "INBOX", "broken on the way", /\bspf=pass/, /\bdkim=fail/, /\bdmarc=pass/);

  assert.match(await scene.bring(ALUMNI, `b@${BANK}`, [U1], await signed("signature alone")), ACCEPTED);
  await scene.lies(U1, "INBOX", "signature alone", /\bspf=fail/, /\bdkim=pass/, /\bdmarc=pass/);

  const lame = letter(`x@${LAME}`, "name server down");
  assert.match(await scene.bring(FORGER, `x@${LAME}`, [U1], lame), ACCEPTED);
  await scene.lies(U1, "INBOX", "name server down", /\bspf=temperror/, /\bdmarc=temperror/);

  // Of nobody anything is known: whoever queues comes again.
  const stranger = letter(`x@${SILENT}`, "who are you");
  assert.match(await scene.bring(SILENT, `x@${SILENT}`, [U1], stranger), /^451 4\.7\.1 /);
  assert.equal(await scene.find(U1, "who are you"), undefined);
  scene.clock.forward(10 * MINUTE);
  // The service sees the new time within a second.
  await until("it is taken", async () => ACCEPTED.test(await scene.bring(SILENT, `x@${SILENT}`, [U1], stranger)));
  await scene.lies(U1, "INBOX", "who are you", /\bspf=none/, /\bdmarc=none/);
}

async function forgers(scene: Scene): Promise<void> {
  const forged = letter(
    FROM_BANK,
    "forged",
    `Authentication-Results: ${HOST_NAME}; dmarc=pass header.from=${BANK}\r\n`,
  );
  assert.match(await scene.bring(FORGER, `b@${BANK}`, [U1], forged), ACCEPTED);
  await scene.lies(U1, "Junk", "forged", /\bdmarc=fail/, /X-Spam-Verdict: Junk, rule=policy; .*asks for rejection/);
  const { text } = (await scene.find(U1, "forged")) ?? assert.fail();
  assert.doesNotMatch(text, /dmarc=pass/, "what claims to be a result of ours is gone");

  const aligned = letter(FROM_BANK, "own envelope");
  assert.match(await scene.bring(FORGER, `f@${FORGER}`, [U1], aligned), ACCEPTED);
  await scene.lies(U1, "Junk", "own envelope", /\bspf=pass/, /\bdmarc=fail/);

  const two = await signers.club.sign(letter(`${FROM_BANK}, Club <c@${CLUB}>`, "two authors"));
  assert.match(await scene.bring(CLUB, `c@${CLUB}`, [U1], two), ACCEPTED);
  await scene.lies(U1, "Junk", "two authors", /\bdkim=pass/, /\bdmarc=fail/);

  const pretender = letter(FROM_BANK, "pretends to be a list", `List-Id: <news.${LIST}>\r\n`);
  assert.match(await scene.bring(FORGER, `f@${FORGER}`, [U1], pretender), ACCEPTED);
  await scene.lies(U1, "Junk", "pretends to be a list");

  const refusal = await scene.bring(LISTED, `b@${BANK}`, [U1], letter(FROM_BANK, "forged and listed"));
  assert.match(refusal, /^554 5\.7\.1 .*asks for rejection; besides, its host is on a list of senders of spam/);
  assert.equal(await scene.find(U1, "forged and listed"), undefined);
  const honest = await signers.bank.sign(letter(FROM_BANK, "listed only"));
  assert.match(await scene.bring(LISTED, `b@${BANK}`, [U1], honest), ACCEPTED);
  await scene.lies(U1, "Junk", "listed only", /rule=dns-lists; /);
}

async function passedOn(scene: Scene): Promise<void> {
  const { code, stderr } = await scene.world.lab.commandBeside("account", "prefer", U1, "--forwarder", ALUMNI);
  assert.equal(code, 0, stderr);
  const original = (subject: string): Promise<string> => signers.bank.sign(letter(FROM_BANK, subject));
  const both = [U1, U2];

  const onList = (await original("in the list"))
    .replace("Subject: ", `List-Id: News <news.${LIST}>\r\nSubject: [news] `)
    .concat("--\r\nTo leave the list write to us.\r\n");
  const listed = await signers.list.sign(onList);
  assert.match(await scene.bring(LIST, `news-bounces@${LIST}`, both, listed), ACCEPTED);
  for (const user of both)
    await scene.lies(user, "INBOX", "in the list", /\bdkim=fail/, /\bdkim=pass.*lists/, /\bdmarc=fail/);

  const sealing = async (subject: string, signer: typeof signers.club, name: string): Promise<string> => {
    const found = `Authentication-Results: mx.${name}; dmarc=pass header.from=${BANK}\r\n`;
    return signer.seal(`${found}${await original(subject)}--\r\nFrom the club.\r\n`, `mx.${name}`);
  };
  const sealed = await sealing("sealed by one that is trusted", signers.club, CLUB);
  assert.match(await scene.bring(CLUB, `c@${CLUB}`, both, sealed), ACCEPTED);
  for (const user of both)
    await scene.lies(user, "INBOX", "sealed by one that is trusted", /\barc=pass/, /\bdmarc=fail/);
  const untrusted = await sealing("sealed by another", signers.list, LIST);
  assert.match(await scene.bring(LIST, `l@${LIST}`, both, untrusted), ACCEPTED);
  for (const user of both) await scene.lies(user, "Junk", "sealed by another", /\barc=pass/, /\bdmarc=fail/);

  const plain = await original("forwarded as it was");
  assert.match(await scene.bring(ALUMNI, `b@${BANK}`, both, plain), ACCEPTED);
  for (const user of both) await scene.lies(user, "INBOX", "forwarded as it was", /\bspf=fail/, /\bdmarc=pass/);

  const changed = (await original("forwarded and changed")).concat("Scanned by the alumni.\r\n");
  assert.match(await scene.bring(ALUMNI, `SRS0=x=bank.open.test=b@${ALUMNI}`, both, changed), ACCEPTED);
  await scene.lies(U1, "INBOX", "forwarded and changed", /\bspf=pass/, /\bdmarc=fail/);
  await scene.lies(U2, "Junk", "forwarded and changed", /rule=policy; .*asks for rejection/);

  const unknown = (await original("changed by nobody known")).concat("Scanned.\r\n");
  assert.match(await scene.bring(ALUMNI, `b@${BANK}`, both, unknown), ACCEPTED);
  for (const user of both) await scene.lies(user, "Junk", "changed by nobody known", /\bspf=fail/, /\bdmarc=fail/);
}
