/**
 * The machine is lost and everything comes back from the newest set, with the offline key, to an empty home with another
 * root. A client that synced before goes on with its copy: nothing is doubled, nothing is lost but what came after the
 * set, no UID is given twice; what was closed or expunged since stays away (promise D5).
 */
import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { type AccountView, loseHome, viewOf } from "./backup-view.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD } from "./lab.ts";
import { need, run } from "./program.ts";

const user = (n: number): string => `u${n}@${DOMAIN}`;
/** The first account is the operator's, to whom the service writes when it likes. */
const CLIENT = user(2);
const COMPARED = [2, 3, 4] as const;
const CLOSED = user(5);
const LEDGER_MS = 60_000;

async function deliver(lab: Lab, to: string, ...names: readonly string[]): Promise<void> {
  const smtp = await SmtpClient.open(lab.smtpPort);
  for (const [n, name] of names.entries()) {
    const head = `From: <ann@example.net>\r\nTo: <${to}>\r\nSubject: ${name}\r\nMessage-ID: <${name}@example.net>\r\n\r\n`;
    await smtp.send("ann@example.net", [to], `${head}${`${name} line\r\n`.repeat(3 + n * 4000)}`);
  }
  await smtp.quit();
}

async function imap(lab: Lab, who: string, ...commands: readonly string[]): Promise<void> {
  const client = await ImapClient.open(lab.imapPort, who, PASSWORD);
  for (const command of commands) await client.command(command);
  await client.logout();
}

/** How long the escrow place took to be told of what `deletion` deletes, seconds. */
async function untilTold(lab: Lab, deletion: () => Promise<void>): Promise<number> {
  const entries = (): number => globSync(join(lab.home, "backup/escrow/ledger/*/*")).length;
  const before = entries();
  await deletion();
  const from = performance.now();
  while (entries() === before) {
    assert.ok(performance.now() - from < LEDGER_MS, "the ledger was not told within a minute");
    await pause(200);
  }
  return (performance.now() - from) / 1000;
}

/** The copy of a client that syncs both ways, new folders and deletions too. */
class Mbsync {
  readonly #folder: string;
  readonly #rc: string;

