/**
 * The portal of a worker: the pages of holders, of sign-up and of money, the documents by which mail programs set themselves
 * up, and the door for Stripe's webhooks, joined to the services behind them.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Clock, HOUR } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { Signer } from "../../rules/client-settings/signed-data.ts";
import { paths } from "../../servers/web/account/account-paths.ts";
import { holderRoutes } from "../../servers/web/account/holder-routes.ts";
import type { HolderServices } from "../../servers/web/account/holder-services.ts";
import { createClientSettings } from "../../servers/web/clients/client-settings.ts";
import { clientsRoute } from "../../servers/web/clients/clients.ts";
import { publicLimits } from "../../servers/web/limits.ts";
import { planRoutes } from "../../servers/web/plan/plan.ts";
import { createPortal } from "../../servers/web/portal/portal.ts";
import type { PortalRoute } from "../../servers/web/portal/route.ts";
import type { WebApplication } from "../../servers/web/respond.ts";
import { paidRoutes } from "../../servers/web/sign-up/paid.ts";
import { signUpRoute } from "../../servers/web/sign-up/sign-up.ts";
import type { SignUpServices } from "../../servers/web/sign-up/sign-up-services.ts";
import { createStripeWebhook } from "../../servers/web/sign-up/webhook.ts";
import type { Site } from "../../servers/web/site/site.ts";
import { createChangePassword } from "../../service/recovery/change-password.ts";
import { createClosingByHolder } from "../../service/recovery/close.ts";
import { createPasswordReset, type PasswordReset } from "../../service/recovery/reset.ts";
import { createSecondSteps } from "../../service/recovery/second-step.ts";
import { type AskLimit, createAskLimit } from "../../service/web-access/ask-limit.ts";
import { lengthsOf } from "../subscription-lengths.ts";
import type { Stores } from "../stores.ts";
import type { ComingIn } from "./coming-in.ts";
import type { PortalServices } from "./portal-services.ts";
import { mailServicesOf } from "./mail-services.ts";
import { shownPlans } from "./shown-plans.ts";

export type PortalOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly comingIn: ComingIn;
  readonly services: PortalServices;
  /** Tells the elected worker that an account waits for its end; it looks by itself too. */
  readonly beginDeletions: () => void;
  /** How many workers share the bounds. */
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Log;
};

/** Disposed of before the stores: links that are asked for are mailed behind the answer. */
export type Portal = AsyncDisposable & { readonly application: (site: Site) => WebApplication };

/** Of one network, an hour: many people may share one. */
const NAMES_AN_HOUR = 60;
const ORDERS_AN_HOUR = 10;
/** Workers count alone, and connections are not spread evenly: together they let through at most twice a bound. */
const SLACK = 2;

export function openPortal(options: PortalOptions): Portal {
  const { settings, comingIn, services, clock, log } = options;
  const { sessions } = comingIn;
  const reset = createPasswordReset(services.parts);
  const routes = routesOf(options, reset);
  const others = [
    createClientSettings({
      services: mailServicesOf(settings),
      domains: settings.domains,
      signer: () => signerOf(settings),
      clock,
    }),
    ...(settings.billingProvider === "stripe" ? [createStripeWebhook(services.billing)] : []),
  ];
  const { maxBodyBytes } = publicLimits;
  return {
    application: (site) => {
      const portal = createPortal({ site, routes, sessions, clock, log, maxBodyBytes, logInPath: paths.logIn });
      return joined([...others, portal], portal);
    },
    [Symbol.asyncDispose]: () => reset[Symbol.asyncDispose](),
  };
}

function routesOf(options: PortalOptions, reset: PasswordReset): readonly PortalRoute[] {
  const { settings, stores, services } = options;
  const { billing, origin } = services;
  const names = limitOf(options, NAMES_AN_HOUR);
  const plans = shownPlans(settings);
  const isSold = settings.billingProvider === "stripe";
  const signUp: SignUpServices = {
    serviceName: services.serviceName,
    domains: settings.domains,
    ours: services.ours,
    origin,
    by: isSold ? "payment" : "invitation",
    plans,
    billing,
    isFree: async (address) => !(await stores.directory.isTaken(address)),
    hash: (prepared) => stores.hasher.hash(prepared),
    names,
    orders: limitOf(options, ORDERS_AN_HOUR),
    clock: options.clock,
  };
  return [
    ...holderRoutes(holderServices(options, reset, names)),
    signUpRoute(signUp),
    ...paidRoutes(signUp),
    ...(isSold ? planRoutes({ billing, plans, lengths: lengthsOf(settings), origin }) : []),
    clientsRoute({
      directory: stores.directory,
      mail: mailServicesOf(settings),
      needsAppPassword: async ({ secondStep }) => secondStep === true,
    }),
  ];
}

function holderServices(options: PortalOptions, reset: PasswordReset, askOfNames: AskLimit): HolderServices {
  const { settings, stores, comingIn, services, clock } = options;
  const { parts, recovery, billing, serviceName } = services;
  const { directory, credentials, mail, accounts, outbound, memory } = stores;
  const { authenticator, sessions, logIns } = comingIn;
  return {
    directory,
    credentials,
    mail,
    accounts,
    authenticator,
    sessions,
    logIns,
    changePassword: createChangePassword(parts),
    recovery,
    reset,
    secondSteps: createSecondSteps(parts, serviceName),
    closing: createClosingByHolder(parts, options.beginDeletions),
    queue: outbound,
    memory,
    ...(settings.billingProvider === "stripe" ? { contract: (account) => billing.contract(account) } : {}),
    askOfNames,
    askOfResets: limitOf(options, ORDERS_AN_HOUR),
    clock,
    beside: { signUp: true, plan: settings.billingProvider === "stripe", clients: true },
    domains: settings.domains,
    serviceName,
  };
}

const limitOf = ({ workers, clock }: PortalOptions, most: number): AskLimit =>
  createAskLimit({ clock, rate: { most: Math.ceil(most * Math.min(1, SLACK / workers)), windowMs: HOUR } });

/** Read anew for each profile: few ask for one, and the certificate changes. */
function signerOf({ certificateFile, certificateKeyFile }: Settings): Signer | undefined {
  try {
    const key = createPrivateKey(readFileSync(certificateKeyFile));
    return { certificates: readFileSync(certificateFile, "latin1"), key };
  } catch {
    return undefined;
  }
}

/** One application of several; `last` answers what none has. */
const joined = (parts: readonly WebApplication[], last: WebApplication): WebApplication => ({
  has: (path) => parts.some((part) => part.has(path)),
  answer(request, response) {
    const path = request.url?.split("?", 1)[0] ?? "";
    return (parts.find((part) => part.has(path)) ?? last).answer(request, response);
  },
});
