/**
 * Payments by Stripe (https://docs.stripe.com/api), through its own library, behind an interface of ours. Nothing of the
 * library leaves this folder; what it answers goes through the allow-list first. It is loaded at the first request: that
 * costs 0.3 s and 20 MB, which no installation without payments should pay. Its telemetry is off.
 */
import type StripeLibrary from "stripe";
import { type Clock, systemClock } from "../../host/clock.ts";
import type { SubscriptionView } from "../../rules/subscription/standing.ts";
import type { Done, Failure, FoundPayments, Payments, ReadWebhook } from "../../service/billing/payments.ts";
import { checkoutOf, disputeOf, hasFailedRefund, idOf, METADATA, paymentOf, subscriptionOf } from "./allow-list.ts";
import { codeOf, failureOf, missingOf } from "./failure.ts";
import { createStripeHttp, type StripeHttpLimits, stripeHttpLimits } from "./http.ts";
import { readEvent } from "./webhook.ts";

export type StripeOptions = {
  /** A restricted key is enough: checkout sessions, subscriptions, refunds, portal write; charges, disputes read. */
  readonly key: string;
  readonly webhookSecret: string;
  /** What our things at Stripe are marked with; stays the same for the life of the installation. */
  readonly installation: string;
  readonly clock?: Clock;
  readonly limits?: Partial<StripeHttpLimits>;
  /** Where its API is asked, as `https://api.stripe.com`; http in the clear is for this machine alone. */
  readonly server: string;
  /** Whether Stripe computes the tax of each payment. */
  readonly automaticTax?: boolean;
  /** Of a request that met a fault of the network; pauses between are the library's. */
  readonly retries?: number;
};

/** Of a webhook's signature; Stripe's own default. */
const TOLERANCE_SECONDS = 300;
/** The most that Stripe gives. */
const PAGE = 100;
const DONE: Done = Object.freeze({ kind: "done" });
const FORGED: ReadWebhook = Object.freeze({ kind: "forged" });
/** Nothing is left to give back, or the bank has it. */
const NO_REFUND: ReadonlySet<string> = new Set(["charge_already_refunded", "charge_disputed"]);

type Library = { readonly stripe: StripeLibrary } & Disposable;

