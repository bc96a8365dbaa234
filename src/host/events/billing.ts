/** The events of payments. Accounts by id; nothing of money but that it came, or not. */

export const billingEvents = {
  "billing.opened": {
    level: "info",
    summary: "An account was opened, its first payment having come or its invitation being good.",
    fields: { account: "pseudonymous string" },
  },
  "billing.refused": {
    level: "warning",
    summary: "A payment came for a name that was given to somebody else meanwhile; it goes back.",
    fields: {},
  },
  "billing.standing": {
    level: "info",
    summary: "What an account's subscription is worth has changed: paid, ending, unpaid, ended, disputed, refunded.",
    fields: { account: "pseudonymous string", standing: "public string" },
  },
  "billing.stage": {
    level: "info",
    summary: "An account entered a stage: open, not-sending, reading-only, closing; or its holder was warned of it.",
    fields: { account: "pseudonymous string", stage: "public string", warned: "public boolean" },
  },
  "billing.withdrawn": {
    level: "info",
    summary: "A holder withdrew from the contract within its days; all that was paid goes back.",
    fields: { account: "pseudonymous string" },
  },
  "billing.ended": {
    level: "info",
    summary: "A contract was ended at Stripe; `refunds`: what was paid was given back.",
    fields: { refunds: "public boolean" },
  },
  "billing.stray": {
    level: "error",
    summary:
      "Stripe charges for a subscription of this installation that belongs to no account; `refunds`: it is young, so it is ended and paid back, else a person must look.",
    fields: { refunds: "public boolean" },
  },
  "billing.price": {
    level: "error",
    summary: "A subscription has a price that is of no plan in the settings; its account keeps the plan it had.",
    fields: { account: "pseudonymous string" },
  },
  "billing.webhook": {
    level: "info",
    summary: "A webhook came: taken, seen (before), later (Stripe will repeat it) or forged.",
    fields: { outcome: "public string" },
  },
  "billing.refund-failed": {
    level: "error",
    summary:
      "A bank did not take back what was given back, and nothing is tried again: a person must find another way. Without an account: who is owed it has none, or none any more.",
    fields: { account: "pseudonymous string" },
  },
  "billing.failed": {
    level: "error",
    summary: "A step did not come about; it is tried again. `why` is a kind of failure, never what Stripe said.",
    fields: { step: "public string", why: "public string", account: "pseudonymous string" },
  },
} as const;
