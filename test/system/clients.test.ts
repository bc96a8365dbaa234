/** A1: real mail clients against the real service: what they send, pull, change and push back is right to the octet. */
import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ImapClient } from "../clients/imap-client.ts";
import { DOMAIN, Lab, PASSWORD } from "./lab.ts";
import { need, run } from "./program.ts";

const messages: readonly string[] = [
  "From: Ann <ann@example.net>\nTo: u@example.test\nSubject: plain words\nMessage-ID: <1@example.net>\n\nHello,\n.\n..dots at the start\nand the end.\n",
  `From: Bob <bob@example.net>\nTo: u@example.test\nSubject: =?utf-8?q?sm=C3=B6rg=C3=A5s?=\nMessage-ID: <2@example.net>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nr\xc3\xa4ksm\xc3\xb6rg\xc3\xa5s\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n${`${"QUJD".repeat(19)}\n`.repeat(9000)}--b--\n`,
  "From: Cid <cid@example.net>\nTo: u@example.test\nSubject: a third one\nMessage-ID: <3@example.net>\n\n\n\nends without a blank",
];

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
/** Without the trace fields that the service put on top and mbsync's own mark, and with LF. */
const withoutTrace = (octets: string): string =>
  octets
    .replaceAll("\r\n", "\n")
    .replace(/^[^]*?(?=From: )/, "")
    .replace(/^X-TUID: .*\n/m, "");

class Scratch implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-client-"));
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, "latin1");
    return path;
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function swaks(lab: Lab, scratch: Scratch, to: string): Promise<void> {
  for (const [index, message] of messages.entries()) {
    const data = scratch.file(`message-${index}`, message);
    const tls = index === 0 ? [] : ["--tls"];
    const route = ["--server", `127.0.0.1:${lab.smtpPort}`, "--from", "ann@example.net", "--to", to];
    await run("swaks", [...route, ...tls, "--data", `@${data}`, "--silent", "2"]);
  }
}

/** Each maildir file's content by subject, LF line ends, trace fields removed. */
function maildir(folder: string): ReadonlyMap<string, { readonly path: string; readonly text: string }> {
  return new Map(
    globSync(`${folder}/{cur,new}/*`).map((path) => {
      const text = withoutTrace(readFileSync(path, "latin1"));
      return [/^Subject: (.*)$/m.exec(text)?.[1] ?? "", { path, text }];
    }),
  );
}

function assertAsSent(folder: string): void {
  const got = maildir(folder);
  for (const message of messages) {
    const subject = /^Subject: (.*)$/m.exec(message)?.[1] ?? "";
    // swaks ends what it sends with one more line end.
    assert.equal(got.get(subject)?.text, `${message}\n`, subject);
  }
}

/**
 * In a maildir: marks the first message read, puts a new one in, and deletes the second: with its flag, or by removing
 * the file, as the client that syncs it understands.
 */
function changeMaildir(folder: string, deletion: "flag" | "remove"): void {
  const got = maildir(folder);
  const pathOf = (subject: string): string => got.get(subject)?.path ?? "";
  const flag = (path: string, flags: string): void =>
    renameSync(path, join(folder, "cur", `${basename(path).split(":2,")[0]}:2,${flags}`));
  flag(pathOf("plain words"), "FS");
  const doomed = pathOf("=?utf-8?q?sm=C3=B6rg=C3=A5s?=");
  if (deletion === "flag") flag(doomed, "ST");
  else rmSync(doomed);
  const text = "From: me@example.test\nSubject: written here\n\nfrom the client\n";
  writeFileSync(join(folder, "cur", "1700000000.1_1.here:2,S"), text);
}

async function assertPushed(lab: Lab, user: string): Promise<void> {
  const imap = await ImapClient.open(lab.imapPort, user, PASSWORD);
  await imap.command("SELECT INBOX");
  const rows = await imap.command("UID FETCH 1:* (FLAGS BODY.PEEK[])");
  const bySubject = new Map<string, string>(
    rows.filter((row) => row.includes("FETCH")).map((row) => [/^Subject: (.*?)\r$/m.exec(row)?.[1] ?? "", row]),
  );
  assert.deepEqual([...bySubject.keys()].toSorted(), ["a third one", "plain words", "written here"]);
  assert.match(bySubject.get("plain words") ?? "", /FLAGS \([^)]*\\Seen[^)]*\)/);
  assert.match(bySubject.get("plain words") ?? "", /FLAGS \([^)]*\\Flagged[^)]*\)/);
  assert.doesNotMatch(bySubject.get("a third one") ?? "", /FLAGS \([^)]*\\Seen/);
  assert.ok(bySubject.get("plain words")?.includes(crlf(messages[0] as string)));
  assert.match(bySubject.get("written here") ?? "", /from the client\r\n/);
  await imap.logout();
}

