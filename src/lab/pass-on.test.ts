import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import test, { type TestContext } from "node:test";
import { FakeClock } from "../../test/world/fake-clock.ts";
import type { Envelope, Recipient, Reply } from "../service/delivery/inbound.ts";
import type { Caught } from "./caught-message.ts";
import { passOn } from "./pass-on.ts";

const envelope: Envelope = {
  peerAddress: "127.0.0.1",
  helo: "localhost",
  protocol: "ESMTPS",
  tls: undefined,
  sender: "u1@altmail.test",
  session: "s",
  ret: undefined,
  envid: undefined,
  notices: [],
};
const to = ["ann@example.org", "bob@example.org"];
const fields =
  "X-Lab-Envelope-From: <u1@altmail.test>\r\nX-Lab-Envelope-To: <ann@example.org>,\r\n <bob@example.org>\r\n";

/** A lab that answers each verb as `answers` says, and 250 else; "" closes. */
async function lab(t: TestContext, answers: Readonly<Record<string, string>> = {}) {
  const said: string[] = [];
  let content = "";
  const ended = Promise.withResolvers<void>();
  const listening = createServer((socket) => {
    let octets = "";
    let due = 0;
    socket.write("220 lab\r\n");
    socket.on("error", () => {});
    socket.once("close", () => ended.resolve());
    socket.on("data", (chunk) => {
      octets += chunk.toString("latin1");
      for (;;) {
        const end = due > 0 ? due : octets.indexOf("\r\n") + 2;
        if ((due === 0 && end < 2) || octets.length < end) return;
        const taken = octets.slice(0, end);
        octets = octets.slice(end);
        let verb = "BDAT";
        if (due > 0) {
          content += taken;
          due = 0;
        } else {
          said.push(taken.trimEnd());
          verb = taken.slice(0, 4);
          due = /^BDAT (\d+)\r/.exec(taken) ? Number(taken.slice(5)) : 0;
          if (taken === "BDAT 0 LAST\r\n") verb = "LAST";
          if (due > 0) continue;
        }
        const answer = answers[verb] ?? "250 2.0.0 Ok";
        if (answer === "") socket.destroy();
        else socket.write(`${answer}\r\n`);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => listening.close());
  const { port } = listening.address() as AddressInfo;
  return { port, said, content: () => Buffer.from(content, "latin1").toString(), ended: ended.promise };
}

type Sent = { readonly reply: Reply; readonly caught: readonly Caught[] };

async function send(port: number, pieces: readonly string[], more: Partial<Envelope> = {}): Promise<Sent> {
  const caught: Caught[] = [];
  const options = {
    host: "127.0.0.1",
    port,
    mailbox: "world@altmail.test",
    clock: new FakeClock("2026-11-21T12:00:00Z"),
  };
  const world = passOn({ ...options, caught: (one) => void caught.push(one) });
  const recipients: Recipient[] = [];
  for (const address of to) {
    const found = await world.recipient(address, undefined, recipients);
    assert.ok(!("code" in found));
    recipients.push(found);
  }
  await using reception = world.receive({ ...envelope, ...more }, recipients);
  for (const piece of pieces) await reception.write(Buffer.from(piece));
  return { reply: await reception.finish(), caught };
}

test("a message goes on whole, its envelope on top, and the lab's 250 is the world's", async (t) => {
  const { port, said, content, ended } = await lab(t, { LAST: "250 2.0.0 Accepted as 7" });
  const { reply, caught } = await send(port, ["Subject: a\r\n", "\r\n.\r\n..\n", "", "end"]);
  assert.deepEqual(reply, { code: 250, enhanced: "2.0.0", text: "Accepted as 7" });
  assert.equal(content(), `${fields}Subject: a\r\n\r\n.\r\n..\nend`);
  await ended;
  assert.deepEqual(said, [
    "EHLO localhost",
    "MAIL FROM:<u1@altmail.test> BODY=BINARYMIME",
    "RCPT TO:<world@altmail.test>",
    `BDAT ${fields.length}`,
    "BDAT 12",
    "BDAT 8",
    "BDAT 3",
    "BDAT 0 LAST",
    "QUIT",
  ]);
  assert.equal(caught.length, 1);
  assert.deepEqual([caught[0]?.sender, caught[0]?.recipients, caught[0]?.bytes], ["u1@altmail.test", to, 23]);
  assert.match(Buffer.from(caught[0]?.beginning ?? []).toString(), /^Subject: a\r\n/);
});

test("an empty message, one without sender, and letters beyond ASCII", async (t) => {
  const { port, said, content } = await lab(t);
  const { reply, caught } = await send(port, [], { sender: "" });
  assert.deepEqual([reply.code, caught.length], [250, 1]);
  assert.equal(content(), fields.replace("u1@altmail.test", ""));
  await send(port, [], { sender: "grün@altmail.test", protocol: "UTF8SMTPS" });
  assert.ok(said.includes("MAIL FROM:<> BODY=BINARYMIME"));
  assert.ok(said.some((line) => line.endsWith(" BODY=BINARYMIME SMTPUTF8")));
  assert.match(content(), /X-Lab-Envelope-From: <grün@altmail\.test>/);
});

test("of a large message only the beginning is kept to be shown", async (t) => {
  const { port } = await lab(t);
  const { caught } = await send(port, ["a".repeat(10_000), "b".repeat(10_000), "c"]);
  assert.deepEqual([caught[0]?.beginning.length, caught[0]?.bytes], [16_384, 20_001]);
});

test("what the lab refuses is refused in its words, whenever it says so, and nothing more is said", async (t) => {
  for (const verb of ["EHLO", "MAIL", "RCPT", "BDAT", "LAST"]) {
    const { port, said } = await lab(t, { [verb]: "452 4.2.2 The mailbox is full" });
    const { reply, caught } = await send(port, ["one", "two"]);
    assert.deepEqual(reply, { code: 452, enhanced: "4.2.2", text: "The mailbox is full" }, verb);
    assert.equal(caught.length, 0);
    assert.equal(said.at(-1)?.slice(0, 4), verb === "LAST" ? "BDAT" : verb);
  }
});

test("a lab that is gone, goes, or says farewell does not take it now", async (t) => {
  const none = createServer().listen(0, "127.0.0.1");
  await once(none, "listening");
  const { port } = none.address() as AddressInfo;
  none.close();
  await once(none, "close");
  const { reply } = await send(port, ["one"]);
  assert.equal(reply.code, 451);
  for (const verb of ["EHLO", "RCPT", "BDAT", "LAST"])
    for (const answer of ["", "421 4.3.2 The service stops"]) {
      const { reply: later, caught } = await send((await lab(t, { [verb]: answer })).port, ["one", "two"]);
      assert.deepEqual([later.code, caught.length], [451, 0], verb);
    }
});

test("a message that breaks off on its way leaves the lab without its end", async (t) => {
  const { port, said, ended } = await lab(t);
  const caught: Caught[] = [];
  const options = { host: "127.0.0.1", port, mailbox: "w@altmail.test", clock: new FakeClock("2026-11-21T12:00:00Z") };
  const world = passOn({ ...options, caught: (one) => void caught.push(one) });
  const reception = world.receive(envelope, [{ address: "ann@example.org", account: "00" }]);
  await reception.write(Buffer.from("half"));
  await reception[Symbol.asyncDispose]();
  await ended;
  assert.ok(!said.some((line) => line.endsWith("LAST")));
  assert.equal(caught.length, 0);
});

test("a lab that is silent is waited for, but not for ever", async (t) => {
  const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  t.after(() => silent.close());
  await once(silent, "listening");
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const { port } = silent.address() as AddressInfo;
  const world = passOn({ host: "127.0.0.1", port, mailbox: "w@altmail.test", clock, caught: () => assert.fail() });
  await using reception = world.receive(envelope, [{ address: "ann@example.org", account: "00" }]);
  const connected = once(silent, "connection");
  const finished = reception.finish();
  await connected;
  for (let minutes = 0; minutes < 3; minutes++) await clock.advance(60_000);
  const { code } = await finished;
  assert.equal(code, 451);
});
