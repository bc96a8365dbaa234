/**
 * A1, A6, F5: real mail clients send through the real service: what comes out at the other end has two valid signatures,
 * tells nothing of the client, and is what was written.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openStores } from "../../src/cli/stores.ts";
import { silentBus } from "../../src/host/bus.ts";
import { systemClock } from "../../src/host/clock.ts";
import { readSettings } from "../../src/host/settings/read.ts";
import { asTheWorldGot, caughtMail } from "../../src/lab/caught-mail.fixture.ts";
import { keyRecord, keyRecordName } from "../../src/rules/dkim/key-record.ts";
import { readRoot } from "../../src/store/crypt/root.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD } from "./lab.ts";
import { need, run } from "./program.ts";
import { bothSignatures, PYTHON } from "./world/foreign-verifier.ts";

const USER = `u1@${DOMAIN}`;
const TO = "ann@example.net";
/** Messages sent in one go, so that some are on their way at any moment. */
const MANY = 60;
/** What the client would tell of itself if it were let. */
const SECRETS = ["laptop.secret.example", "Secret-Agent", "127.0.0.1", "localhost.localdomain"];
const NAMES = /swaks|mutt|msmtp|smtplib|python/i;

type Client = {
  readonly name: string;
  readonly programs: readonly string[];
  readonly send: (lab: Lab, folder: string, message: string) => Promise<unknown>;
};

const port = (lab: Lab, n: number): number => lab.basePort + n;

const swaks =
  (n: number, tls: string) =>
  (lab: Lab, folder: string, message: string): Promise<unknown> => {
    const data = join(folder, "message");
    writeFileSync(data, message);
    const route = ["--server", "127.0.0.1", "--port", String(port(lab, n)), tls, "--tls-verify"];
    const trust = ["--tls-ca-path", lab.caFile, "--tls-sni", "localhost"];
    const who = [
      "--auth",
      "PLAIN",
      "--auth-user",
      USER,
      "--auth-password",
      PASSWORD,
      "--ehlo",
      "laptop.secret.example",
    ];
    const what = ["--from", USER, "--to", TO, "--data", `@${data}`, "--silent", "2"];
    return run("swaks", [...route, ...trust, ...who, ...what]);
  };

/** Both mutts; they make the header themselves and get the subject and the body. */
const mutt =
  (program: string) =>
  (lab: Lab, folder: string, message: string): Promise<unknown> => {
    const rc = join(folder, `${program}rc`);
    const [, subject = "", body = ""] = /^Subject: (.*)\n(?:.*\n)*?\n([^]*)$/m.exec(message) ?? [];
    const settings = [
      `smtp_url="smtps://${USER}@localhost:${port(lab, 465)}/" smtp_pass="${PASSWORD}" from="${USER}"`,
      `certificate_file="${lab.caFile}" hostname="laptop.secret.example" user_agent=yes copy=no ssl_verify_host=yes`,
    ];
    writeFileSync(rc, settings.map((line) => `set ${line}\n`).join(""));
    return run(program, ["-n", "-F", rc, "-s", subject, "--", TO], { input: body, env: { HOME: folder } });
  };

function msmtp(lab: Lab, folder: string, message: string): Promise<unknown> {
  const rc = join(folder, "msmtprc");
  const settings = [
    `account default\nhost localhost\nport ${port(lab, 587)}\nfrom ${USER}\nauth plain\nuser ${USER}`,
    `password "${PASSWORD}"\ntls on\ntls_starttls on\ntls_trust_file ${lab.caFile}\ndomain laptop.secret.example\n`,
  ];
  writeFileSync(rc, settings.join("\n"), { mode: 0o600 });
  return run("msmtp", ["-C", rc, TO], { input: message });
}

const SMTPLIB = `
import smtplib, ssl, sys
port, ca, user, password, to = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
with smtplib.SMTP("localhost", int(port), local_hostname="laptop.secret.example") as smtp:
    smtp.starttls(context=context)
    smtp.login(user, password)
    smtp.sendmail(user, [to], sys.stdin.read())
`;

const smtplib = (lab: Lab, _folder: string, message: string): Promise<unknown> =>
  run(PYTHON, ["-c", SMTPLIB, String(port(lab, 587)), lab.caFile, USER, PASSWORD, TO], { input: message });

const CLIENTS: readonly Client[] = [
  { name: "swaks, 465", programs: ["swaks"], send: swaks(465, "--tlsc") },
  { name: "swaks, 587", programs: ["swaks"], send: swaks(587, "--tls") },
  { name: "neomutt, 465", programs: ["neomutt"], send: mutt("neomutt") },
  { name: "mutt, 465", programs: ["mutt"], send: mutt("mutt") },
  { name: "msmtp, 587", programs: ["msmtp"], send: msmtp },
  { name: "smtplib, 587", programs: ["python3"], send: smtplib },
];

