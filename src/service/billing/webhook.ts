/**
 * Takes a webhook: is it Stripe's, is it new, which thing is it about; then that thing is looked at, and only then the
 * webhook counts as seen. Its order, its repetition and its loss are the same to us.
 */
import { observe } from "./observe.ts";
import type { BillingParts } from "./parts.ts";
import type { Subject } from "./payments.ts";
import { settle } from "./sign-up.ts";

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
      const progress = await settle(parts, subject.reference);
      if (progress.kind !== "over") return progress.kind !== "failed" && lookAtNew(parts, subject.reference);
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
      const found = await payments.customerOf(subject.charge);
      if (found.kind === "failed") return false;
      return found.kind === "missing" || look(parts, found);
    }
    case "other":
      return true;
  }
}

/** An account that was opened just now learns until when it is paid. */
async function lookAtNew(parts: BillingParts, reference: string): Promise<boolean> {
  const row = await parts.store.byReference(reference);
  if (row === undefined || row.until !== undefined) return true;
  return (await observe(parts, row.subscription)) === undefined;
}
