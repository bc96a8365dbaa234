/** The rule of the 250: what is said, and what is durable when it is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { accountId } from "../../store/ids.ts";
import { Delivering, idOf } from "./delivering.fixture.ts";

const MESSAGE = "Subject: x\r\n\r\nbody\r\n";

test("an accepted message is in every recipient's store, once an account", async () => {
  await using world = await Delivering.open();
  const reply = await world.receive(["u1@example.test", "alias@example.test", "u2+tag@example.test"], MESSAGE);
  assert.equal(reply.code, 250);
  assert.equal((await world.mails("u1")).length, 1);
  assert.equal((await world.mails("u2")).length, 1);
  assert.ok((await world.mails("u2"))[0]?.endsWith(MESSAGE));
});

test("recipients that cannot be are refused, each with its reason", async () => {
  await using world = await Delivering.open();
  const { directory } = world;
  await directory.setState(idOf("u2"), "suspended");
  const codeOf = async (address: string, size?: number): Promise<string> => {
    const found = await world.inbound.recipient(address, size, []);
    return "code" in found ? `${found.code} ${found.enhanced}` : found.account;
  };
  assert.equal(await codeOf("u2@example.test"), idOf("u2"));
  assert.equal(await codeOf("u1@EXAMPLE.test"), idOf("u1"));
  assert.equal(await codeOf("PostMaster"), idOf("u1"));
  assert.equal(await codeOf("abuse+x@example.test"), idOf("u1"));
  assert.equal(await codeOf("nobody@example.test"), "550 5.1.1");
  assert.equal(await codeOf("+u1@example.test"), "550 5.1.1");
  assert.equal(await codeOf("u1@sub.example.test"), "550 5.7.1");
  assert.equal(await codeOf("u1@[192.0.2.1]"), "550 5.7.1");
  assert.equal(await codeOf("not an address"), "501 5.1.3");
  await directory.setState(idOf("u2"), "closing");
  assert.equal(await codeOf("u2@example.test"), "550 5.2.1");
  world.mail.fail(idOf("u1"), "busy");
  assert.equal(await codeOf("u1@example.test"), "451 4.3.0");
});

test("quota is decided at RCPT: a declared size must fit, one of unknown size may go beyond", async () => {
  await using world = await Delivering.open();
  const codeOf = async (size?: number): Promise<number> => {
    const found = await world.inbound.recipient("u1@example.test", size, []);
    return "code" in found ? found.code : 250;
  };
  assert.equal(await codeOf(world.quotaBytes + 1), 552);
  assert.equal((await world.receive(["u1@example.test"], `${MESSAGE}${"x".repeat(world.quotaBytes - 500)}`)).code, 250);
  assert.equal(await codeOf(1000), 452);
  assert.equal(await codeOf(), 250);
  assert.equal((await world.receive(["u1@example.test"], `${MESSAGE}${"y".repeat(1000)}`)).code, 250);
  assert.equal(await codeOf(), 452);
});

test("nothing durable: 451, or 452 when the disk is full, and nothing waits in the queue", async () => {
  await using world = await Delivering.open();
  for (const [code, reply] of [
    ["io", "451 4.3.0"],
    ["busy", "451 4.3.0"],
    ["full", "452 4.3.1"],
    ["no-account", "550 5.2.1"],
  ] as const) {
    const said = await world.receive(["u1@example.test", "u2@example.test"], MESSAGE, () =>
      world.mail.fail("all", code),
    );
    assert.equal(`${said.code} ${said.enhanced}`, reply, code);
    world.mail.heal();
  }
  assert.equal(await world.queue.count(), 0);
  assert.deepEqual(await world.mails("u1"), []);
});

test("some failed for now: accepted, and the queue has it durably for the rest", async () => {
  await using world = await Delivering.open();
  const reply = await world.receive(["u1@example.test", "u2@example.test"], MESSAGE, () =>
    world.mail.fail(idOf("u2"), "io"),
  );
  assert.equal(reply.code, 250);
  assert.equal((await world.mails("u1")).length, 1);
  const [entry] = await world.queue.due(world.clock.now(), 10);
  assert.equal(entry?.account, idOf("u2"));
  assert.equal(await world.queue.count(), 1);
});

test("when the queue fails too the peer repeats, and nobody gets the message twice", async () => {
  await using world = await Delivering.open();
  await world.queue[Symbol.asyncDispose]();
  const both = ["u1@example.test", "u2@example.test"];
  assert.equal((await world.receive(both, MESSAGE, () => world.mail.fail(idOf("u2"), "io"))).code, 451);
  world.mail.heal();
  assert.equal((await world.receive(both, MESSAGE)).code, 250);
  assert.equal((await world.mails("u1")).length, 1);
  assert.equal((await world.mails("u2")).length, 1);
});

test("a message that is repeated because the 250 was not read is stored once; acknowledged, it is a new one", async () => {
  await using world = await Delivering.open();
  const reception = await world.begin(["u1@example.test"], MESSAGE);
  await reception.finish();
  await world.receive(["alias@example.test"], MESSAGE);
  assert.equal((await world.mails("u1")).length, 1);
  reception.acknowledged();
  await world.mail.settle();
  await world.receive(["u1@example.test"], MESSAGE);
  assert.equal((await world.mails("u1")).length, 2);
});

test("RFC 5321 section 6.3: a message that runs in a loop is refused", async () => {
  await using world = await Delivering.open();
  const reply = await world.receive(["u1@example.test"], `${"Received: from a by b; now\r\n".repeat(101)}${MESSAGE}`);
  assert.equal(`${reply.code} ${reply.enhanced}`, "554 5.4.6");
  assert.equal((await world.receive(["u1@example.test"], "Received: x\r\n".repeat(100) + MESSAGE)).code, 250);
});

test("a large message goes by the spool and comes back exact; a full spool is 452", async () => {
  await using world = await Delivering.open({ memoryBytes: 1000 });
  const large = `${MESSAGE}${"0123456789abcde\n".repeat(1000)}`;
  assert.equal((await world.receive(["u1@example.test"], large)).code, 250);
  assert.ok((await world.mails("u1"))[0]?.endsWith(large));
  assert.equal(world.openSpoolFiles, 0);
  world.spoolIsFull = true;
  assert.equal((await world.receive(["u1@example.test"], large)).code, 452);
  assert.equal((await world.mails("u1")).length, 1);
});

const REPORT =
  "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n";

test("a bounce of what was never sent goes to Junk; others, and reports that nobody could judge, to INBOX", async () => {
  let judged = 0;
  for (const [verdict, inInbox] of [
    ["ours", 1],
    ["none", 1],
    ["backscatter", 0],
    [new Error("the store is down"), 1],
  ] as const) {
    await using world = await Delivering.open({
      memoryBytes: 400,
      async feedback(account, message) {
        assert.equal(account, idOf("u1"));
        assert.ok(Buffer.from(message).includes("report-type"));
        judged += 1;
        if (verdict instanceof Error) throw verdict;
        return verdict;
      },
    });
    assert.equal((await world.receive(["u1@example.test"], REPORT)).code, 250);
    assert.equal((await world.mails("u1")).length, inInbox);
    assert.equal((await world.mail.read(idOf("u1")).usage()).messages, 1);
    await world.receive(["u1@example.test"], MESSAGE);
  }
  assert.equal(judged, 4, "ordinary mail is not looked at");
});

test("ids of deliveries are fresh and well formed", async () => {
  await using world = await Delivering.open();
  const texts = new Set<string>();
  for (let n = 0; n < 5; n++) texts.add((await world.receive(["u1@example.test"], `${n}${MESSAGE}`)).text.slice(-32));
  assert.equal(texts.size, 5);
  for (const text of texts) accountId(text);
});
