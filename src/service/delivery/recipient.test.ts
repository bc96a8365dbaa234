import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../host/clock.ts";
import { Delivering, idOf } from "./delivering.fixture.ts";

const MESSAGE = "Subject: x\r\n\r\nbody\r\n";

test("a mailbox that has been full for more than a week says so for good, and takes what fits all the while", async () => {
  await using world = await Delivering.open();
  const { clock, quotaBytes } = world;
  const codeOf = async (size?: number): Promise<string> => {
    const found = await world.inbound.recipient("u1@example.test", size, []);
    return "code" in found ? `${found.code} ${found.enhanced}` : "250";
  };
  const fill = `${MESSAGE}${"x".repeat(quotaBytes - 1000)}`;
  assert.equal((await world.receive(["u1@example.test"], fill)).code, 250);
  await clock.advance(7 * DAY);
  assert.equal(await codeOf(5000), "452 4.2.2");
  await clock.advance(1);
  assert.equal(await codeOf(5000), "552 5.2.2");
  assert.equal(await codeOf(100), "250");
  const writer = world.mail.write(idOf("u1"));
  await writer.setQuota(quotaBytes + 3000);
  assert.equal(await codeOf(5000), "452 4.2.2", "there was room in between: a new week");
  await writer.setQuota(2 * quotaBytes);
  assert.equal(await codeOf(5000), "250");
  assert.equal(await codeOf(2 * quotaBytes + 1), "552 5.2.3", "what is larger than all there is never fits");
});
