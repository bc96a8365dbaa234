/** The gate in a folder of its own, with three holders, notices that are kept in a list, and a clock that a test moves. */
import type { KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, HOUR } from "../../host/clock.ts";
import { type ChainLine, auditChain } from "../../host/record/chain.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import type { AccessRecords } from "../../store/access-records.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { memoryAccessRecords } from "../../store/memory/access-records.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { StoreError } from "../../store/store-error.ts";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { ObjectPlace } from "../backup/place.ts";
import type { HolderNotice, Notices, OperatorNotice } from "../notices/notices.ts";
import type { Access, AccessLine, Opening, Use } from "./access.ts";
import { createAccess } from "./create-access.ts";

export const YEAR_MS: number = 365 * DAY;

type Told = { readonly account: AccountId; readonly notice: HolderNotice; readonly occasion: string };
type More = { readonly secondKey?: KeyObject; readonly escrow?: ObjectPlace };
type ToldOperator = { readonly notice: OperatorNotice; readonly occasion: string };

export class GateWorld {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-gate-"));
  readonly chainFile: string = join(this.folder, "record", "access.chain");
  readonly clock: FakeClock = new FakeClock("2025-03-01T12:00:00Z");
  readonly directory: Directory = memoryDirectory();
  readonly holders: readonly Account[] = ["ada", "bob", "eve"].map((name) => sampleAccount(`${name}@example.org`));
  readonly told: Told[] = [];
  readonly toldOperator: ToldOperator[] = [];
  readonly logged: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  /** Accounts whose INBOX cannot be written now. */
  readonly broken: Set<AccountId> = new Set();
  readonly records: AccessRecords;
  readonly #more: More;
  access: Access;

  private constructor(records: AccessRecords, more: More) {
    this.records = records;
    this.#more = more;
    this.access = this.start(records);
  }

  static async open(more: More & { readonly records?: AccessRecords } = {}): Promise<GateWorld> {
    const world = new GateWorld(more.records ?? memoryAccessRecords(), more);
    await world.directory.add(world.holders);
    return world;
  }

  /** The gate anew on what rests, as after a crash; `records` may be made to fail, `more` be other. */
  start(records: AccessRecords = this.records, more: More = this.#more): Access {
    const { directory, clock, chainFile } = this;
    const log = (name: string, fields: object): void => void this.logged.push([name, { ...fields }]);
    const occasions = new Set<string>();
    const notices: Notices = {
      tell: async (account, notice, occasion) => {
        if (this.broken.has(account)) throw new StoreError("io", "The account is suspect.");
        if (!occasions.has(`${account} ${occasion}`)) this.told.push({ account, notice, occasion });
        occasions.add(`${account} ${occasion}`);
      },
      tellOperator: async (notice, occasion) => void this.toldOperator.push({ notice, occasion }),
    };
    this.access = createAccess({ records, chainFile, directory, notices, clock, log, ...more });
    return this.access;
  }

  /** The account id of a holder by name. */
  id(name: string): AccountId {
    const holder = this.holders.find(({ primary }) => primary.startsWith(`${name}@`));
    if (holder === undefined) throw new Error(`nobody is called ${name}`);
    return holder.id;
  }

  async opened(more: Partial<Opening> = {}, approval?: string): Promise<AccessLine> {
    const result = await this.access.open(opening(more), approval);
    if (result.kind === "refused") throw new Error(result.sentence);
    return result.access;
  }

  /** Lines of the chain. @throws Error when it is not whole. */
  lines(): readonly ChainLine[] {
    const audit = auditChain(this.chainFile);
    if (audit.kind === "altered") throw new Error(`the chain is altered at line ${audit.line}`);
    return audit.lines;
  }

  whats(): readonly string[] {
    return this.lines().map(({ what }) => what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.access[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
  }
}

export const opening = (more: Partial<Opening> = {}): Opening => ({
  address: "ada@example.org",
  scope: "log-in",
  reason: "the holder lost the password",
  case: "T-482",
  forMs: HOUR,
  bar: undefined,
  operator: "grace",
  ...more,
});

export const use = (account: AccountId | undefined, more: Partial<Use> = {}): Use => ({
  command: "account password",
  account,
  scope: "log-in",
  operator: "grace",
  ...more,
});
