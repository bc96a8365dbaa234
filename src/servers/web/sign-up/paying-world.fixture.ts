/**
 * The portal with billing behind it: the real one, its store in a real file, its client against the fake Stripe, which fails
 * a test that lets it see an address. Every page that a visitor is shown is held to be valid HTML.
 */
import assert from "node:assert/strict";
import { HtmlValidate } from "html-validate";
import { SITE_HOST, siteText } from "../../../../test/world/web-site.ts";
import { HOUR } from "../../../host/clock.ts";
import { subscriptionLengths } from "../../../rules/subscription/lengths.ts";
import { type BillingWorld, billingWorld, LARGE, SMALL } from "../../../service/billing/billing-world.fixture.ts";
import { createAskLimit } from "../../../service/web-access/ask-limit.ts";
import { sampleAccount } from "../../../store/contract/directory-contract.ts";
import type { AccountId } from "../../../store/ids.ts";
import { openPortalWorld, type PortalWorld, type Shown, type Visitor } from "../account/portal-world.fixture.ts";
import { html } from "../markup.ts";
import { planRoutes } from "../plan/plan.ts";
import { buttons, form } from "../portal/fields.ts";
import type { PortalRoute } from "../portal/route.ts";
import type { ShownPlan } from "../site/plans.ts";
import { paidRoutes } from "./paid.ts";
import { signUpRoute } from "./sign-up.ts";
import type { SignUpServices } from "./sign-up-services.ts";

export const ORIGIN: string = `https://${SITE_HOST}`;
export const PASSWORD = "seven grey geese at dawn";
/** What a form of sign-up holds behind the name, filled in rightly. */
export const FILLED_IN: Readonly<Record<string, string>> = {
  password: PASSWORD,
  again: PASSWORD,
  recovery: "",
  plan: "small",
  terms: "yes",
  begin: "yes",
};

export type PayingWorld = AsyncDisposable & {
  readonly portal: PortalWorld;
  readonly paying: BillingWorld;
  /** Whose pages are checked as they come. */
  visitor(): Visitor;
  /** Somebody who bought the small plan, and a visitor who is logged in as this one. */
  holder(): Promise<{ readonly account: AccountId; readonly visitor: Visitor }>;
};

const SHOWN: Readonly<Record<string, number>> = { [SMALL.name]: 0, [LARGE.name]: 1 };
export const PLANS: readonly ShownPlan[] = Object.entries(SHOWN).map(([name, index]) => ({
  ...(siteText.plans[index] ?? assert.fail("there is such a plan")),
  name,
}));

/** @param more in the place of what sign-up has else */
export async function payingWorld(more: Partial<SignUpServices> = {}): Promise<PayingWorld> {
  const paying = await billingWorld();
  const limit = (most: number) => createAskLimit({ clock: paying.clock, rate: { most, windowMs: HOUR } });
  let begins: AccountId | undefined;
  const begin: PortalRoute = {
    path: "/account/begin",
    access: "everybody",
    get: (visit) => ({
      kind: "page",
      page: { title: "Begin", body: html`${form("/account/begin", visit.formToken(), buttons({ label: "Begin" }))}` },
    }),
    post: () => ({
      kind: "go",
      path: "/account/plan",
      session: { kind: "begin", account: begins ?? assert.fail("nobody begins"), isStaying: false },
    }),
  };
  const portal = await openPortalWorld((_services, { hasher }) => {
    const services: SignUpServices = {
      serviceName: "AltMail",
      domains: [SITE_HOST],
      ours: [SITE_HOST, `mail.${SITE_HOST}`],
      origin: ORIGIN,
      by: "payment",
      plans: PLANS,
      billing: paying.billing,
      isFree: async (address) => !paying.taken.has(address),
      hash: (prepared) => hasher.hash(prepared),
      names: limit(60),
      orders: limit(10),
      clock: paying.clock,
      ...more,
    };
    return [
      signUpRoute(services),
      ...paidRoutes(services),
      ...planRoutes({ ...services, billing: paying.billing, lengths: subscriptionLengths }),
      begin,
    ];
  });
  const visitor = (): Visitor => checked(portal.visitor());
  return {
    portal,
    paying,
    visitor,
    async holder() {
      const account = await paying.paid("ada-at-stripe");
      await portal.home.directory.add([sampleAccount(`buyer@${SITE_HOST}`, { id: account })]);
      begins = account;
      const somebody = visitor();
      await somebody.send(await somebody.get("/account/begin"), {});
      return { account, visitor: somebody };
    },
    async [Symbol.asyncDispose]() {
      await portal[Symbol.asyncDispose]();
      await paying[Symbol.asyncDispose]();
    },
  };
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: { "long-title": "off", "no-trailing-whitespace": "off", "require-sri": ["error", { target: "crossorigin" }] },
});

/** Complains of pages that are not valid, or have not one heading of the first level. */
function checked(visitor: Visitor): Visitor {
  const [get, send] = [visitor.get.bind(visitor), visitor.send.bind(visitor)];
  const look = async (shown: Shown): Promise<Shown> => {
    if (shown.code === 303) return shown;
    const { results } = await validator.validateString(shown.body);
    const faults = results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
    assert.deepEqual(faults, [], `${shown.path}\n${shown.body}`);
    assert.equal(shown.body.match(/<h1/g)?.length, 1);
    assert.doesNotMatch(shown.body, /<script|undefined|\[object/);
    return shown;
  };
  visitor.get = async (path) => look(await get(path));
  visitor.send = async (...sent) => look(await send(...sent));
  return visitor;
}
