/**
 * Where Stripe sends its webhooks: the body as it came, for its signature is of the octets. Whoever else sends something
 * hears 400, and nothing of it is kept. Stripe repeats what was not answered with 200.
 */
import type { Billing } from "../../../service/billing/billing.ts";
import { plain, type WebAnswer } from "../answer.ts";
import { readBody, send } from "../clients/exchange.ts";
import type { WebApplication } from "../respond.ts";
import { transportHeaders } from "../security-headers.ts";

export const WEBHOOK_PATH = "/webhooks/stripe";
/** An event holds one thing of Stripe's, with all its parts: some ten KiB. */
const MAX_EVENT_BYTES = 256 * 1024;

const ANSWERS: Readonly<Record<Awaited<ReturnType<Billing["takeWebhook"]>>, WebAnswer>> = {
  taken: plain(200, "Taken."),
  seen: plain(200, "Taken before."),
  forged: plain(400, "This is not signed by Stripe for us."),
  later: plain(503, "It cannot be looked into now: send it again."),
};

export const createStripeWebhook = ({ takeWebhook }: Pick<Billing, "takeWebhook">): WebApplication => ({
  has: (path) => path === WEBHOOK_PATH,
  async answer(request, response) {
    const reply = (answer: WebAnswer) =>
      send(request, response, WEBHOOK_PATH, {
        ...answer,
        headers: { "cache-control": "no-store", ...transportHeaders, ...answer.headers },
      });
    if (request.method !== "POST")
      return reply({ ...plain(405, "Only POST is answered here."), headers: { allow: "POST" } });
    const body = await readBody(request, MAX_EVENT_BYTES);
    if (body === undefined) return reply(plain(413, "An event of Stripe is shorter than this."));
    const signature = String(request.headers["stripe-signature"] ?? "");
    // Stripe sends again what fails; here nothing is half done.
    return reply(ANSWERS[await takeWebhook(body, signature).catch(() => "later" as const)]);
  },
});
