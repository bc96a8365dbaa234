/** What is joined in a home's stores: the parts have their own tests. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentBus } from "../host/bus.ts";
import { DAY, systemClock } from "../host/clock.ts";
import { parseSettings } from "../host/settings/read.ts";
import { generateRoot } from "../store/crypt/root.ts";
import { openStores, type Stores } from "./stores.ts";

const SETTINGS = `host-name = "mx.example.org"\ndomains = ["example.org"]\noperator = "op@example.org"\n[tls]\ncertificate = "c"\nkey = "k"\n`;

/** A home without a service, as an operator's command finds it. */
async function openHome(home: string): Promise<Stores> {
  mkdirSync(join(home, "secret"), { recursive: true });
  const settings = parseSettings(SETTINGS, join(home, "altmail.toml"));
  const root = generateRoot(join(home, "secret/root"));
  return openStores({ settings, root, bus: silentBus, log() {}, clock: systemClock, bootId: "test", workers: 1 });
}

test("D7: a password that the operator sets ends the account's sessions and links at the website, and nobody else's", async (context) => {
  const home = mkdtempSync(join(tmpdir(), "altmail-stores-"));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  await using stores = await openHome(home);
  const { accounts, webAccess } = stores;
  const now = systemClock.now();
  for (const name of ["ada", "bob"]) {
    const made = await accounts.add({ address: `${name}@example.org`, password: "correct horse" });
    const { id: account } = made.kind === "added" ? made.account : assert.fail(made.sentence);
    const times = { begunAt: now, seenAt: now, expiresAt: now + DAY };
    for (const id of [`${name} here`, `${name} there`])
      await webAccess.addSession({ id, account, ...times, isStaying: true, awaitsSecondStep: false });
    const link = { id: name, purpose: "close-account", owner: account, payload: "" };
    assert.equal(await webAccess.addLink({ ...link, madeAt: now, expiresAt: now + DAY }), "made");
  }
  assert.deepEqual(await accounts.setPassword("ada@example.org", "another horse"), { kind: "done" });
  const left = await Promise.all(["ada here", "ada there", "bob here"].map((id) => webAccess.session(id)));
  assert.deepEqual(
    left.map((session) => session?.id),
    [undefined, undefined, "bob here"],
  );
  const links = await Promise.all(["ada", "bob"].map((id) => webAccess.link(id, "close-account", now)));
  assert.deepEqual(
    links.map((link) => link?.id),
    [undefined, "bob"],
  );
});
