import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createStripePayments } from "./payments.ts";

async function serve(listener: RequestListener, maxAnswerBytes: number) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  assert.ok(at !== null && typeof at === "object");
  const payments = createStripePayments({
    key: "rk_test",
    webhookSecret: "whsec",
    installation: "here",
    clock: new FakeClock("2026-11-21"),
    server: `http://127.0.0.1:${at.port}`,
    retries: 0,
    limits: { maxAnswerBytes },
  });
  return {
    payments,
    async [Symbol.asyncDispose](): Promise<void> {
      await payments[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("an answer without an end is let go, and one that is no JSON is no answer", async () => {
  const failed = { kind: "failed", why: "unreachable" };
  await using endless = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = (): void => {
      while (!response.destroyed && response.write(`"${"x".repeat(10_000)}",`));
    };
    response.on("drain", more);
    more();
  }, 100_000);
  assert.deepEqual(await endless.payments.checkout("cs_1"), failed);
  await using page = await serve((_request, response) => void response.end("<html>"), 100_000);
  assert.deepEqual(await page.payments.checkout("cs_1"), failed);
});

test("Stripe hears the key and the form, and nothing of the machine that asks", async () => {
  const heard: string[][] = [];
  await using quiet = await serve((request, response) => {
    heard.push(Object.keys(request.headers).toSorted());
    response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"type":"invalid_request_error"}}');
  }, 100_000);
  assert.deepEqual(await quiet.payments.checkout("cs_1"), { kind: "missing" });
  assert.deepEqual(heard, [["accept", "authorization", "connection", "content-type", "host", "stripe-version"]]);
});
