/** What comes back from outside about mail that left: whose it was, what proves it, and what is noted. */
import assert from "node:assert/strict";
import { ALICE, allOf, BOB, newId, outbound, recipient, settlement, wish } from "./outbound-samples.ts";
import { only, octets, type RegisterOutboundCase, TIMES, type World } from "./outbound-world.ts";

type About = Parameters<World["queue"]["noteFeedback"]>[1];

const NOTHING = { messageId: undefined, envid: undefined, recipients: [] };

async function end({ queue }: World): Promise<void> {
  const work = only(await queue.claim(wish(1000)));
  await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
}

export function outboundFeedbackCases(claims: RegisterOutboundCase): void {
  claims("what comes back is matched with what this account sent, and noted once", async (world) => {
    const { queue, put } = world;
    const delivery = await put(["one@a.example", "two@a.example"], { messageId: "m1@example.org", envid: "e1" });
    await end(world);
    const about = { ...NOTHING, delivery, recipients: ["two@a.example"] };
    assert.equal(await queue.noteFeedback(BOB, about, "bounce"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, { ...about, delivery: newId() }, "bounce"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, about, "bounce"), "noted");
    assert.equal(await queue.noteFeedback(ALICE, about, "bounce"), "known");
    assert.equal(await queue.noteFeedback(ALICE, about, "complaint"), "known");
    const byEnvelope = { ...NOTHING, envid: "e1", recipients: ["list@b.example"] };
    assert.equal(await queue.noteFeedback(BOB, byEnvelope, "complaint"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, byEnvelope, "complaint"), "noted");
    assert.equal(await queue.noteFeedback(ALICE, byEnvelope, "complaint"), "known");
    assert.deepEqual(
      (await queue.records(ALICE, 0)).map(({ recipient: address, feedback }) => [address, feedback]),
      [
        ["two@a.example", "bounce"],
        ["one@a.example", "complaint"],
      ],
    );
  });

  claims("complaints count once a message, whichever recipients they name; bounces once a recipient", async (world) => {
    const { queue, put } = world;
    const all = ["one@a.example", "two@a.example", "three@a.example", "four@a.example"];
    const delivery = await put(all, { envid: "e1" });
    await end(world);
    const of = (...recipients: readonly string[]): About => ({ ...NOTHING, delivery, recipients });
    assert.equal(await queue.noteFeedback(ALICE, of("one@a.example"), "bounce"), "noted");
    assert.equal(await queue.noteFeedback(ALICE, of("two@a.example"), "complaint"), "noted");
    assert.equal(await queue.noteFeedback(ALICE, of("three@a.example"), "complaint"), "known");
    assert.equal(await queue.noteFeedback(ALICE, of(), "complaint"), "known");
    const noted = new Map((await queue.records(ALICE, 0)).map((record) => [record.recipient, record.feedback]));
    assert.deepEqual(
      all.map((one) => noted.get(one)),
      ["bounce", "complaint", "complaint", "complaint"],
      "the holder sees each",
    );
    const second = await put(["one@b.example", "two@b.example"], { envid: "e1" });
    await end(world);
    const byEnvelope = { ...NOTHING, envid: "e1", recipients: [] };
    assert.equal(await queue.noteFeedback(ALICE, byEnvelope, "complaint"), "noted", "another message");
    assert.equal(await queue.noteFeedback(ALICE, { ...of("two@b.example"), delivery: second }, "complaint"), "known");
    const third = await put(["one@c.example", "two@c.example"]);
    await end(world);
    for (const recipient of ["one@c.example", "two@c.example"])
      assert.equal(await queue.noteFeedback(ALICE, { ...of(recipient), delivery: third }, "bounce"), "noted");
  });

  claims("a report that names recipients alone is recognized by them and notes nothing", async (world) => {
    const { queue, put } = world;
    const delivery = await put(["One@a.example"], { messageId: "m1@example.org" });
    await end(world);
    const alone = { ...NOTHING, recipients: ["x@a.example", "one@a.example"] };
    assert.equal(await queue.noteFeedback(ALICE, alone, "bounce"), "named");
    assert.equal(await queue.noteFeedback(BOB, alone, "bounce"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, { ...alone, recipients: ["x@a.example"] }, "bounce"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, { ...alone, messageId: "m2@example.org" }, "bounce"), "unknown");
    assert.equal(await queue.noteFeedback(ALICE, { ...alone, delivery }, undefined), "known", "only asked");
    assert.ok((await queue.records(ALICE, 0)).every(({ feedback }) => feedback === undefined));
    assert.equal(await queue.noteFeedback(ALICE, { ...alone, delivery }, "bounce"), "noted");
  });

  claims(
    "a Message-ID alone is recognized and notes nothing, nor does it keep proof from being noted",
    async (world) => {
      const { queue, put } = world;
      const delivery = await put(["one@a.example"], { messageId: "m1@example.org" });
      await end(world);
      await put(["one@b.example"]);
      await end(world);
      const named = { ...NOTHING, messageId: "m1@example.org" };
      assert.equal(await queue.noteFeedback(ALICE, named, "bounce"), "named");
      assert.equal(await queue.noteFeedback(ALICE, { ...named, delivery: newId(), envid: "e9" }, "bounce"), "named");
      assert.equal(await queue.noteFeedback(BOB, named, "bounce"), "unknown");
      assert.equal(await queue.noteFeedback(ALICE, { ...named, messageId: "m2@example.org" }, "bounce"), "unknown");
      assert.ok((await queue.records(ALICE, 0)).every(({ feedback }) => feedback === undefined));
      assert.equal(await queue.noteFeedback(ALICE, { ...named, delivery }, "complaint"), "noted");
      assert.equal(await queue.noteFeedback(ALICE, named, "bounce"), "named");
      const complained = (await queue.records(ALICE, 0)).filter(({ feedback }) => feedback === "complaint");
      assert.deepEqual(
        complained.map(({ message }) => message),
        [delivery],
      );
    },
  );

  claims("an envelope's id that is the Message-ID is recognized, and proves as little", async (world) => {
    const { queue, put } = world;
    const delivery = await put(["one@a.example"], { messageId: "m+1@example.org", envid: "<m+2B1@example.org>" });
    await end(world);
    await put(["one@b.example"], { messageId: undefined, envid: "e2" });
    await end(world);
    const named = { ...NOTHING, envid: "<m+2B1@example.org>" };
    assert.equal(await queue.noteFeedback(ALICE, named, "bounce"), "named");
    assert.equal(await queue.noteFeedback(ALICE, { ...named, messageId: "m2@example.org" }, "bounce"), "named");
    assert.equal(await queue.noteFeedback(ALICE, { ...named, delivery }, "bounce"), "noted");
    assert.equal(await queue.noteFeedback(ALICE, { ...NOTHING, envid: "e2" }, "bounce"), "noted");
  });

  claims("whose a message was is known as long as its records; the service is nobody", async (world) => {
    const { queue, put } = world;
    const bobs = await put(["one@a.example"], { account: BOB });
    assert.equal(await queue.submitterOf(bobs), undefined, "nothing came of it yet");
    await end(world);
    assert.equal(await queue.submitterOf(bobs), BOB);
    assert.equal(await queue.submitterOf(newId()), undefined);
    const own = outbound({ account: undefined });
    await queue.add(own, [recipient("one@b.example")], TIMES, octets());
    await end(world);
    assert.equal(await queue.submitterOf(own.id), undefined);
    await queue.forget(1001);
    assert.equal(await queue.submitterOf(bobs), undefined);
  });
}
