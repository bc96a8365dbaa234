/**
 * Billing with all that it works with: the store in a real file, the real client against the fake Stripe, and accounts and
 * notices that are lists. Any call of any of them can be the last one of a process.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { type FakeStripe, openFakeStripe, STRIPE_KEY } from "../../../test/world/stripe/fake-stripe.ts";
import { type FakeEvent, signature } from "../../../test/world/stripe/ledger.ts";
import { createStripePayments } from "../../clients/stripe/payments.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";
import type { Plan, Usage } from "../../rules/subscription/plan.ts";
import type { BillingStore, SignUp } from "../../store/billing.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import type { AccountId } from "../../store/ids.ts";
import { openSqliteBilling } from "../../store/sqlite/billing/billing.ts";
import { type Billing, createBilling } from "./billing.ts";
import type { BilledAccounts, BillingNotice, BillingParts, BillingTell, ContractMade } from "./parts.ts";
import type { Payments } from "./payments.ts";
import { round } from "./rounds.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-billing-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const GIB: number = 1024 ** 3;
const sending = { messagesAMinute: 10, recipientsAnHour: 100, recipientsADay: 500, firstsADay: 50 } as const;
export const SMALL: Plan = { name: "small", price: "price_small", quotaBytes: 5 * GIB, aliases: 3, sending };
export const LARGE: Plan = { name: "large", price: "price_large", quotaBytes: 50 * GIB, aliases: 30, sending };
const SECRET = "whsec_of_a_test";

export const signUp = (name = "anna", recovery: string | undefined = "anna@elsewhere.example"): SignUp => ({
  address: `${name}@example.org`,
  passwordHash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA",
  recovery,
  language: "en",
  agreedAt: Date.parse("2026-01-10T10:00:00Z"),
});

/** The process ends here. */
export class Stopped extends Error {}

/** How many calls go well before the process ends. */
export type Fuse = { left: number };

export type BillingWorld = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly fake: FakeStripe;
  readonly store: BillingStore;
  readonly file: string;
  readonly key: FileKey;
  readonly billing: Billing;
  readonly fuse: Fuse;
  readonly holders: Map<AccountId, { readonly address: string; plan: string | undefined }>;
  readonly taken: Set<string>;
  usage: Usage;
  /** Each occasion once, as the notices service keeps it. */
  readonly told: Map<string, BillingNotice>;
  /** Contracts that were confirmed, each occasion once likewise. */
  readonly confirmed: Map<string, ContractMade & { readonly account: AccountId }>;
  readonly strangersTold: string[];
  readonly log: string[];
  start(name?: string, plan?: string): Promise<{ readonly reference: string; readonly session: string }>;
  /** Sends a webhook as Stripe does; what the endpoint answers. */
  send(event: FakeEvent): ReturnType<Billing["takeWebhook"]>;
  /** Sends all that wait, in order. */
  sendAll(): Promise<void>;
  night(): Promise<void>;
  /** Days, with one night at their end. */
  later(count: number): Promise<void>;
  /** Days, with a night after each. */
  days(count: number): Promise<void>;
  kinds(): readonly string[];
  /** The one account there is. */
  holder(): AccountId;
  /** Somebody whose account is open and paid for. */
  paid(name?: string, plan?: string): Promise<AccountId>;
};

