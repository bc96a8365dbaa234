/** The tables of `billing.db` (src/store/sqlite/billing/schema.ts): sign-ups that wait for their money, and subscriptions. */
import { type DatabaseClass, forYears, hours, livesAs, TEN_DAYS } from "../classified.ts";

export const billingDb: DatabaseClass = {
  name: "billing.db",
  tables: [
    {
      table: "reservation",
      what: "sign-ups that wait for their money: address, password hash, recovery address; once over, a random reference",
      promise: "D1, D2",
      limit: hours(TEN_DAYS),
      since: "created_at",
    },
    {
      table: "subscription",
      what: "ids at Stripe, state, plan and end of the period, by account",
      promise: "D2, D8",
      limit: livesAs("the account"),
    },
    {
      table: "ending",
      what: "contracts to be ended and paid back at Stripe: its ids",
      promise: "D8",
      limit: livesAs("the contract at Stripe, 30 days at most where a payment is still awaited"),
    },
    {
      table: "event",
      what: "ids of webhooks that were seen, nights whose round is done",
      promise: "D8",
      limit: hours(TEN_DAYS),
      since: "seen_at",
    },
    {
      table: "invitation",
      what: "hashes of invitation codes, of nobody",
      promise: "D2",
      limit: forYears("nothing of a person; 30 days"),
    },
  ],
};
