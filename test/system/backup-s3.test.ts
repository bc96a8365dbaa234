/** The target is a bucket of a real S3 server (Ceph), the escrow place a folder: made, verified, drilled, restored. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { SmtpClient } from "../clients/smtp-client.ts";
import { loseHome, viewOf } from "./backup-view.ts";
import { DOMAIN, freeBasePort, Lab } from "./lab.ts";
import { need } from "./program.ts";
import { CEPH_PROGRAMS, startCeph } from "./s3/ceph.ts";

const MEMBER = `u2@${DOMAIN}`;

test("D4: a set in a bucket brings everything back; a bucket that keeps versions is refused", async (context) => {
  if (!need(context, ...CEPH_PROGRAMS)) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-bucket-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  await using ceph = await startCeph();
  const { endpoint, credentials } = ceph;
  const credentialsFile = join(scratch, "bucket");
  const secrets = `${credentials.accessKeyId}\n${credentials.secretAccessKey}\n`;
  writeFileSync(credentialsFile, secrets, { mode: 0o600 });
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  const Bucket = `backup-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));

  const options = { home: join(scratch, "home"), basePort: await freeBasePort(), accounts: 3 };
  let lab = await Lab.start(options);
  context.after(() => lab.stop());
  const smtp = await SmtpClient.open(lab.smtpPort);
  // More than one pack.
  for (const octets of [2_000, 18_000_000, 18_000_000])
    await smtp.send("a@example.net", [MEMBER], `Subject: ${octets}\r\n\r\n${noise(octets)}`);
  await smtp.quit();
  const living = await viewOf(lab.imapPort, MEMBER);
  await lab.stop();
  const settings = join(options.home, "altmail.toml");
  const target = `target = "${endpoint}/${Bucket}"\ntarget-credentials = "${credentialsFile}"`;
  writeFileSync(settings, readFileSync(settings, "utf8").replace(/^target = .*$/m, target));

  lab = await Lab.start({ ...options, asItLies: true });
  const made = await lab.commandBeside("backup", "create");
  assert.equal(made.code, 0, made.stderr);
  context.diagnostic(made.stdout.trim());
  const key = ["--identity", join(options.home, "secret/age-key.txt")];
  for (const step of ["verify", "drill"]) {
    const looked = await lab.commandBeside("backup", step, ...key);
    assert.equal(looked.code, 0, looked.stderr);
  }
  await lab.kill();
  const identity = loseHome(options.home, scratch);
  const restored = await lab.commandBeside("backup", "restore", "--identity", identity);
  assert.equal(restored.code, 0, restored.stderr);
  lab = await Lab.start({ ...options, asItLies: true });
  assert.deepEqual(await viewOf(lab.imapPort, MEMBER), living);

  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  client.destroy();
  const versioned = await lab.commandBeside("backup", "verify");
  assert.equal(versioned.code, 1);
  assert.match(
    versioned.stderr,
    /The bucket keeps older versions of objects: use one on which versioning was never on/,
  );
});

/** Text that no compression makes small. */
function noise(octets: number): string {
  let text = "";
  while (text.length < octets) text += `${randomUUID()}${randomUUID()}\r\n`;
  return text;
}