/** @param lookPauseMs by default none: tests look when something happened */
export async function billingWorld({ lookPauseMs = 0 }: { readonly lookPauseMs?: number } = {}): Promise<BillingWorld> {
  const clock = new FakeClock("2026-01-10T10:00:00Z");
  const fake = await openFakeStripe(clock);
  const payments = createStripePayments({
    key: STRIPE_KEY,
    webhookSecret: SECRET,
    installation: "mail.example.org",
    clock,
    server: fake.server,
    retries: 0,
  });
  const file = join(folder, `${randomBytes(8).toString("hex")}.db`);
  const key = randomBytes(32) as Uint8Array as FileKey;
  const store = await openSqliteBilling({ file, key, clock });
  const fuse: Fuse = { left: Number.POSITIVE_INFINITY };
  const holders: BillingWorld["holders"] = new Map();
  const taken = new Set<string>();
  const closing = new Set<AccountId>();
  const told: BillingWorld["told"] = new Map();
  const confirmed: BillingWorld["confirmed"] = new Map();
  const strangersTold: string[] = [];
  const log: string[] = [];

  const accounts: BilledAccounts = {
    isFree: async (address) => !taken.has(address),
    async open({ account, signUp: { address }, plan }) {
      if (holders.has(account)) return "opened";
      if (taken.has(address)) return "taken";
      taken.add(address);
      holders.set(account, { address, plan: plan?.name });
      return "opened";
    },
    async applyPlan(account, { name }) {
      const holder = holders.get(account);
      if (holder !== undefined) holder.plan = name;
    },
    usage: async () => world.usage,
    async close(account) {
      closing.add(account);
      await billing.closed(account);
      holders.delete(account);
    },
  };
  const tell: BillingTell = {
    async holder(_account, notice, occasion) {
      if (!told.has(occasion)) told.set(occasion, notice);
    },
    async contract(account, made, occasion) {
      assert.ok(holders.has(account), "there is an INBOX to lay it in");
      if (!confirmed.has(occasion)) confirmed.set(occasion, { account, ...made });
    },
    async stranger({ recovery }, notice, occasion) {
      assert.ok(recovery !== undefined);
      if (!strangersTold.includes(`${notice.kind} ${occasion}`)) strangersTold.push(`${notice.kind} ${occasion}`);
    },
  };
  const parts: BillingParts = {
    store: fused(store, fuse),
    payments: fused<Payments>(payments, fuse),
    accounts: fused(accounts, fuse),
    tell: fused(tell, fuse),
    plans: [SMALL, LARGE],
    lengths: subscriptionLengths,
    clock,
    log: (name, fields) => void log.push(`${name} ${JSON.stringify(fields)}`),
  };
  const billing = createBilling(parts, { lookPauseMs });
  const signal = new AbortController().signal;

  const world: BillingWorld = {
    clock,
    fake,
    store,
    file,
    key,
    billing,
    fuse,
    holders,
    taken,
    told,
    confirmed,
    strangersTold,
    log,
    usage: { octets: 0, aliases: 0 },
    async start(name = "anna", plan = "small") {
      const started = await billing.start({
        signUp: signUp(name),
        plan,
        successUrl: (reference) => `https://mail.example.org/account/paid/${reference}`,
        cancelUrl: (reference) => `https://mail.example.org/account/paid/${reference}?back`,
      });
      assert.equal(started.kind, "link");
      const { reference, url } = started;
      return { reference, session: url.slice(url.lastIndexOf("/") + 1) };
    },
    send: ({ body }) => billing.takeWebhook(body, signature(body, SECRET, clock.now())),
    async sendAll() {
      fake.ledger.turn();
      for (const event of fake.ledger.events.splice(0)) await world.send(event);
    },
    async night() {
      for (const account of closing) await accounts.close(account);
      await round(parts, signal);
    },
    async later(count) {
      await clock.advance(count * 86_400_000);
      await world.night();
    },
    async days(count) {
      for (let day = 0; day < count; day++) {
        await clock.advance(86_400_000);
        await world.night();
      }
    },
    kinds: () =>
      [...told.values()].map((notice) => ("stage" in notice ? `${notice.kind} ${notice.stage}` : notice.kind)),
    holder: () => [...holders.keys()][0] ?? assert.fail("there is no account"),
    async paid(name, plan) {
      const { session } = await world.start(name, plan);
      fake.ledger.pay(session, "card");
      await world.sendAll();
      return [...holders.keys()].at(-1) ?? assert.fail("nothing was opened");
    },
    async [Symbol.asyncDispose]() {
      fuse.left = Number.POSITIVE_INFINITY;
      await store[Symbol.asyncDispose]();
      await payments[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** Every call counts twice: once before it is made and once after, for a process may end at both. */
function fused<T extends object>(target: T, fuse: Fuse): T {
  const burn = (): void => {
    if (fuse.left <= 0) throw new Stopped("the process ended");
    fuse.left--;
  };
  return new Proxy(target, {
    get(_target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return async (...values: unknown[]): Promise<unknown> => {
        burn();
        const value: unknown = await Reflect.apply(member, target, values);
        burn();
        return value;
      };
    },
  });
}
