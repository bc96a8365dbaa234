/**
 * D3, D7: what lies on the disk after real use is noise. Canary texts go through every way in (SMTP small and large,
 * several recipients, APPEND, flags, mailbox names, log-in, log); then every file under HOME/data is searched for
 * them and measured, while the service runs and after it ended.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD } from "./lab.ts";
import { assertNoise, filesBelow } from "./noise.ts";
import { need } from "./program.ts";

const CANARY = "XCANARYX";
/** What the start of the program tells the kernel: the size of dumps, and nowhere. */
const NO_FILE = /"\/(?:dev\/null|proc\/self\/coredump_filter)"/;
const KNOWN = [
  CANARY,
  `u1@${DOMAIN}`,
  DOMAIN,
  PASSWORD,
  "Subject:",
  "client.example.net",
  "127.0.0.1",
  "CREATE TABLE",
  "SQLite format",
  "argon2",
];

function assertAllNoise(data: string): number {
  const files = filesBelow(data);
  for (const path of files) {
    assertNoise(path, KNOWN);
    assert.ok(!path.includes(CANARY) && !path.includes("u1@"), `${path} is named after a person`);
  }
  return files.length;
}

async function use(lab: Lab): Promise<void> {
  const text = (octets: number): string =>
    `From: <${CANARY}@example.net>\r\nSubject: ${CANARY}\r\n\r\n${`${CANARY} in the body\r\n`.repeat(octets / 22)}`;
  const smtp = await SmtpClient.open(lab.smtpPort, { startTls: true });
  await smtp.send(`${CANARY}@example.net`, [`u1@${DOMAIN}`, `u2@${DOMAIN}`], text(2_000));
  await smtp.send(`${CANARY}@example.net`, [`u1@${DOMAIN}`], text(3_000_000));
  await smtp.quit();
  const imap = await ImapClient.open(lab.imapPort, `u1@${DOMAIN}`, PASSWORD);
  await imap.command(`CREATE ${CANARY}`);
  await imap.append(CANARY, text(30_000));
  await imap.command("SELECT INBOX");
  await imap.command(`STORE 1:* +FLAGS (${CANARY})`);
  await imap.command(`SEARCH BODY ${CANARY}`);
  await imap.command(`COPY 1:* ${CANARY}`);
  await imap.command("STORE 1 +FLAGS.SILENT (\\Deleted)");
  await imap.command("EXPUNGE");
  await imap.logout();
}

test("D3, D7: no file under HOME/data holds a known text, and every one looks like noise", async () => {
  const home = mkdtempSync(join(tmpdir(), "altmail-rest-"));
  try {
    const lab = await Lab.start({ home });
    await use(lab);
    assert.ok(assertAllNoise(join(home, "data")) > 5);
    for (const text of KNOWN.filter(
      (known) => known !== "127.0.0.1" && known !== DOMAIN && known !== PASSWORD && known !== `u1@${DOMAIN}`,
    ))
      assert.ok(!lab.output.includes(text), `the service printed "${text}"`);
    await lab.stop();
    assert.ok(assertAllNoise(join(home, "data")) > 5);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test("D3: SQLite never opens a temporary file, whatever the load", async (context) => {
  if (!need(context, "strace")) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-trace-"));
  try {
    const trace = join(scratch, "trace");
    await using lab = await Lab.start({
      under: ["strace", "-f", "-qq", "--seccomp-bpf", "-o", trace, "-e", "trace=open,openat,creat,memfd_create"],
    });
    await use(lab);
    await lab.stop();
    const opened = readFileSync(trace, "utf8").split("\n");
    assert.ok(
      opened.some((line) => line.includes("/data/") && line.includes(".db")),
      "the trace shows no database: it proves nothing",
    );
    const temporary = opened.filter(
      (line) =>
        /etilqs|sqlite_|\.db-journal|-mj[0-9A-F]{8}|memfd/.test(line) ||
        (/O_CREAT/.test(line) && !line.includes(lab.home) && !NO_FILE.test(line)),
    );
    assert.deepEqual(temporary, []);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test("D5: an old copy of HOME/data with today's secrets does not open a deleted account", async () => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-old-"));
  try {
    const home = join(folder, "home");
    const basePort = await freeBasePort();
    const first = await Lab.start({ home, basePort });
    await use(first);
    await first.stop();
    cpSync(join(home, "data"), join(folder, "old"), { recursive: true });
    const second = await Lab.start({ home, basePort });
    const deleted = second.command("account", "delete", `u2@${DOMAIN}`, "--yes");
    assert.equal(deleted.code, 0, deleted.stderr);
    await second.stop();
    rmSync(join(home, "data"), { recursive: true });
    cpSync(join(folder, "old"), join(home, "data"), { recursive: true });
    await assert.rejects(Lab.start({ home, basePort }), /ended with 1[^]*(key|epoch)/i);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
