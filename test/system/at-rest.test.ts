/**
 * D3, D7: what lies on the disk after real use is noise. Canary texts go through every way in (SMTP small and large,
 * several recipients, APPEND, flags, mailbox names, log-in, log); then every file under HOME/data is searched for
 * them and measured, while the service runs and after it ended.
 */
import assert from "node:assert/strict";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD } from "./lab.ts";
import { need } from "./program.ts";

const CANARY = "XCANARYX";
/** SQLite's index of its write-ahead log: page numbers and checksums, no content; lives only while a file is open. */
const NOT_NOISE = /-shm$/;
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

const filesBelow = (folder: string): string[] =>
  globSync(`${folder}/**/*`).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** Shannon entropy in bits an octet. */
function entropy(octets: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const octet of octets) counts[octet] = (counts[octet] ?? 0) + 1;
  return counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / octets.length) * Math.log2(count / octets.length)),
    0,
  );
}

/** What random octets of that length reach at least: the expected loss is about 255 / (2 ln 2 n) bits. */
const expectedEntropy = (length: number): number => 8 - (255 / (2 * Math.LN2 * length)) * 1.6 - 0.001;

function assertNoise(data: string): number {
  const files = filesBelow(data);
  for (const path of files) {
    const octets = readFileSync(path);
    for (const text of KNOWN) {
      assert.equal(octets.indexOf(text, 0, "latin1"), -1, `${path} holds "${text}"`);
      assert.equal(octets.indexOf(Buffer.from(text, "utf16le")), -1, `${path} holds "${text}" in UTF-16`);
    }
    assert.ok(!path.includes(CANARY) && !path.includes("u1@"), `${path} is named after a person`);
    if (NOT_NOISE.test(path) || octets.length < 2048) continue;
    const got = entropy(octets);
    assert.ok(
      got >= expectedEntropy(octets.length),
      `${path} is no noise: ${got.toFixed(4)} bits an octet in ${octets.length} octets`,
    );
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
    assert.ok(assertNoise(join(home, "data")) > 5);
    for (const text of KNOWN.filter(
      (known) => known !== "127.0.0.1" && known !== DOMAIN && known !== PASSWORD && known !== `u1@${DOMAIN}`,
    ))
      assert.ok(!lab.output.includes(text), `the service printed "${text}"`);
    await lab.stop();
    assert.ok(assertNoise(join(home, "data")) > 5);
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
        (/O_CREAT/.test(line) && !line.includes(lab.home)),
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
