/** Contract cases about mailboxes: made with parents, renamed with children, deleted, subscribed. */
import assert from "node:assert/strict";
import type { MailReader } from "../mail-store.ts";
import { append, boxNamed, type RegisterCase, rowsOf, uidsOf } from "./mail-world.ts";
import { mail } from "./samples.ts";

const namesOf = async (read: MailReader): Promise<readonly string[]> =>
  (await read.mailboxes())
    .map(({ name }) => name)
    .filter((name) => /^(?:x|y|z|INBOX)/.test(name))
    .toSorted();

export function mailboxCases(contract: RegisterCase): void {
  contract("a mailbox is made with its parents", async ({ read, write }) => {
    const made = await write.createMailbox("x/y/zäöü");
    assert.equal(made.kind, "made");
    assert.deepEqual(await namesOf(read), ["INBOX", "x", "x/y", "x/y/zäöü"]);
    assert.deepEqual(made.kind === "made" && made.mailbox, await read.mailbox("x/y/zäöü"));
    assert.deepEqual(await write.createMailbox("x/y"), { kind: "name-taken" });
    assert.equal(
      (await read.subscriptions()).includes("x"),
      false,
      "RFC 9051 section 6.3.7: subscribing is another command",
    );
    const special = await write.createMailbox("y", "\\Archive");
    assert.equal(special.kind === "made" && special.mailbox.specialUse, "\\Archive");
  });

  contract("too many mailboxes or levels are refused as a whole", async ({ read, write }) => {
    assert.deepEqual(await write.createMailbox("x/x/x/x/x"), { kind: "too-many" });
    assert.equal((await write.createMailbox("x/x/x/x")).kind, "made");
    assert.deepEqual(await write.createMailbox("y/y/y"), { kind: "too-many" });
    assert.deepEqual(await namesOf(read), ["INBOX", "x", "x/x", "x/x/x", "x/x/x/x"]);
    assert.equal((await write.createMailbox("y/y")).kind, "made");
    assert.deepEqual(await write.createMailbox("z"), { kind: "too-many" });
  });

  contract(
    "a deleted mailbox takes its mails along; its children stay; it never comes back as itself",
    async ({ read, write }) => {
      await write.createMailbox("x/y");
      const box = await boxNamed(read, "x");
      await append(write, box.id, mail(), mail());
      assert.deepEqual(await write.deleteMailbox(box.id), { kind: "done" });
      assert.deepEqual(await write.deleteMailbox(box.id), { kind: "no-mailbox" });
      assert.deepEqual(await namesOf(read), ["INBOX", "x/y"]);
      assert.equal(await read.mailboxById(box.id), undefined);
      assert.equal(await read.uids(box.id), undefined);
      assert.equal(await read.changes(box.id, box.highestModSeq), undefined);
      assert.deepEqual(await rowsOf(read, box.id, "facts"), []);
      assert.equal((await read.usage()).messages, 0);
      const again = await write.createMailbox("x");
      assert.ok(again.kind === "made");
      assert.notEqual(again.mailbox.id, box.id);
      assert.ok(
        again.mailbox.uidValidity > box.uidValidity,
        "RFC 9051 section 2.3.1.1: a new UIDVALIDITY, and a higher one",
      );
    },
  );

  contract("renaming keeps the mailbox and takes what is below along", async ({ read, write }) => {
    await write.createMailbox("x/a/b");
    await write.createMailbox("xx");
    const box = await boxNamed(read, "x");
    await append(write, box.id, mail());
    const before = await boxNamed(read, "x");
    assert.deepEqual(await write.renameMailbox(box.id, "y/z"), { kind: "done" });
    assert.deepEqual(await namesOf(read), ["INBOX", "xx", "y", "y/z", "y/z/a", "y/z/a/b"]);
    assert.deepEqual(await read.mailboxById(box.id), { ...before, name: "y/z" });
    assert.deepEqual(await uidsOf(read, box.id), [1]);
    const other = await boxNamed(read, "xx");
    assert.deepEqual(await write.renameMailbox(other.id, "y/z"), { kind: "name-taken" });
    await write.deleteMailbox(other.id);
    assert.deepEqual(await write.renameMailbox(other.id, "z"), { kind: "no-mailbox" });
  });

  contract(
    "RFC 9051 section 6.3.6: renaming INBOX moves its mails and leaves it there",
    async ({ read, write, inbox }) => {
      await write.createMailbox("INBOX/below");
      await append(write, inbox.id, mail({ subject: "a" }), mail({ subject: "b", system: 1 }));
      const before = await boxNamed(read, "INBOX");
      assert.deepEqual(await write.renameMailbox(inbox.id, "x/old"), { kind: "done" });
      assert.deepEqual(await namesOf(read), ["INBOX", "INBOX/below", "x", "x/old"]);
      const old = await boxNamed(read, "x/old");
      const rows = await rowsOf(read, old.id, "search");
      assert.deepEqual(
        rows.map(({ subject }) => subject),
        ["a", "b"],
      );
      assert.equal(old.unseen, 1);
      const left = await boxNamed(read, "INBOX");
      assert.deepEqual([left.id, left.uidValidity, left.uidNext, left.messages], [inbox.id, inbox.uidValidity, 3, 0]);
      const changes = await read.changes(inbox.id, before.highestModSeq);
      assert.equal(changes?.vanished.size, 2);
    },
  );

  contract("subscriptions are names of their own", async ({ read, write }) => {
    await write.createMailbox("x");
    await write.subscribe("x", true);
    await write.subscribe("x", true);
    await write.subscribe("not there", true);
    await write.deleteMailbox((await boxNamed(read, "x")).id);
    const all = await read.subscriptions();
    assert.equal(all.filter((name) => name === "x").length, 1);
    assert.equal(all.includes("not there"), true);
    await write.subscribe("x", false);
    await write.subscribe("never", false);
    assert.equal((await read.subscriptions()).includes("x"), false);
  });
}