test("A1: mail sent by swaks is pulled, changed and pushed back by mbsync, octet for octet", async (context: TestContext) => {
  if (!need(context, "swaks", "mbsync")) return;
  await using lab = await Lab.start();
  using scratch = new Scratch();
  const user = `u1@${DOMAIN}`;
  await swaks(lab, scratch, user);
  const rc = scratch.file(
    "mbsyncrc",
    `IMAPAccount a\nHost localhost\nPort ${lab.imapPort}\nUser ${user}\nPass "${PASSWORD}"\nSSLType IMAPS\nCertificateFile ${lab.caFile}\nPipelineDepth 20\n
IMAPStore far\nAccount a\n\nMaildirStore near\nPath ${scratch.folder}/mail/\nInbox ${scratch.folder}/mail/INBOX\nSubFolders Verbatim\n
Channel c\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\nSyncState *\n`,
  );
  mkdirSync(join(scratch.folder, "mail"));
  await run("mbsync", ["-c", rc, "-a"]);
  assertAsSent(join(scratch.folder, "mail/INBOX"));
  assert.deepEqual(globSync("*", { cwd: join(scratch.folder, "mail") }).toSorted(), [
    "Archive",
    "Drafts",
    "INBOX",
    "Junk",
    "Sent",
    "Trash",
  ]);
  changeMaildir(join(scratch.folder, "mail/INBOX"), "flag");
  await run("mbsync", ["-c", rc, "-a"]);
  await assertPushed(lab, user);
  assert.equal(lab.command("check").code, 0);
});

test("A1: offlineimap pulls, changes and pushes back, octet for octet", async (context: TestContext) => {
  if (!need(context, "swaks", "offlineimap")) return;
  await using lab = await Lab.start();
  using scratch = new Scratch();
  const user = `u2@${DOMAIN}`;
  await swaks(lab, scratch, user);
  const rc = scratch.file(
    "offlineimaprc",
    `[general]\naccounts = a\nmetadata = ${scratch.folder}/meta\n[Account a]\nlocalrepository = near\nremoterepository = far\n
[Repository near]\ntype = Maildir\nlocalfolders = ${scratch.folder}/mail\n
[Repository far]\ntype = IMAP\nremotehost = localhost\nremoteport = ${lab.imapPort}\nremoteuser = ${user}\nremotepass = ${PASSWORD}\nssl = yes\nsslcacertfile = ${lab.caFile}\n`,
  );
  await run("offlineimap", ["-o", "-c", rc, "-u", "basic"], { env: { HOME: scratch.folder } });
  assertAsSent(join(scratch.folder, "mail/INBOX"));
  changeMaildir(join(scratch.folder, "mail/INBOX"), "remove");
  await run("offlineimap", ["-o", "-c", rc, "-u", "basic"], { env: { HOME: scratch.folder } });
  await assertPushed(lab, user);
  assert.equal(lab.command("check").code, 0);
});

test("A1: neomutt lists the mailbox over TLS with the lab's authority", async (context: TestContext) => {
  if (!need(context, "swaks", "neomutt", "script")) return;
  await using lab = await Lab.start();
  using scratch = new Scratch();
  const user = `u3@${DOMAIN}`;
  await swaks(lab, scratch, user);
  const rc = scratch.file(
    "muttrc",
    `set folder="imaps://localhost:${lab.imapPort}/"\nset spoolfile="+INBOX"\nset imap_user="${user}"\nset imap_pass="${PASSWORD}"
set ssl_ca_certificates_file="${lab.caFile}"\nset certificate_file="${lab.caFile}"\nset header_cache=""\nset message_cachedir=""\nset sleep_time=0\nset quit=yes\nset mail_check=600\nset index_format="%s"\n`,
  );
  const screen = await run("script", ["-qec", `neomutt -n -F ${rc} -e 'push "<redraw-screen><quit>"'`, "/dev/null"], {
    env: { HOME: scratch.folder, TERM: "xterm", LINES: "30", COLUMNS: "100", LANG: "C.UTF-8" },
  });
  for (const subject of ["plain words", "a third one"])
    assert.ok(screen.includes(subject), `${subject} is not on the screen:\n${screen}`);
});
