/**
 * A mail store that breaks on demand, for one account or for all: what a full disk, a failing device, a lost key look like
 * to everything above the store. Between failures it is the store that it wraps. A failing verb changes nothing.
 */
import type { AccountId } from "../ids.ts";
import type { MailReader, MailStore, MailWriter } from "../mail-store.ts";
import { StoreError, type StoreErrorCode } from "../store-error.ts";

export type FailingMailStore = MailStore & {
  /** From now on every step on the account throws a `StoreError` of this code. */
  fail(account: AccountId | "all", code: StoreErrorCode): void;
  /** Ends all failures. */
  heal(): void;
};

export function failingMailStore(inner: MailStore): FailingMailStore {
  const failures = new Map<AccountId | "all", StoreErrorCode>();
  const failIf = (account: AccountId | "all"): void => {
    const code = failures.get(account) ?? failures.get("all");
    if (code !== undefined) throw new StoreError(code, "The store fails because a test asked for it.");
  };

  return {
    async create(account, options) {
      failIf(account);
      return inner.create(account, options);
    },
    async destroy(account) {
      failIf(account);
      return inner.destroy(account);
    },
    read: (account) => guarded<MailReader>(inner.read(account), () => failIf(account)),
    write: (account) => guarded<MailWriter>(inner.write(account), () => failIf(account)),
    watch: (account, listener) => inner.watch(account, listener),
    onQuotaCrossed: (listener) => inner.onQuotaCrossed(listener),
    async check(account) {
      failIf(account);
      return inner.check(account);
    },
    async settle() {
      failIf("all");
      return inner.settle();
    },
    fail(account, code) {
      failures.set(account, code);
    },
    heal() {
      failures.clear();
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** Asks `failIf` before each call, and of what streams before each piece. Every method answers later, so none throws at once. */
function guarded<T extends MailReader | MailWriter>(target: T, failIf: () => void): T {
  return new Proxy(target, {
    get(_, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...values: readonly unknown[]): unknown => {
        if (name === "forget") return Reflect.apply(method, target, values);
        if (name === "rows" || name === "octets") {
          const stream = (): AsyncIterable<unknown> => Reflect.apply(method, target, values);
          return guardedStream(stream, failIf);
        }
        return guardedCall(() => Reflect.apply(method, target, values) as unknown, failIf);
      };
    },
  });
}

async function guardedCall(call: () => unknown, failIf: () => void): Promise<unknown> {
  failIf();
  return call();
}

async function* guardedStream(stream: () => AsyncIterable<unknown>, failIf: () => void): AsyncGenerator {
  failIf();
  for await (const piece of stream()) {
    failIf();
    yield piece;
  }
}