  constructor(folder: string, lab: Lab, who: string) {
    this.#folder = folder;
    this.#rc = join(folder, "mbsyncrc");
    mkdirSync(join(folder, "mail"));
    const far = `Host localhost\nPort ${lab.imapPort}\nUser ${who}\nPass "${PASSWORD}"\nSSLType IMAPS\nCertificateFile ${lab.caFile}\n`;
    const near = `Path ${folder}/mail/\nInbox ${folder}/mail/INBOX\nSubFolders Verbatim\n`;
    const channel = "Far :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\nSyncState *\n";
    const text = `IMAPAccount a\n${far}\nIMAPStore far\nAccount a\n\nMaildirStore near\n${near}\nChannel c\n${channel}`;
    writeFileSync(this.#rc, text, { mode: 0o600 });
  }

  async sync(): Promise<void> {
    await run("mbsync", ["-c", this.#rc, "-a"]);
  }

  /** By folder: the Message-ID of each mail, with the flags that a maildir has. */
  copy(): Readonly<Record<string, readonly string[]>> {
    const mails = globSync("**/{cur,new}/*", { cwd: join(this.#folder, "mail") }).map((path) => {
      const octets = readFileSync(join(this.#folder, "mail", path), "latin1");
      const id = /^Message-ID: *(\S+)/im.exec(octets)?.[1] ?? "";
      const flags = basename(path).split(":2,")[1] ?? "";
      return { folder: path.replace(/\/(?:cur|new)\/[^/]*$/, ""), line: `${id} ${flags}` };
    });
    return asLines(mails);
  }
}

const MAILDIR: Readonly<Record<string, string>> = {
  "\\Flagged": "F",
  "\\Answered": "R",
  "\\Seen": "S",
  "\\Draft": "D",
};

/** What the copy of a client must hold. */
function asMaildir(view: AccountView): Readonly<Record<string, readonly string[]>> {
  const mails = Object.entries(view).flatMap(([folder, { mails: all }]) =>
    all.map(({ messageId, flags }) => {
      const letters = flags.map((flag) => MAILDIR[flag] ?? "").toSorted();
      return { folder, line: `${messageId} ${letters.join("")}` };
    }),
  );
  return asLines(mails);
}

function asLines(mails: readonly { readonly folder: string; readonly line: string }[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const { folder, line } of mails) (lines[folder] ??= []).push(line);
  for (const list of Object.values(lines)) list.sort();
  return Object.fromEntries(Object.entries(lines).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const without = (view: AccountView, folder: string, ...ids: readonly string[]): AccountView =>
  Object.fromEntries(
    Object.entries(view).map(([name, found]) => {
      const mails = name === folder ? found.mails.filter(({ messageId }) => !ids.includes(messageId)) : found.mails;
      return [name, { ...found, mails }];
    }),
  );

test("D5: a lost machine comes back from its newest set, and a client's copy stays right", async (context: TestContext) => {
  if (!need(context, "mbsync", "age")) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-lost-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const options = { home: join(scratch, "home"), basePort: await freeBasePort(), accounts: 5 };
  let lab = await Lab.start(options);
  context.after(() => lab.stop());

  await deliver(lab, CLIENT, "a1", "a2", "a3", "a4", "a5");
  for (const n of [3, 4, 5]) await deliver(lab, user(n), `b${n}`, `c${n}`);
  await imap(lab, CLIENT, "CREATE Letters", "CREATE Letters/Old", "SUBSCRIBE Letters/Old", "UNSUBSCRIBE Junk");
  await imap(lab, CLIENT, "SELECT INBOX", "COPY 4 Letters/Old", "STORE 1 +FLAGS (\\Seen \\Flagged $Work)");
  await imap(lab, CLIENT, "SELECT INBOX", "STORE 2 +FLAGS (\\Answered \\Deleted)", "EXPUNGE");
  const client = new Mbsync(scratch, lab, CLIENT);
  await client.sync();
  const made = lab.command("backup", "create");
  assert.equal(made.code, 0, made.stderr);
  const atSet = await Promise.all(COMPARED.map((n) => viewOf(lab.imapPort, user(n))));

  await deliver(lab, CLIENT, "late1", "late2");
  await deliver(lab, user(3), "late3");
  await client.sync();
  const before = await viewOf(lab.imapPort, CLIENT);
  assert.deepEqual(client.copy(), asMaildir(before));
  const told = [
    await untilTold(lab, () => imap(lab, CLIENT, "SELECT INBOX", "UID STORE 3 +FLAGS (\\Deleted)", "UID EXPUNGE 3")),
    await untilTold(lab, async () => {
      const closed = lab.command("account", "delete", CLOSED, "--yes");
      assert.equal(closed.code, 0, closed.stderr);
    }),
  ];
  context.diagnostic(`the ledger was told after ${told.map((seconds) => seconds.toFixed(1)).join(" and ")} s`);

  await lab.kill();
  const identity = loseHome(options.home, scratch);
  // As docs/backup.md promises, for the day on which this program is not at hand.
  const [half = ""] = globSync(join(options.home, "backup/escrow/set/*.age"));
  assert.equal(JSON.parse(await run("age", ["-d", "-i", identity, half])).kind, "set");
  const from = performance.now();
  const restored = lab.command("backup", "restore", "--identity", identity);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stdout, /5 accounts, .*closed since, and so not restored: 1/);
  context.diagnostic(`restored after ${((performance.now() - from) / 1000).toFixed(1)} s`);

  lab = await Lab.start(options);
  const back = await Promise.all(COMPARED.map((n) => viewOf(lab.imapPort, user(n))));
  const [first = {}, ...others] = atSet;
  assert.deepEqual(back, [without(first, "INBOX", "<a3@example.net>"), ...others]);
  assert.equal(lab.command("check").code, 0);
  await assert.rejects(ImapClient.open(lab.imapPort, CLOSED, PASSWORD), /AUTHENTICATIONFAILED/);
  assert.doesNotMatch(lab.command("account", "list").stdout, /u5@/);

  await deliver(lab, CLIENT, "new1", "new2");
  const after = await viewOf(lab.imapPort, CLIENT);
  const highest = Math.max(...(before["INBOX"]?.mails ?? []).map(({ uid }) => uid));
  const fresh = (after["INBOX"]?.mails ?? []).filter(({ messageId }) => messageId.startsWith("<new"));
  assert.equal(fresh.length, 2);
  for (const { uid } of fresh) assert.ok(uid > highest, `UID ${uid} may have been another mail's`);
  await client.sync();
  assert.deepEqual(client.copy(), asMaildir(after));
  await client.sync();
  assert.deepEqual(await viewOf(lab.imapPort, CLIENT), after, "the client pushed nothing back");
});
