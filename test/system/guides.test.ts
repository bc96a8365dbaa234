/**
 * The set-up guides of the website (site/en, site/sv) against the programs that they are for: what a reader would copy is
 * cut out of the page and run, with the lab's names, ports and authority in their places. What a page says works.
 */
import assert from "node:assert/strict";
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { ImapClient } from "../clients/imap-client.ts";
import { REAL_PAGES } from "../world/web-site.ts";
import { DOMAIN, Lab, PASSWORD } from "./lab.ts";
import { need, run } from "./program.ts";
import { until } from "./world/until.ts";

const PAGES = globSync("*.md", { cwd: join(REAL_PAGES, "en") });
const SUBJECTS = ["first of all", "and another"];

let lab: Lab;
before(async () => {
  lab = await Lab.start({ accounts: 8, site: true });
});
after(() => lab[Symbol.asyncDispose]());

const blocksIn = (page: string, language = "en"): readonly string[] =>
  Array.from(
    readFileSync(join(REAL_PAGES, language, `${page}.md`), "utf8").matchAll(/^```\n([^]*?)^```$/gm),
    ([, text = ""]) => text,
  );

/** The block of a page that has this text in it, with the lab's names. */
function block(page: string, has: string, user: string): string {
  const [found, ...more] = blocksIn(page).filter((text) => text.includes(has));
  assert.ok(found !== undefined && more.length === 0, `one block of ${page} has ${has}`);
  return found.replaceAll("ada@{{domain}}", user).replaceAll("{{domain}}", DOMAIN).replaceAll("{{host}}", "localhost");
}

/** Changes what only the lab needs. @throws when the page does not have it */
function put(text: string, changes: Readonly<Record<string, string>>): string {
  let changed = text;
  for (const [from, to] of Object.entries(changes)) {
    assert.ok(changed.includes(from), `the page has ${from}`);
    changed = changed.replaceAll(from, to);
  }
  return changed;
}