/** The records of the lab's keys, which stopped: nobody publishes them. */
async function zoneOf(home: string): Promise<Readonly<Record<string, string>>> {
  const settings = await readSettings(join(home, "altmail.toml"));
  const machine = { bus: silentBus, log: () => {}, clock: systemClock, bootId: "test", workers: 1 };
  await using stores = await openStores({ settings, root: readRoot(join(home, "secret/root")), ...machine });
  const keys = await stores.dkimKeys.keys();
  return Object.fromEntries(keys.map((key) => [keyRecordName(key.domain, key.selector), keyRecord(key)]));
}

test("A6, F5: what real clients send leaves with both signatures valid and without a trace of them", {
  timeout: 240_000,
}, async (context: TestContext) => {
  if (!need(context, "dkimverify", "python3")) return;
  const folder = mkdtempSync(join(tmpdir(), "altmail-send-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  await using lab = await Lab.start({ home: join(folder, "home"), accounts: 1 });
  const bodies = new Map<string, string>();
  for (const [n, { name, programs, send }] of CLIENTS.entries()) {
    const subject = `number ${n}`;
    const body = `Words of number ${n}.\n.\n..two dots\n`;
    const header = `From: ${USER}\nTo: ${TO}\nSubject: ${subject}\nUser-Agent: Secret-Agent\nX-Mailer: Secret-Agent\n`;
    await context.test(`${name} sends`, async (part) => {
      if (!need(part, ...programs)) return;
      await send(lab, folder, `${header}\n${body}`);
      bodies.set(subject, body.replaceAll("\n", "\r\n"));
    });
  }
  const count = bodies.size;
  const caught = await caughtMail({ imapPort: lab.imapPort, domain: DOMAIN, password: PASSWORD }, count);
  assert.equal(caught.length, count, "each once");
  const leaving = caught.map(asTheWorldGot);
  for (const text of leaving) {
    const [header = "", body = ""] = text.split(/\r\n\r\n([^]*)/);
    const subject = /^Subject: (.*)$/m.exec(header)?.[1]?.trim() ?? "";
    assert.equal(body.trimEnd(), bodies.get(subject)?.trimEnd(), subject);
    bodies.delete(subject);
    assert.equal(header.match(/^DKIM-Signature:/gm)?.length, 2);
    for (const field of ["From", "To", "Date", "Message-ID"])
      assert.equal(header.match(new RegExp(`^${field}:`, "gmi"))?.length, 1, `${field} of ${subject}`);
    // A short name may stand in a signature by chance.
    const said = text.replace(/^DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*/gm, "");
    for (const secret of [...SECRETS, hostname()])
      assert.doesNotMatch(said, new RegExp(`(?<!\\w)${RegExp.escape(secret)}(?!\\w)`), subject);
    assert.doesNotMatch(header, NAMES);
  }
  assert.equal(bodies.size, 0, "every message came");
  await lab.stop();
  const messages = leaving.map((text) => Buffer.from(text, "latin1"));
  assert.deepEqual(
    await bothSignatures(messages, await zoneOf(lab.home)),
    leaving.map(() => [true, true]),
  );
});

const BURST = `
import smtplib, ssl, sys
port, ca, user, password = sys.argv[1:5]
with smtplib.SMTP_SSL("localhost", int(port), context=ssl.create_default_context(cafile=ca)) as smtp:
    smtp.login(user, password)
    for n in range(${MANY}):
        smtp.sendmail(user, ["x%d@example.net" % n], "From: %s\\nSubject: %d\\n\\nx\\n" % (user, n))
`;

test("D6: what is on its way when the service stops arrives after its next start, each message once", {
  timeout: 240_000,
}, async (context: TestContext) => {
  if (!need(context, "python3")) return;
  const folder = mkdtempSync(join(tmpdir(), "altmail-send-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const options = { home: join(folder, "home"), accounts: 1, basePort: await freeBasePort() };
  const first = await Lab.start(options);
  await run(PYTHON, ["-c", BURST, String(port(first, 465)), first.caFile, USER, PASSWORD]);
  await first.stop();
  await using second = await Lab.start(options);
  const caught = await caughtMail({ imapPort: second.imapPort, domain: DOMAIN, password: PASSWORD }, MANY);
  const subjects = caught.map((text) => /^Subject: (\d+)\r$/m.exec(text)?.[1]);
  assert.deepEqual([subjects.length, new Set(subjects).size], [MANY, MANY]);
});
