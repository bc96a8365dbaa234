/** Contract cases about mail from outside: stored once, in the right mailbox. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { DAY } from "../../host/clock.ts";
import type { Delivery } from "../mail-store.ts";
import { boxNamed, newDeliveryId, type RegisterCase, rowsOf, stateOf } from "./mail-world.ts";
import { mail } from "./samples.ts";

const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: newDeliveryId(),
  fingerprint: randomBytes(32),
  into: "INBOX",
  mail: mail(),
  ...more,
});

export function deliveryCases(contract: RegisterCase): void {
  contract("a delivery is stored once, by its id and by its fingerprint", async ({ read, write, inbox }) => {
    const one = delivery();
    assert.deepEqual(await write.deliver(one), { kind: "delivered", mailbox: inbox.id, uid: 1 });
    assert.deepEqual(await write.deliver(one), { kind: "repeated" });
    assert.deepEqual(await write.deliver({ ...one, id: newDeliveryId() }), { kind: "repeated" });
    assert.deepEqual(await write.deliver({ ...one, fingerprint: randomBytes(32) }), { kind: "repeated" });
    assert.deepEqual(await write.deliver(delivery()), { kind: "delivered", mailbox: inbox.id, uid: 2 });
    const state = await stateOf(read, inbox.id);
    assert.deepEqual([state.messages, state.unseen], [2, 2]);
  });

  contract("many deliveries at once, some of them the same, are each stored once", async ({ read, write, inbox }) => {
    const all = Array.from({ length: 20 }, () => delivery());
    const outcomes = await Promise.all([...all, ...all].map((one) => write.deliver(one)));
    const uids = outcomes.flatMap((outcome) => (outcome.kind === "delivered" ? [outcome.uid] : []));
    assert.deepEqual(
      uids.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    assert.equal((await stateOf(read, inbox.id)).messages, 20);
    assert.equal((await rowsOf(read, inbox.id, "facts")).length, 20);
  });

  contract("once the peer has read the reply the same octets may come again", async ({ store, write }) => {
    const one = delivery();
    await write.deliver(one);
    write.forget(one.id);
    await store.settle();
    assert.equal((await write.deliver({ ...one, id: newDeliveryId() })).kind, "delivered");
    assert.equal((await write.deliver(one)).kind, "repeated", "the id is known still");
  });

  contract("D2: a fingerprint that nobody asked to forget lives five days", async ({ store, write, later }) => {
    const one = delivery();
    await write.deliver(one);
    later(4 * DAY);
    assert.equal((await write.deliver({ ...one, id: newDeliveryId() })).kind, "repeated");
    later(2 * DAY);
    await store.settle();
    assert.equal((await write.deliver({ ...one, id: newDeliveryId() })).kind, "delivered");
  });

  contract(
    "a delivery goes to its special use, and to INBOX when that mailbox is gone",
    async ({ read, write, inbox }) => {
      const junk = await boxNamed(read, "Junk");
      await write.renameMailbox(junk.id, "x spam");
      const first = await write.deliver(delivery({ into: "\\Junk" }));
      assert.deepEqual(first, { kind: "delivered", mailbox: junk.id, uid: 1 });
      await write.deleteMailbox(junk.id);
      const second = await write.deliver(delivery({ into: "\\Junk" }));
      assert.deepEqual(second, { kind: "delivered", mailbox: inbox.id, uid: 1 });
    },
  );

  contract("quota does not stop a delivery: it was decided at RCPT", async ({ read, write }) => {
    await write.setQuota(1);
    assert.equal((await write.deliver(delivery())).kind, "delivered");
    assert.equal((await read.usage()).messages, 1);
  });
}
