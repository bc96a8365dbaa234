import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createConnection, createServer } from "node:net";
import test from "node:test";
import { systemClock } from "../clock.ts";
import { portError } from "../port-error.ts";
import { checkPorts } from "./free-ports.ts";
import { answerSealed } from "./sealed-port.ts";

const hurried = { ...systemClock, after: (_ms: number, call: () => void) => systemClock.after(0, call) };

test("a taken port is told with its number and what to do; a free one is free afterwards", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let now = 0;
  const clock = { ...hurried, now: () => (now += 1000) };
  await assert.rejects(checkPorts([{ name: "IMAP", host: "127.0.0.1", port }], clock), {
    name: "HostError",
    message: new RegExp(`port ${port} on 127.0.0.1 \\(IMAP\\) is taken by another program`),
  });
  const closed = once(server, "close");
  server.close();
  await closed;
  await checkPorts([{ name: "IMAP", host: "127.0.0.1", port }], clock);
  await checkPorts([{ name: "IMAP", host: "127.0.0.1", port }], clock);
});

test("a port that settings name twice is told as such, and what was tried is free afterwards", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const closed = once(server, "close");
  server.close();
  await closed;
  const smtp = { name: "smtp.listen", host: "0.0.0.0", port };
  const imap = { name: "imap.listen", host: "127.0.0.1", port, change: "change imap.listen in the settings" };
  await assert.rejects(checkPorts([smtp, imap], hurried), {
    name: "HostError",
    message: `port ${port} on 127.0.0.1 (imap.listen) is wanted for smtp.listen already: change imap.listen in the settings`,
  });
  await checkPorts([smtp], hurried);
});

test("why a port cannot be had is told with how another is given", () => {
  const wanted = { name: "smtp.listen", host: "0.0.0.0", port: 25, change: "change smtp.listen in the settings" };
  for (const [code, says] of [
    [
      "EADDRINUSE",
      /^port 25 on 0\.0\.0\.0 \(smtp\.listen\) is taken by another program: .*, or change smtp\.listen in/,
    ],
    [
      "EACCES",
      /^port 25 .* may not be opened by this user: .*CAP_NET_BIND_SERVICE.* 1024 need, or change smtp\.listen in/,
    ],
    ["EADDRNOTAVAIL", /no such address: change smtp\.listen in the settings$/],
    ["EMFILE", /cannot be opened \(EMFILE\)/],
  ] as const)
    assert.match(portError(Object.assign(new Error("listen"), { code }), wanted).message, says);
});

test("a port is waited for while the workers of a killed supervisor let go of it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const after = (_ms: number, call: () => void): Disposable => {
    server.close(() => call());
    return { [Symbol.dispose]() {} };
  };
  await checkPorts([{ name: "SMTP", host: "127.0.0.1", port }], { now: () => 0, steady: () => 0, after });
});

test("an address that this machine does not have is told as such", async () => {
  await assert.rejects(checkPorts([{ name: "SMTP", host: "192.0.2.1", port: 2525 }], systemClock), /no such address/);
});

test("F1: a sealed service says 421 without offering anything, and is gone afterwards", async () => {
  const port = 46_000 + (process.pid % 1000);
  const sealed = await answerSealed([{ host: "127.0.0.1", port }], "mail.example.org");
  const socket = createConnection(port, "127.0.0.1");
  socket.write("EHLO client.example.net\r\nSTARTTLS\r\n");
  let heard = "";
  socket.on("data", (chunk) => (heard += chunk.toString()));
  await once(socket, "close");
  assert.match(heard, /^421 4\.3\.2 mail\.example\.org [^\r\n]+\r\n$/);
  await sealed[Symbol.asyncDispose]();
  const [error] = (await once(createConnection(port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
});
