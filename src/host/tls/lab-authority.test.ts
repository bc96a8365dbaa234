import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Clock, DAY, systemClock } from "../clock.ts";
import { openLabAuthority } from "./lab-authority.ts";

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "altmail-lab-ca-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const at = (now: number): Clock => ({ ...systemClock, now: () => now });

test("the lab's certificate is P-256, signed by its authority, and good for loopback and the names given", async () => {
  await using home = await folder();
  const lab = await openLabAuthority(join(home.path, "tls"), ["mail.example.test"], systemClock);
  const authority = new X509Certificate(await readFile(lab.authorityFile));
  const server = new X509Certificate(await readFile(lab.certificateFile));
  assert.equal(authority.ca, true);
  assert.equal(server.ca, false);
  assert.ok(server.verify(authority.publicKey));
  assert.ok(server.checkIssued(authority));
  assert.equal(server.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  for (const name of ["localhost", "mail.example.test"]) assert.equal(server.checkHost(name), name);
  for (const address of ["127.0.0.1", "::1"]) assert.equal(server.checkIP(address), address);
  assert.equal((await stat(lab.certificateKeyFile)).mode & 0o777, 0o600);
  assert.equal((await stat(join(home.path, "tls", "lab-ca.key"))).mode & 0o777, 0o600);
});

test("a second start finds both; a new name or a near end changes the server's certificate alone", async () => {
  await using home = await folder();
  const read = async (names: readonly string[], clock: Clock): Promise<readonly string[]> => {
    const lab = await openLabAuthority(home.path, names, clock);
    return Promise.all(
      [lab.authorityFile, lab.certificateFile, lab.certificateKeyFile].map((file) => readFile(file, "latin1")),
    );
  };
  const first = await read(["a.test"], systemClock);
  assert.deepEqual(await read(["a.test"], systemClock), first);
  const named = await read(["a.test", "b.test"], systemClock);
  assert.equal(named[0], first[0]);
  assert.notEqual(named[1], first[1]);
  const later = await read(["a.test", "b.test"], at(Date.now() + 380 * DAY));
  assert.equal(later[0], first[0]);
  assert.notEqual(later[1], named[1]);
});
