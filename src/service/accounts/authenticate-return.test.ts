/** Everybody comes back at once: a service that was started again remembers nobody, and who guesses is there already. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import type { AccountId } from "../../store/ids.ts";
import { createLogInGuard } from "../web-access/log-in-guard.ts";
import { logInLimits } from "../web-access/log-in-limits.ts";
import { type AuthenticatorOptions, createAuthenticator } from "./authenticate.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createPasswordHasher, type PasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

const HOLDERS = 1000;
const GUESSES = 900;
const PASSWORD = "correct horse";
const nameOf = (n: number): string => `u${n}@example.org`;
const homeOf = (n: number): string => `10.${n >> 8}.${n & 255}.7`;

/** One worker, which hears of no other. */
const alone = (options: Omit<AuthenticatorOptions, "revocations">): ReturnType<typeof createAuthenticator> =>
  createAuthenticator({ ...options, revocations: createRevocations(silentBus) });

/** Counts what runs at one time. */
function oneAtATime(): { readonly hasher: PasswordHasher; readonly most: () => number } {
  const plain = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 }, waiting: 0, atOnce: 1 });
  let [running, most] = [0, 0];
  const verify = async (prepared: string, phc: string): ReturnType<PasswordHasher["verify"]> => {
    running += 1;
    most = Math.max(most, running);
    const verdict = await plain.verify(prepared, phc);
    running -= 1;
    return verdict;
  };
  return { hasher: { ...plain, verify }, most: () => most };
}

test("a thousand holders who come back at once all get in, before those who guess, with one check at a time", async () => {
  await using home = await credentialHome();
  const { directory, clock } = home;
  const { hasher, most } = oneAtATime();
  const passwordHash = (await hasher.hash(PASSWORD)) ?? assert.fail();
  const accounts = Array.from({ length: HOLDERS }, (_, n) => sampleAccount(nameOf(n), { passwordHash }));
  await directory.add(accounts);
  const networks = new Map<AccountId, string>(accounts.map(({ id }, n) => [id, homeOf(n).replace(/7$/, "0/24")]));
  const store = { isKnownFrom: async (account: AccountId, network: string) => networks.get(account) === network };
  const guard = createLogInGuard({ store, clock, log: () => {} });
  using authenticator = alone({ directory, hasher, clock, log() {}, guard });
  const order: string[] = [];
  const logIn = async (who: string, name: string, password: string, client: string): Promise<string> => {
    const { kind } = await authenticator.authenticate(name, password, { client });
    order.push(who);
    return kind;
  };
  const guesses = Array.from({ length: GUESSES }, (_, n) =>
    logIn("guesser", nameOf(n), `guess ${n}`, `198.51.${n % 200}.66`),
  );
  const holders = accounts.map(({ primary }, n) => logIn("holder", primary, PASSWORD, homeOf(n)));
  assert.deepEqual(new Set(await Promise.all(holders)), new Set(["accepted"]));
  assert.equal(most(), 1);
  const before = order.slice(0, order.lastIndexOf("holder")).filter((who) => who === "guesser").length;
  assert.ok(before < GUESSES / 3, `${before} guesses were checked before the last holder`);
  assert.deepEqual(new Set(await Promise.all(guesses)), new Set(["wrong"]), "they too, when it is their turn");
});

test("who cannot be checked in time hears that it does not work now: browsers sooner than mail programs", async () => {
  await using home = await credentialHome();
  const { directory, clock } = home;
  const plain = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 }, atOnce: 1 });
  const passwordHash = (await plain.hash(PASSWORD)) ?? "";
  await directory.add([sampleAccount("anna@example.org", { passwordHash })]);
  const held = Promise.withResolvers<"wrong">();
  const hasher: PasswordHasher = { ...plain, verify: () => held.promise };
  const logged: unknown[] = [];
  const log = (_name: string, fields: object): void => void logged.push(fields);
  const guard = createLogInGuard({ store: { isKnownFrom: async () => true }, clock, log });
  using authenticator = alone({ directory, hasher, clock, log, guard });
  const running = authenticator.authenticate("nobody@example.org", "first", { client: "192.0.2.1" });
  const asked = { client: "192.0.2.2" };
  const browser = authenticator.authenticate("anna@example.org", PASSWORD, { ...asked, purpose: "portal" });
  const program = authenticator.authenticate("anna@example.org", PASSWORD, asked);
  for (let n = 0; n < 10; n++) await new Promise(setImmediate);
  await clock.advance(20_000);
  assert.equal((await browser).kind, "unavailable");
  assert.match(JSON.stringify(logged.at(-1)), /too many checks at once/);
  await clock.advance(39_000);
  held.resolve("wrong");
  assert.deepEqual([(await running).kind, (await program).kind], ["wrong", "wrong"]);
});

test("what cannot be a password is checked in turn and counted as a wrong one, whatever its length", async () => {
  await using home = await credentialHome();
  const { directory, clock } = home;
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const held: object[] = [];
  const log = (name: string, fields: object): void => void (name === "login.held" && held.push(fields));
  const limits = { ...logInLimits, tarpit: { ...logInLimits.tarpit, mostMs: 0 } };
  const guard = createLogInGuard({ store: { isKnownFrom: async () => false }, clock, log, limits });
  using authenticator = alone({ directory, hasher, clock, log, guard });
  const kinds: string[] = [];
  for (let n = 0; n < 22; n++) {
    const password = n % 2 === 0 ? `bell ${n} \u0007` : "x".repeat(5000 + n);
    kinds.push((await authenticator.authenticate("anna@example.org", password, { client: "192.0.2.1" })).kind);
  }
  assert.deepEqual(kinds.slice(0, 20), Array(20).fill("wrong"));
  assert.deepEqual(kinds.slice(20), ["unavailable", "unavailable"]);
  assert.equal(held.length, 2);
});
