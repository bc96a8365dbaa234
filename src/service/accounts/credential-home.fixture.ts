/** Accounts with all they prove themselves with, on disk as they rest, for the tests of what holders do with them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import type { Directory } from "../../store/directory.ts";
import { type FailingMailStore, failingMailStore } from "../../store/failing/mail-store.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { openSqliteDirectory } from "../../store/sqlite/directory/directory.ts";

export type CredentialHome = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly directory: Directory;
  readonly credentials: Credentials;
  readonly mail: FailingMailStore;
};

/** Ends with the directory's audit. */
export async function credentialHome(): Promise<CredentialHome> {
  const folder = await mkdtemp(join(tmpdir(), "altmail-credential-home-"));
  const place = { file: join(folder, "system.db"), key: randomBytes(32) as Uint8Array as FileKey };
  const clock = new FakeClock("2026-11-21T10:00:00Z");
  const directory = await openSqliteDirectory(place);
  const mail = failingMailStore(memoryMailStore({ clock }));
  return {
    clock,
    directory,
    credentials: directory.credentials,
    mail,
    async [Symbol.asyncDispose]() {
      assert.deepEqual(await directory.check(), []);
      await directory[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
