/** Accounts with mail of known age and size, for the tests of what is done for holders. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { Log } from "../../host/events/events.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { newDeliveryId } from "../../store/contract/mail-world.ts";
import { mail as sampleMail } from "../../store/contract/samples.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { failingMailStore, type FailingMailStore } from "../../store/failing/mail-store.ts";
import type { AccountId } from "../../store/ids.ts";
import type { SpecialUse } from "../../store/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { range } from "../../syntax/bytes/number-set.ts";

export class HolderWorld implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock("2026-11-21T10:00:00Z");
  readonly mail: FailingMailStore = failingMailStore(memoryMailStore({ clock: this.clock }));
  readonly directory: Directory = memoryDirectory();
  readonly logged: (readonly [name: string, fields: Readonly<Record<string, unknown>>])[] = [];
  readonly log: Log = (name, fields) => void this.logged.push([name, fields]);
  readonly #accounts: AccountId[] = [];

  async add(name: string, more: Partial<Account> = {}): Promise<AccountId> {
    const account = sampleAccount(`${name}@example.org`, more);
    await this.directory.add([account]);
    await this.mail.create(account.id, account);
    this.#accounts.push(account.id);
    return account.id;
  }

  async deliver(account: AccountId, octets: number, into: "INBOX" | SpecialUse = "INBOX"): Promise<void> {
    const mail = sampleMail({ octets: new Uint8Array(octets).fill(65) });
    await this.mail.write(account).deliver({ id: newDeliveryId(), fingerprint: randomBytes(32), into, mail });
    await turns(3);
  }

  /** The sizes of the mails in a mailbox, in order. */
  async sizes(account: AccountId, name: string): Promise<readonly number[]> {
    const reader = this.mail.read(account);
    const box = (await reader.mailbox(name)) ?? assert.fail(`no ${name}`);
    const sizes: number[] = [];
    for await (const rows of reader.rows(box.id, range(1, 2 ** 32 - 1), "facts"))
      sizes.push(...rows.map(({ size }) => size));
    return sizes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mail.heal();
    for (const account of this.#accounts) assert.deepEqual(await this.mail.check(account), []);
    assert.deepEqual(await this.directory.check(), []);
  }
}
