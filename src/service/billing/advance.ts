/** Takes a sign-up as far as it goes, and what it became too: whoever asks, a browser, a webhook or a round, asks so. */
import { observe } from "./observe.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";
import { type Progress, settle } from "./sign-up.ts";

export type Advanced = {
  readonly progress: Progress;
  /** The account is open whether or not Stripe says at once until when. */
  readonly failure: Failure | undefined;
};

/** @throws StoreError */
export async function advance(parts: BillingParts, reference: string): Promise<Advanced> {
  const progress = await settle(parts, reference);
  if (progress.kind === "failed") return { progress, failure: progress };
  const row = progress.kind === "open" ? await parts.store.byReference(reference) : undefined;
  const isNew = row !== undefined && row.until === undefined;
  return { progress, failure: isNew ? await observe(parts, row.subscription) : undefined };
}
