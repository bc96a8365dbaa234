import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import type { Directory } from "../../store/directory.ts";
import type { FailingMailStore } from "../../store/failing/mail-store.ts";
import { accountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Accounts, ReservedAccount } from "./accounts.ts";
import { createAuthenticator } from "./authenticate.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
const PASSWORD = "correct horse";

async function reserved(address: string): Promise<ReservedAccount> {
  const passwordHash = (await hasher.hash(PASSWORD)) ?? "";
  const id = accountId(randomBytes(16).toString("hex"));
  return { id, address, passwordHash, quotaBytes: 1_000_000, language: "sv" };
}

type World = {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly mail: FailingMailStore;
  readonly added: unknown[];
};

async function world(body: (world: World) => Promise<void>): Promise<void> {
  await using home = await credentialHome();
  const { directory, mail, clock } = home;
  const added: unknown[] = [];
  const revocations = createRevocations(silentBus);
  const log = (name: string): void => void (name === "account.added" && added.push(name));
  const accounts = createAccounts({ directory, mail, clock, hasher, revocations, log, domains: ["example.org"] });
  await body({ accounts, directory, mail, added });
}

test("an account is opened under the id that was kept for it, once, and its password logs in", () =>
  world(async ({ accounts, directory, mail, added }) => {
    const ada = await reserved("ada@example.org");
    assert.deepEqual(await Promise.all([accounts.open(ada), accounts.open(ada)]), ["opened", "opened"]);
    assert.equal(await accounts.open(ada), "opened");
    assert.equal(added.length, 1);
    const { id, language, quotaBytes } = (await directory.byAddress(ada.address)) ?? assert.fail();
    assert.deepEqual([id, language, quotaBytes], [ada.id, "sv", 1_000_000]);
    assert.ok((await mail.read(id).mailboxes()).length > 1);
    using authenticator = createAuthenticator({
      directory,
      hasher,
      revocations: createRevocations(silentBus),
      log() {},
    });
    assert.equal((await authenticator.authenticate(ada.address, PASSWORD)).kind, "accepted");
  }));

test("a name that is somebody's, or was, is not given; what was made for it goes, and the other account stays", () =>
  world(async ({ accounts, directory, mail }) => {
    const ada = await reserved("ada@example.org");
    await accounts.open(ada);
    const other = await reserved("ada@example.org");
    assert.equal(await accounts.open(other), "taken");
    await assert.rejects(mail.read(other.id).mailboxes(), StoreError);
    assert.ok((await mail.read(ada.id).mailboxes()).length > 1);
    await accounts.delete(ada.address);
    const late = await reserved("ada@example.org");
    assert.equal(await accounts.open(late), "taken");
    await assert.rejects(mail.read(late.id).mailboxes(), StoreError);
    assert.deepEqual(await directory.accounts(), []);
  }));

test("an opening that is stopped goes on; two names at once for one account are one", () =>
  world(async ({ accounts, directory, mail }) => {
    const ada = await reserved("ada@example.org");
    mail.fail(ada.id, "io");
    await assert.rejects(accounts.open(ada), StoreError);
    mail.heal();
    // The file was made, and then the power went.
    await mail.create(ada.id, { quotaBytes: 1 });
    assert.equal(await accounts.open(ada), "opened");
    const [bob, rival] = [await reserved("bob@example.org"), await reserved("bob@example.org")];
    const outcomes = await Promise.all([accounts.open(bob), accounts.open(rival)]);
    assert.deepEqual(outcomes.toSorted(), ["opened", "taken"]);
    const owner = (await directory.byAddress("bob@example.org"))?.id ?? assert.fail();
    assert.ok((await mail.read(owner).mailboxes()).length > 1);
  }));
