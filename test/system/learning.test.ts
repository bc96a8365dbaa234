/**
 * What an account learns of its own, without any scanner: from mail that its holder moves in and out of Junk, and from whom
 * the holder writes to. It holds for that account alone, in all workers, after a restart, and ends with its key.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openKeys } from "../../src/store/crypt/keys.ts";
import { readRoot } from "../../src/store/crypt/root.ts";
import { APPLICATION, openDatabase } from "../../src/store/sqlite/database.ts";
import { defenceMigrations } from "../../src/store/sqlite/defence/schema.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN, PASSWORD } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { letterTo } from "./world/letter.ts";
import { Stranger } from "./world/stranger.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

const SHOP = "shop.open.test";
const FRIEND = "friend.open.test";
const U1 = `u1@${DOMAIN}`;
const U2 = `u2@${DOMAIN}`;
const TAKEN = /^250 2\.0\.0 Accepted/;

const destinations = {
  [SHOP]: { records: `@ MX 10 mx\n@ TXT "v=spf1 a:mx.${SHOP} -all"\n_dmarc.shop TXT "v=DMARC1; p=reject"` },
  [FRIEND]: {},
};

/** How many accounts `defence.db` knows. */
function holders(home: string): number {
  const folders = { dataFolder: join(home, "data"), secretFolder: join(home, "secret") };
  using keys = openKeys({ ...folders, root: readRoot(join(home, "secret/root")) });
  const db = openDatabase({
    path: join(home, "data/defence.db"),
    key: keys.systemKey("defence"),
    applicationId: APPLICATION.defence,
    migrations: defenceMigrations,
    synchronous: "full",
  });
  try {
    return Number(db.prepare("SELECT count(*) FROM holder").pluck().get());
  } finally {
    db.close();
  }
}

/** One message from the host of the domain of its author. */
async function bring(world: World, author: string, to: string, subject: string): Promise<string> {
  const domain = author.slice(author.indexOf("@") + 1);
  const place = { port: world.lab.smtpPort, from: world.addressOf(domain) };
  using host = await Stranger.greeted(place, `mx.${domain}`);
  const text = `From: <${author}>\r\nTo: <${to}>\r\nSubject: ${subject}\r\n\r\nThere is news.\r\n`;
  return await host.send(author, to, text);
}

/** Where the message of that subject lies: folder, number, and the rule that put it there. */
async function lies(world: World, user: string, subject: string): Promise<readonly [folder: string, rule: string]> {
  using client = await ImapClient.open(world.lab.imapPort, user, PASSWORD);
  for (const folder of ["INBOX", "Junk"]) {
    await client.command(`SELECT ${folder}`);
    const [hits = ""] = await client.command(`UID SEARCH HEADER SUBJECT "${subject}"`);
    const uid = /\d+/.exec(hits)?.[0];
    if (uid === undefined) continue;
    const rows = await client.command(`UID FETCH ${uid} BODY.PEEK[HEADER.FIELDS (X-Spam-Verdict)]`);
    return [folder, /rule=([a-z-]+)/.exec(rows.join(""))?.[1] ?? "none"];
  }
  return assert.fail(`${subject} is lost`);
}

async function move(world: World, user: string, subject: string, from: string, to: string): Promise<void> {
  using client = await ImapClient.open(world.lab.imapPort, user, PASSWORD);
  await client.command(`SELECT ${from}`);
  const [hits = ""] = await client.command(`UID SEARCH HEADER SUBJECT "${subject}"`);
  await client.command(`UID MOVE ${/\d+/.exec(hits)?.[0]} ${to}`);
}

async function shown(world: World, user: string): Promise<string> {
  const { code, stdout, stderr } = await world.lab.commandBeside("memory", "show", user);
  assert.equal(code, 0, stderr);
  return stdout;
}

const has = (world: World, user: string, words: RegExp): Promise<unknown> =>
  until(`the memory of ${user} shows ${words.source}`, async () => words.test(await shown(world, user)));

test("F6: what a holder moves in and out of Junk decides where mail of that author comes, for that holder alone", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  await using world = await World.start({ destinations, authorities: await makeAuthorities(), verify: true });
  const news = `news@${SHOP}`;
  for (const user of [U1, U2]) {
    assert.match(await bring(world, news, user, "first"), TAKEN);
    assert.deepEqual(await lies(world, user, "first"), ["INBOX", "nothing"]);
  }
  await move(world, U1, "first", "INBOX", "Junk");
  await has(world, U1, /messages that taught: 1,/);
  for (const user of [U1, U2]) assert.match(await bring(world, news, user, "second"), TAKEN);
  assert.deepEqual(await lies(world, U1, "second"), ["Junk", "standing"]);
  assert.deepEqual(await lies(world, U2, "second"), ["INBOX", "nothing"]);

  // Killed and started anew it is still known; moved back, the contrary is.
  await world.lab.kill();
  await world.serve();
  assert.match(await bring(world, news, U1, "third"), TAKEN);
  assert.deepEqual(await lies(world, U1, "third"), ["Junk", "standing"]);
  for (const subject of ["first", "second", "third"]) await move(world, U1, subject, "Junk", "INBOX");
  await has(world, U1, /addresses written to or answered: 1,[^]*messages that taught: 3,/);
  assert.match(await bring(world, news, U1, "fourth"), TAKEN);
  assert.deepEqual(await lies(world, U1, "fourth"), ["INBOX", "correspondent"]);
});

test("F6: to whom a holder has written may come at once, and others are asked to come again", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  await using world = await World.start({ destinations, authorities: await makeAuthorities(), verify: true });
  const friend = `Bea@${FRIEND}`;
  assert.match(await bring(world, friend, U1, "unknown"), /^451 4\.7\.1 .*first contact/);
  {
    using client = await world.submit(U1);
    await client.send(letterTo([friend.toLowerCase()], "how are you"));
  }
  await has(world, U1, /addresses written to or answered: 1,/);
  assert.match(await bring(world, friend, U1, "an answer"), TAKEN);
  assert.equal((await lies(world, U1, "an answer"))[0], "INBOX");
  assert.match(await bring(world, friend, U2, "to another"), /^451 4\.7\.1 /);

  // Another key, and what was learned under the old one is nothing any more.
  assert.equal((await world.lab.commandBeside("keys", "rekey", U1)).code, 0);
  assert.match(await shown(world, U1), /addresses written to or answered: none/);
  assert.match(await bring(world, friend, U1, "after the key"), /^451 4\.7\.1 /);
  assert.equal(holders(world.home), 2);
  const deleted = await world.lab.commandBeside("account", "delete", U2, "--yes");
  assert.equal(deleted.code, 0, deleted.stderr);
  assert.equal(holders(world.home), 1);
});