/** A reader's home, with a `pass` that knows one password. */
class Home implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-guide-"));
  readonly env: Readonly<Record<string, string>> = {
    HOME: this.folder,
    PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}`,
    TERM: "xterm",
    LINES: "30",
    COLUMNS: "100",
    LANG: "C.UTF-8",
  };
  constructor() {
    this.write("bin/pass", `#!/bin/sh\n[ "$1" = show ] && echo '${PASSWORD}'\n`, 0o700);
  }
  write(name: string, text: string, mode = 0o600): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }
  run(program: string, args: readonly string[], input = ""): Promise<string> {
    return run(program, args, { env: this.env, cwd: this.folder, input });
  }
  /** Subjects of the mails in a Maildir. */
  subjects(maildir: string): readonly string[] {
    return globSync(`${this.folder}/${maildir}/{cur,new}/*`)
      .map((file) => /^Subject: (.*?)\r?$/m.exec(readFileSync(file, "latin1"))?.[1] ?? "")
      .toSorted();
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function bring(user: string): Promise<void> {
  using imap = await ImapClient.open(lab.imapPort, user, PASSWORD);
  for (const subject of SUBJECTS)
    await imap.append("INBOX", `From: ann@example.net\r\nTo: ${user}\r\nSubject: ${subject}\r\n\r\nwords\r\n`);
}

async function subjectsAt(user: string, mailbox: string): Promise<readonly string[]> {
  using imap = await ImapClient.open(lab.imapPort, user, PASSWORD);
  await imap.command(`EXAMINE ${mailbox}`);
  const rows = await imap.command("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
  return rows.flatMap((row) => /^Subject: (.*?)\r$/m.exec(row)?.[1] ?? []).toSorted();
}

const arrived = (user: string, subject: string): Promise<unknown> =>
  until(`${subject} in the INBOX of ${user}`, async () => (await subjectsAt(user, "INBOX")).includes(subject));

/** As the page says for versions before 1.5. */
async function mbsyncLines(home: Home): Promise<Readonly<Record<string, string>>> {
  const [, minor = ""] = /^isync 1\.(\d+)/.exec(await home.run("mbsync", ["--version"])) ?? [];
  const word = Number(minor) < 5 ? "SSLType" : "TLSType";
  return {
    "Host localhost\n": `Host localhost\nPort ${lab.imapPort}\n`,
    "TLSType IMAPS\n": `${word} IMAPS\nCertificateFile ${lab.caFile}\n`,
  };
}

test("programs read the same in both languages", () => {
  for (const page of PAGES.map((file) => basename(file, ".md")))
    assert.deepEqual(blocksIn(page, "sv"), blocksIn(page), page);
});

test("both languages have the same parts and the same numbers", () => {
  const partsOf = (page: string, language: string): unknown => {
    const text = readFileSync(join(REAL_PAGES, language, page), "utf8");
    const lines = text.split("\n");
    const parts = [/^#+ /, /^- /, /^\d\. /, /^\|/, /^$/].map((part) => lines.filter((line) => part.test(line)).length);
    return { parts, numbers: (text.match(/\b\d+\b/g) ?? []).toSorted() };
  };
  for (const page of PAGES) assert.deepEqual(partsOf(page, "sv"), partsOf(page, "en"), page);
});

test("A1: mbsync as the guide has it keeps both sides alike", async (context: TestContext) => {
  if (!need(context, "mbsync")) return;
  using home = new Home();
  const user = `u1@${DOMAIN}`;
  await bring(user);
  home.write(".mbsyncrc", put(block("mbsync", "IMAPAccount", user), await mbsyncLines(home)));
  await home.run("sh", ["-ec", block("mbsync", "mkdir -p ~/mail", user)]);
  assert.deepEqual(home.subjects("mail/INBOX"), SUBJECTS.toSorted());
  const doomed = globSync(`${home.folder}/mail/INBOX/*/*`).find((file) =>
    readFileSync(file, "latin1").includes(`Subject: ${SUBJECTS[0]}`),
  );
  rmSync(doomed ?? assert.fail("the mail is a file"));
  await home.run("mbsync", ["-q", "-a"]);
  assert.deepEqual(await subjectsAt(user, "INBOX"), [SUBJECTS[1]]);
});

test("A1: the guide's script for mbsync fetches everything and leaves nothing", async (context: TestContext) => {
  if (!need(context, "mbsync")) return;
  using home = new Home();
  const user = `u2@${DOMAIN}`;
  await bring(user);
  home.write(".mbsyncrc", put(block("mbsync", "IMAPAccount", user), await mbsyncLines(home)));
  mkdirSync(join(home.folder, "mail"));
  home.write("bin/fetch-mail", block("mbsync", "#!/bin/sh", user), 0o700);
  for (const _ of ["all", "nothing new"]) await home.run("fetch-mail", []);
  assert.deepEqual(home.subjects("archive"), SUBJECTS.toSorted());
  assert.deepEqual(home.subjects("mail/INBOX"), []);
  assert.deepEqual(await subjectsAt(user, "INBOX"), []);
});

test("mbsync as the page on moving has it brings mail from one server to the other, and takes nothing away", async (context: TestContext) => {
  if (!need(context, "mbsync")) return;
  using home = new Home();
  const [from, to] = [`u3@${DOMAIN}`, `u4@${DOMAIN}`];
  await bring(from);
  const old = { "imap.old.example": "localhost", "ada@old.example": from };
  home.write(".mbsyncrc-move", put(put(block("moving", "IMAPAccount old", to), old), await mbsyncLines(home)));
  const [, command = ""] = /Then `(mkdir [^`]+)`/.exec(readFileSync(join(REAL_PAGES, "en/moving.md"), "utf8")) ?? [];
  await home.run("sh", ["-ec", command]);
  for (const user of [from, to]) assert.deepEqual(await subjectsAt(user, "INBOX"), SUBJECTS.toSorted(), user);
});

test("A1: offlineimap as the guide has it pulls everything, and its lines leave nothing", async (context: TestContext) => {
  if (!need(context, "offlineimap")) return;
  using home = new Home();
  const user = `u5@${DOMAIN}`;
  await bring(user);
  const labs = { "remoteport = 993": `remoteport = ${lab.imapPort}`, "OS-DEFAULT": lab.caFile };
  home.write(".offlineimaprc", put(block("offlineimap", "[general]", user), labs));
  home.write(".offlineimap.py", block("offlineimap", "def password", user));
  const [, command = ""] =
    /Then `(offlineimap -o)`/.exec(readFileSync(join(REAL_PAGES, "en/offlineimap.md"), "utf8")) ?? [];
  await home.run("sh", ["-ec", command]);
  assert.deepEqual(home.subjects("mail/INBOX"), SUBJECTS.toSorted());
  await home.run("sh", ["-ec", block("offlineimap", "mkdir -p ~/archive", user)]);
  assert.deepEqual(home.subjects("archive"), SUBJECTS.toSorted());
  assert.deepEqual(await subjectsAt(user, "INBOX"), []);
});

for (const [index, program] of ["mutt", "neomutt"].entries())
  test(`A1: ${program} as the guide has it lists the mailbox and sends`, async (context: TestContext) => {
    if (!need(context, program, "script")) return;
    using home = new Home();
    const user = `u${6 + index}@${DOMAIN}`;
    await bring(user);
    const labs = { "imaps://localhost/": `imaps://localhost:${lab.imapPort}/`, ":465/": `:${lab.basePort + 465}/` };
    const trust = `set ${program === "mutt" ? "certificate_file" : "ssl_ca_certificates_file"}="${lab.caFile}"\n`;
    const text = `${trust}${put(block("mutt", "imap_pass", user), labs)}${block("mutt", "alternates", user)}`;
    mkdirSync(join(home.folder, ".cache"));
    home.write(".muttrc", `${text}set sleep_time=0\nset quit=yes\nset index_format="%s"\n`);
    const screen = await home.run("script", ["-qec", `${program} -n -e 'push "<redraw-screen><quit>"'`, "/dev/null"]);
    for (const subject of SUBJECTS) assert.ok(screen.includes(subject), `${subject} is not on the screen:\n${screen}`);
    await home.run(program, ["-n", "-s", `from ${program}`, "--", user], "words\n");
    await arrived(user, `from ${program}`);
    // neomutt stores nothing over IMAP of what a script sends.
    if (program === "mutt") assert.deepEqual(await subjectsAt(user, "Sent"), [`from ${program}`]);
  });

test("A1: mutt on a local copy sends by msmtp as the guide has both, and keeps what it sent at home", async (context: TestContext) => {
  if (!need(context, "mutt", "msmtp")) return;
  using home = new Home();
  const user = `u8@${DOMAIN}`;
  home.write(".muttrc", block("mutt", "mbox_type", user));
  const labs = { "port 465": `port ${lab.basePort + 465}`, "tls on\n": `tls on\ntls_trust_file ${lab.caFile}\n` };
  home.write(".msmtprc", put(block("mutt", "account default", user), labs));
  mkdirSync(join(home.folder, "mail"));
  await home.run("mutt", ["-n", "-s", "by msmtp", "--", user], "words\n");
  await arrived(user, "by msmtp");
  assert.deepEqual(home.subjects("mail/Sent"), ["by msmtp"]);
});

test("the statement on retention is genuine to who checks it as the page on transparency says", async (context: TestContext) => {
  if (!need(context, "curl", "jq", "xxd", "openssl")) return;
  using home = new Home();
  const text = put(block("transparency", "openssl pkeyutl", ""), {
    "https://localhost/": `https://localhost:${lab.webPort}/`,
  });
  const check = (): Promise<string> =>
    run("sh", ["-ec", text], { env: { ...home.env, CURL_CA_BUNDLE: lab.caFile }, cwd: home.folder });
  // It is made in the first moments.
  await until("a genuine statement", () =>
    check().then(
      (said) => /Verified Successfully/.test(said),
      () => false,
    ),
  );
});
