/**
 * In the place of a house that takes money, where nothing is sold: whoever asks for something to be paid hears that it is not
 * done, and whoever looks for subscriptions that we do not know that there are none.
 */
import type { Failure, Payments } from "./payments.ts";

const REFUSED: Failure = Object.freeze({ kind: "failed", why: "refused" });
const refused = async (): Promise<Failure> => REFUSED;

/** @param installation as for others: which installation this is */
export const noPayments = (installation: string): Payments => ({
  installation,
  createCheckout: refused,
  checkout: refused,
  expireCheckout: refused,
  subscription: refused,
  subscriptions: async () => ({ kind: "page", views: [], next: undefined }),
  charge: refused,
  changePrice: refused,
  setEnding: refused,
  cancelNow: refused,
  payments: refused,
  refund: refused,
  portal: refused,
  readWebhook: async () => ({ kind: "forged" }),
  async [Symbol.asyncDispose]() {},
});
