/** Webhooks as Stripe sends them, and as others do. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { test } from "node:test";
import { signature } from "../../../../test/world/stripe/ledger.ts";
import type { Billing } from "../../../service/billing/billing.ts";
import { billingWorld } from "../../../service/billing/billing-world.fixture.ts";
import { metricsLimits } from "../limits.ts";
import { serveWeb, type WebListener } from "../server.ts";
import { createStripeWebhook, WEBHOOK_PATH } from "./webhook.ts";

const serve = (billing: Pick<Billing, "takeWebhook">): Promise<WebListener> =>
  serveWeb({
    routes: {},
    refuse: () => undefined,
    application: createStripeWebhook(billing),
    name: "web",
    host: "127.0.0.1",
    port: 0,
    limits: metricsLimits,
    log: () => {},
  });

async function post(
  { port }: WebListener,
  body: Uint8Array | string,
  signature?: string,
  method = "POST",
): Promise<number | undefined> {
  const headers = signature === undefined ? {} : { "stripe-signature": signature };
  const sent = request({ host: "127.0.0.1", port, path: WEBHOOK_PATH, method, agent: false, headers });
  // A server that does not read to the end may close before all is sent.
  sent.on("error", () => {});
  sent.end(body);
  const [response] = await once(sent, "response");
  response.resume();
  return response.statusCode;
}

test("M1: a payment that Stripe tells of opens the account, without the browser's return", async () => {
  await using world = await billingWorld();
  const server = await serve(world.billing);
  const { session } = await world.start();
  world.fake.ledger.pay(session, "card");
  const codes: (number | undefined)[] = [];
  for (const event of world.fake.ledger.events)
    codes.push(await post(server, event.body, signature(event.body, "whsec_of_a_test", world.clock.now())));
  assert.ok(codes.length > 0 && codes.every((code) => code === 200));
  assert.equal(world.holders.size, 1);
  const [event] = world.fake.ledger.events;
  assert.ok(event !== undefined);
  assert.equal(await post(server, event.body, signature(event.body, "whsec_of_a_test", world.clock.now())), 200);
  assert.equal(world.holders.size, 1);
  await server.close(AbortSignal.abort());
});

test("what is not signed, too long, or not posted is not looked into; what fails comes again", async () => {
  let calls = 0;
  const server = await serve({
    takeWebhook: async (_body, signature) => {
      calls += 1;
      if (signature === "broken") throw new Error("the store is closed");
      return signature === "late" ? "later" : "forged";
    },
  });
  assert.equal(await post(server, "{}"), 400);
  assert.equal(await post(server, "{}", "late"), 503);
  assert.equal(await post(server, "{}", "broken"), 503);
  assert.equal(calls, 3);
  assert.equal(await post(server, "x".repeat(300 * 1024), "late"), 413);
  assert.equal(await post(server, "", "late", "GET"), 405);
  assert.equal(calls, 3);
  await server.close(AbortSignal.abort());
});
