/** Offers what is being added to who hands it over at once, with its octets, so that nobody reads them back. */
import { contentOf } from "../../content-of.ts";
import type { ContentSource } from "../../mail-store.ts";
import { type Batch, type OutboundRecipient, RECIPIENTS_AN_ITEM, type Taker } from "../../outbound-queue.ts";

/** Up to so many octets; as many such are in memory as the taker has places. */
const OFFERED_BYTES = 256 * 1024;

/** Whether it is one item, and small. */
export function isSmall(recipients: readonly OutboundRecipient[], { size, bytes }: ContentSource): boolean {
  const destination = recipients[0]?.destination;
  return (
    bytes !== undefined &&
    size <= OFFERED_BYTES &&
    recipients.length <= RECIPIENTS_AN_ITEM &&
    recipients.every((recipient) => recipient.destination === destination)
  );
}

/**
 * Adds, with a place kept where the taker has one; what came out claimed he gets, else the place is given back.
 * @param add durable when it fulfils; without `until` nothing is to be claimed
 */
export async function offered(
  taker: Taker | undefined,
  recipients: readonly OutboundRecipient[],
  { bytes }: ContentSource,
  add: (until: number | undefined) => Promise<Batch | "added" | "known">,
): Promise<"added" | "taken" | "known"> {
  const destination = recipients[0]?.destination;
  const place = bytes === undefined || destination === undefined ? undefined : taker?.keepPlace(destination);
  // The caller's octets are gone when this fulfils.
  const own = place && bytes && new Uint8Array(bytes);
  try {
    const outcome = await add(place === undefined ? undefined : taker?.leaseUntil());
    if (typeof outcome === "string" || place === undefined || own === undefined) {
      place?.giveBack();
      return typeof outcome === "string" ? outcome : "added";
    }
    place.take(outcome, contentOf(own));
    return "taken";
  } catch (error) {
    place?.giveBack();
    throw error;
  }
}
