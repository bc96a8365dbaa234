import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE } from "../../store/contract/outbound-samples.ts";
import { type SentPosition, sentPage, type SentRecipient } from "./delivery-record.ts";
import { answer, QueueWorld } from "./queue-world.fixture.ts";

/** Pages of so many until the end, as somebody turns them. */
async function turnPages(world: QueueWorld, most: number, between: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  let from: SentPosition | undefined;
  do {
    const page = await sentPage(world, ALICE, { from, most });
    assert.ok(page.recipients.length > 0 && page.recipients.length <= most);
    seen.push(...page.recipients.map(({ recipient }) => recipient));
    from = page.next;
    await between();
  } while (from !== undefined);
  return seen;
}

test("D6: for ten days the holder sees what became of each recipient, and nothing of what was sent", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: HOUR } });
  world.behaviours.set("mx.a.example", (to) => ({
    kind: "answered",
    outcomes: to.map((one) => (one.startsWith("bad") ? answer("permanent", 550, "5.1.1") : answer("accepted", 250))),
    dsnPassedOn: true,
  }));
  world.start();
  const message = await world.send(["good@a.example", "bad@a.example"], { sender: "alias@example.org" });
  const submittedAt = world.clock.now();
  await world.clock.advance(MINUTE);
  const { recipients, next } = await sentPage(world, ALICE, { most: 10 });
  assert.equal(next, undefined);
  const find = (start: string): SentRecipient =>
    recipients.find((one) => one.recipient.startsWith(start)) ?? assert.fail();
  const alike = {
    message,
    submittedAt,
    endedAt: find("good").endedAt,
    sender: "alias@example.org",
    host: "mx.example.net",
    words: "as told",
    tls: "TLSv1.3",
    feedback: undefined,
  };
  assert.deepEqual(find("good"), {
    ...alike,
    recipient: "good@a.example",
    end: "delivered",
    code: 250,
    enhanced: "2.0.0",
  });
  assert.deepEqual(find("bad"), { ...alike, recipient: "bad@a.example", end: "failed", code: 550, enhanced: "5.1.1" });
  assert.equal(JSON.stringify(recipients).includes("secret"), false);
  const count = async (since?: number): Promise<number> =>
    (await sentPage(world, ALICE, { since, most: 10 })).recipients.length;
  assert.equal(await count(submittedAt + 2 * MINUTE), 0);
  await world.clock.advance(10 * DAY - HOUR);
  assert.equal(await count(), 2);
  await world.clock.advance(HOUR);
  assert.equal(await count(), 0, "even when nobody has erased them yet");
});

test("pages follow one another without a gap or a repetition, also while more is sent", async () => {
  await using world = await QueueWorld.open();
  world.start();
  const sent: string[] = [];
  for (let n = 0; n < 4; n++) {
    const several = ["x", "y", "z"].map((name) => `${name}${n}@a.example`);
    sent.push(...several);
    await world.send(several);
    await world.clock.advance(SECOND);
  }
  for (const most of [1, 2, 3, 5, 12, 100]) {
    let more = 0;
    const seen = await turnPages(world, most, async () => {
      await world.send([`later${most}.${more++}@a.example`]);
      await world.clock.advance(SECOND);
    });
    assert.deepEqual(seen.filter((one) => !one.startsWith("later")).toSorted(), sent.toSorted(), String(most));
    assert.equal(new Set(seen).size, seen.length);
    if (most < 5)
      assert.deepEqual(
        seen.filter((one) => one.startsWith("later") && one.includes(`r${most}.`)),
        [],
      );
  }
});
