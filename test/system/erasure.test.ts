/**
 * D4: within 60 seconds of EXPUNGE the text is in no page of the account's file, free pages included, and not in its
 * write-ahead log, read with the keys while the service runs. The same look finds the text before.
 */
import assert from "node:assert/strict";
import { globSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openKeys } from "../../src/store/crypt/keys.ts";
import { readRoot } from "../../src/store/crypt/root.ts";
import { accountId } from "../../src/store/ids.ts";
import { APPLICATION, openDatabase } from "../../src/store/sqlite/database.ts";
import { mailMigrations } from "../../src/store/sqlite/mail/schema.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DOMAIN, Lab, PASSWORD } from "./lab.ts";

const LIMIT_MS = 60_000;
const CANARY = "XCANARYX-erase-me";

/** The paths of account files in which whoever has the keys finds the text, or whose log still holds anything. */
function findings(home: string): { readonly withText: readonly string[]; readonly withLog: readonly string[] } {
  const root = readRoot(join(home, "secret/root"));
  using keys = openKeys({ dataFolder: join(home, "data"), secretFolder: join(home, "secret"), root });
  const withText: string[] = [];
  const withLog: string[] = [];
  for (const path of globSync(join(home, "data/accounts/**/*.db"))) {
    const key = keys.get(accountId(basename(path, ".db")));
    assert.ok(key !== undefined, "every account file has a key");
    const db = openDatabase({
      path,
      key,
      applicationId: APPLICATION.mail,
      migrations: mailMigrations,
      synchronous: "normal",
    });
    if (db.serialize().includes(CANARY)) withText.push(path);
    db.close();
    if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) withLog.push(path);
  }
  return { withText, withLog };
}

test("D4: 60 seconds after EXPUNGE the mail is in no page and no log of its account's file", async (context) => {
  await using lab = await Lab.start({ accounts: 2 });
  const smtp = await SmtpClient.open(lab.smtpPort);
  const text = `From: <a@example.net>\r\nSubject: ${CANARY}\r\n\r\n${CANARY}\r\n`;
  for (let n = 0; n < 5; n++) await smtp.send("a@example.net", [`u1@${DOMAIN}`], text);
  await smtp.send("a@example.net", [`u1@${DOMAIN}`], `From: <a@example.net>\r\nSubject: stays\r\n\r\nas it is\r\n`);
  await smtp.quit();
  assert.equal(findings(lab.home).withText.length, 1, "the text can be found before it is deleted");
  const imap = await ImapClient.open(lab.imapPort, `u1@${DOMAIN}`, PASSWORD);
  await imap.command("SELECT INBOX");
  await imap.command("STORE 1:5 +FLAGS.SILENT (\\Deleted)");
  await imap.command("EXPUNGE");
  const expunged = performance.now();
  let left = findings(lab.home);
  while (left.withText.length + left.withLog.length > 0 && performance.now() - expunged < LIMIT_MS) {
    await pause(250);
    left = findings(lab.home);
  }
  assert.deepEqual(left, { withText: [], withLog: [] });
  context.diagnostic(`gone after ${((performance.now() - expunged) / 1000).toFixed(1)} s`);
  await imap.logout();
});
