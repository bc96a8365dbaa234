/** A store of sessions and log-ins on disk, a clock that is moved by hand, and accounts that exist. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import type { Account, AccountState } from "../../store/directory.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import { openSqliteWebAccess } from "../../store/sqlite/web-access/web-access.ts";
import type { WebAccess } from "../../store/web-access.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-web-access-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;

export const anna: AccountId = accountId("a".repeat(32));
export const bo: AccountId = accountId("b".repeat(32));

export type AccessWorld = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly file: string;
  readonly store: WebAccess;
  /** Another worker's. */
  readonly other: () => Promise<WebAccess>;
  readonly accounts: Map<AccountId, Account>;
  readonly directory: { readonly byId: (id: AccountId) => Promise<Account | undefined> };
  readonly setState: (id: AccountId, state: AccountState) => void;
  /** Names and fields of events. */
  readonly events: [string, unknown][];
  readonly log: (name: string, fields: unknown) => void;
};

export async function accessWorld(): Promise<AccessWorld> {
  const clock = new FakeClock("2026-03-10T10:00:00Z");
  const file = join(folder, `${randomBytes(8).toString("hex")}.db`);
  const store = await openSqliteWebAccess({ file, key, clock });
  const createdAt = Date.parse("2026-01-01T00:00:00Z");
  const account = (id: AccountId, primary: string): [AccountId, Account] => [
    id,
    { id, primary, state: "active", language: "en", quotaBytes: 1, createdAt, passwordHash: "" },
  ];
  const accounts = new Map([account(anna, "anna@altmail.example"), account(bo, "bo@altmail.example")]);
  const events: [string, unknown][] = [];
  const others: WebAccess[] = [];
  return {
    clock,
    file,
    store,
    async other() {
      const opened = await openSqliteWebAccess({ file, key, clock });
      others.push(opened);
      return opened;
    },
    accounts,
    directory: { byId: async (id) => accounts.get(id) },
    setState(id, state) {
      const known = accounts.get(id);
      if (known !== undefined) accounts.set(id, { ...known, state });
    },
    events,
    log: (name, fields) => void events.push([name, fields]),
    async [Symbol.asyncDispose]() {
      for (const one of [store, ...others]) await one[Symbol.asyncDispose]();
    },
  };
}
