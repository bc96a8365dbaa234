import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "../clock.ts";
import { CertificateError } from "./certificate-error.ts";
import { type LabCertificates, openLabAuthority } from "./lab-authority.ts";
import { ServerTls } from "./server-tls.ts";

let folder = "";
let first: LabCertificates;
let second: LabCertificates;
const ticketKeys = randomBytes(48);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "altmail-tls-"));
  first = await openLabAuthority(join(folder, "first"), ["first.test"], systemClock);
  second = await openLabAuthority(join(folder, "second"), ["second.test"], systemClock);
});
after(() => rm(folder, { recursive: true }));

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof CertificateError && pattern.test(error.message);

test("files that cannot serve are refused in a sentence that names them", async () => {
  const missing = join(folder, "missing.pem");
  const text = join(folder, "text.pem");
  await writeFile(text, "no certificate");
  const open = (certificateFile: string, certificateKeyFile: string) => () =>
    new ServerTls({ certificateFile, certificateKeyFile }, ticketKeys);
  assert.throws(open(missing, first.certificateKeyFile), refusal(/certificate file .*missing\.pem does not exist/));
  assert.throws(open(first.certificateFile, missing), refusal(/key file .*missing\.pem does not exist/));
  assert.throws(open(text, first.certificateKeyFile), refusal(/text\.pem does not hold a certificate in PEM form/));
  assert.throws(open(first.certificateFile, text), refusal(/text\.pem does not hold an unencrypted private key/));
  assert.throws(open(first.certificateFile, second.certificateKeyFile), refusal(/does not belong to the certificate/));
});

test("reload takes new files, and keeps the old ones when the new do not fit", async () => {
  const files = { certificateFile: join(folder, "server.pem"), certificateKeyFile: join(folder, "server.key") };
  await copyFile(first.certificateFile, files.certificateFile);
  await copyFile(first.certificateKeyFile, files.certificateKeyFile);
  const tls = new ServerTls(files, ticketKeys);
  assert.ok(tls.facts.names.includes("first.test"));
  assert.ok(tls.facts.validUntil.getTime() > Date.now());
  const before = tls.current();
  await copyFile(second.certificateFile, files.certificateFile);
  assert.throws(() => tls.reload(), CertificateError);
  assert.equal(tls.current(), before);
  await copyFile(second.certificateKeyFile, files.certificateKeyFile);
  assert.ok(tls.reload().names.includes("second.test"));
  assert.notEqual(tls.current(), before);
  tls.setTicketKeys(randomBytes(48));
  assert.throws(() => tls.setTicketKeys(randomBytes(16)), RangeError);
});
