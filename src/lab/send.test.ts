import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import test, { type TestContext } from "node:test";
import { sendDemo } from "./send.ts";

/** A server that answers each line as `answers` says, without STARTTLS; `heard` is what it was told. */
async function server(t: TestContext, answers: Readonly<Record<string, string>>) {
  const heard: string[] = [];
  const listening = createServer((socket) => {
    socket.write("220-one\r\n220 two\r\n");
    socket.on("data", (chunk) => {
      const line = chunk.toString();
      heard.push(line);
      socket.write(`${answers[line.slice(0, 4)] ?? "250 Ok"}\r\n`);
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => listening.close());
  return { heard, port: (listening.address() as AddressInfo).port };
}

const demo = { host: "127.0.0.1", recipient: "u1@altmail.test", subject: "Hello" };

test("a message goes out whole and the reply to it comes back", async (t) => {
  const { heard, port } = await server(t, { STAR: "502 no", DATA: "354 go on", From: "250 taken" });
  assert.equal(await sendDemo({ ...demo, port }), "250 taken");
  assert.match(
    heard.join(""),
    /RCPT TO:<u1@altmail\.test>\r\nDATA\r\nFrom: [^]*Subject: Hello\r\n[^]*\r\n\r\n[^]*\r\n\.\r\nQUIT\r\n$/,
  );
});

test("a refusal comes back as it was said", async (t) => {
  const { port } = await server(t, { STAR: "502 no", RCPT: "550 5.1.1 No such mailbox" });
  assert.equal(await sendDemo({ ...demo, port }), "550 5.1.1 No such mailbox");
});

test("nobody there, and what is no address, are said in a sentence", async (t) => {
  const { port } = await server(t, {});
  await assert.rejects(sendDemo({ ...demo, port, recipient: "a>\r\nQUIT" }), { name: "HostError" });
  await assert.rejects(sendDemo({ ...demo, port: 1 }), { name: "HostError", message: /start the lab/ });
});
