/**
 * Takes a webhook: is it Stripe's, is it new, which thing is it about; then that thing is looked at, and only then the
 * webhook counts as seen. Its order, its repetition and its loss are the same to us.
 */
import { advance } from "./advance.ts";
import { followRefunds } from "./endings.ts";
import { observe } from "./observe.ts";
import type { BillingParts } from "./parts.ts";
import type { Subject } from "./payments.ts";

/** `later`: answered with an error, so that Stripe sends it again. */
export type WebhookTaken = "taken" | "seen" | "later" | "forged";

export async function takeWebhook(parts: BillingParts, body: Uint8Array, signature: string): Promise<WebhookTaken> {
  const outcome = await take(parts, body, signature);
  parts.log("billing.webhook", { outcome });
  return outcome;
}

async function take(parts: BillingParts, body: Uint8Array, signature: string): Promise<WebhookTaken> {
  const { store, payments, clock } = parts;
  const read = await payments.readWebhook(body, signature);
  if (read.kind === "forged") return "forged";
  if (await store.isSeen(read.id)) return "seen";
  if (!(await look(parts, read.subject))) return "later";
  await store.see(read.id, clock.now());
  return "taken";
}

/** False: Stripe could not be asked. */
async function look(parts: BillingParts, subject: Subject): Promise<boolean> {
  const { store, payments } = parts;
  switch (subject.kind) {
    case "checkout": {
      const { progress, failure } = await advance(parts, subject.reference);
      if (progress.kind !== "over") return failure === undefined;
      // A sign-up that is long over may have been paid after all.
      const checkout = await payments.checkout(subject.session);
      if (checkout.kind === "failed") return false;
      if (checkout.kind === "missing" || !checkout.isPaid || checkout.subscription === undefined) return true;
      return (await observe(parts, checkout.subscription)) === undefined;
    }
    case "subscription":
      return (await observe(parts, subject.subscription)) === undefined;
    case "customer": {
      const row = await store.byCustomer(subject.customer);
      return row === undefined || (await observe(parts, row.subscription)) === undefined;
    }
    case "charge": {
      const found = await payments.charge(subject.charge);
      if (found.kind === "failed") return false;
      if (found.kind === "missing") return true;
      await followRefunds(parts, subject.charge, found);
      return look(parts, { kind: "customer", customer: found.customer });
    }
    case "other":
      return true;
  }
}
