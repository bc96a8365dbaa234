/**
 * What the portal, its webhook and the rounds of billing work with, in one worker: recovery, second steps, billing. Made only
 * where the website is served.
 */
import { readFileSync } from "node:fs";
import { createStripePayments } from "../../clients/stripe/payments.ts";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { HostError } from "../../host/host-error.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { linkPath } from "../../servers/web/account/account-paths.ts";
import { createBilledAccounts } from "../../service/billing/billed-accounts.ts";
import { type Billing, createBilling } from "../../service/billing/billing.ts";
import { createBillingTell } from "../../service/billing/billing-tell.ts";
import { noPayments } from "../../service/billing/no-payments.ts";
import type { Payments } from "../../service/billing/payments.ts";
import type { LinkPurpose } from "../../service/recovery/mailed-links.ts";
import { createRecoveryAddresses, type RecoveryAddresses } from "../../service/recovery/recovery-address.ts";
import type { RecoveryParts } from "../../service/recovery/recovery-parts.ts";
import { createAccountLinks } from "../../service/web-access/account-links.ts";
import { lengthsOf } from "../subscription-lengths.ts";
import type { Stores } from "../stores.ts";
import type { ComingIn } from "./coming-in.ts";
import { contractPagesOf } from "./contract-pages.ts";
import { siteNameOf } from "./site-name.ts";

export type PortalServices = AsyncDisposable & {
  readonly billing: Billing;
  readonly parts: RecoveryParts;
  readonly recovery: RecoveryAddresses;
  /** As `https://example.org`. */
  readonly origin: string;
  readonly serviceName: string;
  /** All domains that are ours, and the host's name. */
  readonly ours: readonly string[];
};

export type PortalServicesOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly comingIn: ComingIn;
  readonly clock: Clock;
  readonly log: Log;
};

/** @throws HostError when a file of Stripe's, or the page of the terms, cannot be read; SiteError */
export function openPortalServices(options: PortalServicesOptions): PortalServices {
  const { settings, stores, comingIn, clock, log } = options;
  const { directory, credentials, hasher, revocations, notices, postOutside, tellBoth, accounts, mail } = stores;
  const { domains, hostName, quotaBytes, plans } = settings;
  const { name: serviceName, origin } = siteNameOf(settings);
  const ours = [...domains, hostName];
  const { prove, sessions } = comingIn;
  const parts: RecoveryParts = {
    directory,
    credentials,
    hasher,
    revocations,
    links: createAccountLinks<LinkPurpose>({ store: stores.webAccess, clock }),
    sessions,
    notices,
    post: postOutside,
    tellBoth,
    prove,
    linkTo: (purpose, token, language) => `${origin}${linkPath(purpose, token, language)}`,
    clock,
    log,
  };
  const recovery = createRecoveryAddresses(parts, ours);
  const payments = paymentsOf(settings, clock);
  const billing = createBilling({
    store: stores.billing,
    payments,
    accounts: createBilledAccounts({ accounts, directory, credentials, mail, recovery, quotaBytes }),
    tell: createBillingTell({
      directory,
      notices,
      tellBoth,
      post: postOutside,
      contractPages: contractPagesOf(settings),
    }),
    plans,
    lengths: lengthsOf(settings),
    clock,
    log,
  });
  return {
    billing,
    parts,
    recovery,
    origin,
    serviceName,
    ours,
    [Symbol.asyncDispose]: () => payments[Symbol.asyncDispose](),
  };
}

/** Says early what is wrong with the files of payments. @throws HostError */
export function checkPayments({ billingProvider, billingKeyFile, billingWebhookSecretFile }: Settings): void {
  if (billingProvider === "none") return;
  secretOf(billingKeyFile);
  secretOf(billingWebhookSecretFile);
}

function paymentsOf(settings: Settings, clock: Clock): Payments {
  const { billingProvider, billingKeyFile, billingWebhookSecretFile, hostName: installation } = settings;
  const { billingServer: server, billingAutomaticTax: automaticTax } = settings;
  if (billingProvider === "none") return noPayments(installation);
  const [key, webhookSecret] = [secretOf(billingKeyFile), secretOf(billingWebhookSecretFile)];
  return createStripePayments({ key, webhookSecret, installation, server, automaticTax, clock });
}

function secretOf(file = ""): string {
  const name = JSON.stringify(file);
  try {
    const text = readFileSync(file, "utf8").trim();
    if (text !== "" && !/\s/.test(text)) return text;
  } catch (cause) {
    throw new HostError(
      `the file ${name} for payments cannot be read: give its path, and let the service's user read it`,
      {
        cause,
      },
    );
  }
  throw new HostError(`the file ${name} for payments must hold one line: what Stripe's dashboard shows`);
}
