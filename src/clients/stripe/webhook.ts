/** Which thing a webhook of Stripe is about; the rest of what it says is let go unread. */
import { z } from "zod";
import type { Subject } from "../../service/billing/payments.ts";
import { METADATA } from "./allow-list.ts";

/** Ids of Stripe are short words without signs. */
const id = z.string().regex(/^\w{1,255}$/);
const idOrWhole = z.union([id, z.object({ id }).transform((whole) => whole.id)]);

const session = z.object({
  object: z.literal("checkout.session"),
  id,
  client_reference_id: id,
  metadata: z.record(z.string(), z.string()),
});
const subscription = z.object({ object: z.literal("subscription"), id });
const ofCustomer = z.object({ object: z.enum(["invoice", "charge"]), customer: idOrWhole });
const ofCharge = z.object({ object: z.enum(["dispute", "refund"]), charge: idOrWhole });
const event = z.object({ id, data: z.object({ object: z.unknown() }) });

/** Undefined: this is no event. @param installation ours; sessions of another one are none of our business */
export function readEvent(
  value: unknown,
  installation: string,
): { readonly id: string; readonly subject: Subject } | undefined {
  const read = event.safeParse(value);
  return read.success ? { id: read.data.id, subject: subjectOf(read.data.data.object, installation) } : undefined;
}

function subjectOf(thing: unknown, installation: string): Subject {
  const checkout = session.safeParse(thing);
  if (checkout.success) {
    return checkout.data.metadata[METADATA.installation] === installation
      ? { kind: "checkout", session: checkout.data.id, reference: checkout.data.client_reference_id }
      : { kind: "other" };
  }
  const contract = subscription.safeParse(thing);
  if (contract.success) return { kind: "subscription", subscription: contract.data.id };
  const customers = ofCustomer.safeParse(thing);
  if (customers.success) return { kind: "customer", customer: customers.data.customer };
  const charges = ofCharge.safeParse(thing);
  return charges.success ? { kind: "charge", charge: charges.data.charge } : { kind: "other" };
}