export function createStripePayments(options: StripeOptions): Payments {
  const { installation, automaticTax = false, clock = systemClock } = options;
  let loading: Promise<Library> | undefined;
  const library = (): Promise<Library> => (loading ??= load(options, clock));

  const ask = async <T>(work: (stripe: StripeLibrary) => Promise<T>): Promise<T | Failure> => {
    const { stripe } = await library();
    try {
      return await work(stripe);
    } catch (error) {
      return failureOf(error);
    }
  };
  /** A thing that is not there is an answer of its own. */
  const askFor = <T, M>(work: (stripe: StripeLibrary) => Promise<T>, missing: M): Promise<T | M | Failure> =>
    ask(async (stripe) => {
      try {
        return await work(stripe);
      } catch (error) {
        if (missingOf(error) !== undefined) return missing;
        throw error;
      }
    });
  const MISSING = { kind: "missing" } as const;

  return {
    installation,

    createCheckout: ({ reference, price, language, successUrl, cancelUrl, expiresAt }) =>
      ask(async (stripe) => {
        const metadata = { [METADATA.installation]: installation, [METADATA.reference]: reference };
        const session = await stripe.checkout.sessions.create(
          {
            mode: "subscription",
            client_reference_id: reference,
            line_items: [{ price, quantity: 1 }],
            success_url: successUrl,
            cancel_url: cancelUrl,
            expires_at: Math.floor(expiresAt / 1000),
            locale: language,
            metadata,
            ...(automaticTax ? { automatic_tax: { enabled: true } } : {}),
            subscription_data: { metadata },
          },
          { idempotencyKey: `checkout-${reference}` },
        );
        return checkoutOf(session);
      }),
    checkout: (id) => askFor(async (stripe) => checkoutOf(await stripe.checkout.sessions.retrieve(id)), MISSING),
    expireCheckout: (id) =>
      ask(async (stripe) => {
        await stripe.checkout.sessions.expire(id);
        return DONE;
      }),

    subscription: (id) =>
      askFor(async (stripe) => {
        const found = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
        const customer = idOf(found.customer);
        const view = subscriptionOf(found, customer === undefined ? [] : (await paymentsOf(stripe, customer)).payments);
        return view === undefined ? MISSING : { kind: "subscription", view };
      }, MISSING),
    subscriptions: (after) =>
      ask(async (stripe) => {
        const page = await stripe.subscriptions.list({
          status: "all",
          limit: PAGE,
          expand: ["data.latest_invoice"],
          ...(after === undefined ? {} : { starting_after: after }),
        });
        const views = page.data.flatMap((one) => subscriptionOf(one, []) ?? []);
        return { kind: "page", views, next: page.has_more ? page.data.at(-1)?.id : undefined };
      }),
    charge: (id) =>
      askFor(async (stripe) => {
        const charge = await stripe.charges.retrieve(id, { expand: ["refunds"] });
        const customer = idOf(charge.customer);
        return customer === undefined
          ? MISSING
          : { kind: "charge", customer, hasFailedRefund: hasFailedRefund(charge) };
      }, MISSING),

    changePrice: ({ subscription, item }, price) =>
      ask(async (stripe) => {
        await stripe.subscriptions.update(subscription, {
          items: [{ id: item, price }],
          proration_behavior: "always_invoice",
          payment_behavior: "error_if_incomplete",
        });
        return DONE;
      }),
    setEnding: (subscription, ends) =>
      ask(async (stripe) => {
        await stripe.subscriptions.update(subscription, { cancel_at_period_end: ends });
        return DONE;
      }),
    cancelNow: (subscription) =>
      askFor(async (stripe) => {
        const { status } = await stripe.subscriptions.retrieve(subscription);
        if (status !== "canceled" && status !== "incomplete_expired") await stripe.subscriptions.cancel(subscription);
        return DONE;
      }, DONE),
    payments: (customer) => ask((stripe) => paymentsOf(stripe, customer)),
    refund: (charge) =>
      ask(async (stripe) => {
        try {
          await stripe.refunds.create({ charge });
        } catch (error) {
          if (!NO_REFUND.has(codeOf(error) ?? "")) throw error;
        }
        return DONE;
      }),
    portal: (customer, returnUrl, language) =>
      ask(async (stripe) => {
        const { url } = await stripe.billingPortal.sessions.create({
          customer,
          return_url: returnUrl,
          locale: language,
        });
        return { kind: "portal", url };
      }),

    async readWebhook(body, signature) {
      const { stripe } = await library();
      let event: unknown;
      try {
        const now = clock.now();
        const secret = options.webhookSecret;
        event = stripe.webhooks.constructEvent(Buffer.from(body), signature, secret, TOLERANCE_SECONDS, undefined, now);
      } catch {
        return FORGED;
      }
      const read = readEvent(event, installation);
      return read === undefined ? FORGED : { kind: "event", ...read };
    },

    async [Symbol.asyncDispose]() {
      (await loading)?.[Symbol.dispose]();
    },
  };
}

/** Those that were made: a charge that failed, or that the bank has not settled yet, is none. */
async function paymentsOf(stripe: StripeLibrary, customer: string): Promise<FoundPayments> {
  const { data } = await stripe.charges.list({ customer, limit: PAGE });
  const payments: SubscriptionView["payments"][number][] = [];
  for (const charge of data) {
    // A debit on its way is called paid before it is.
    if (charge.status !== "succeeded") continue;
    const disputes = charge.disputed ? (await stripe.disputes.list({ charge: charge.id, limit: PAGE })).data : [];
    payments.push(paymentOf(charge, disputeOf(disputes.map(({ status }) => status))));
  }
  return { kind: "payments", payments, areMorePending: data.some(({ status }) => status === "pending") };
}

function placeOf(server: string): Pick<StripeLibrary.StripeConfig, "protocol" | "host" | "port"> {
  const { protocol, hostname, port } = new URL(server);
  const isPlain = protocol === "http:";
  return {
    protocol: isPlain ? "http" : "https",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isPlain ? 80 : 443) : Number(port),
  };
}

async function load({ key, limits, server, retries = 2 }: StripeOptions, clock: Clock): Promise<Library> {
  const { default: Stripe } = await import("stripe");
  const http = createStripeHttp(clock, { ...stripeHttpLimits, ...limits });
  const stripe = new Stripe(key, {
    httpClient: http,
    maxNetworkRetries: retries,
    telemetry: false,
    ...placeOf(server),
  });
  return { stripe, [Symbol.dispose]: () => http[Symbol.dispose]() };
}
