/** A holder with all that the verbs on credentials need: the directory on disk, and who is told, links and sessions as fakes. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { FakeClock } from "../../../test/world/fake-clock.ts";
import { silentBus } from "../../host/bus.ts";
import { sampleAccount, sampleAppPassword } from "../../store/contract/directory-contract.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { type CredentialHome, credentialHome } from "../accounts/credential-home.fixture.ts";
import { createPasswordHasher, type PasswordHasher } from "../accounts/password.ts";
import { createRevocations } from "../accounts/revocation.ts";
import type { HolderNotice } from "../notices/notices.ts";
import { type AccountLink, LINK_LIFE_MS } from "../web-access/account-links.ts";
import type { LinkPurpose, MailedLinks } from "./mailed-links.ts";
import type { OutsideLetter } from "./outside-letters.ts";
import { createProveHolder } from "./prove-holder.ts";
import type { RecoveryParts } from "./recovery-parts.ts";
import { createTellBoth } from "./tell-both.ts";

export const PASSWORD = "correct horse";
export const ELSEWHERE = "ada@elsewhere.example";
export const OURS: readonly string[] = ["example.org", "mail.example.net"];
const MOST_LINKS = 3;

type Link = AccountLink & { readonly purpose: LinkPurpose; readonly until: number };

export class RecoveryWorld implements AsyncDisposable {
  readonly ada: Account;
  readonly clock: FakeClock;
  readonly directory: Directory;
  readonly credentials: Credentials;
  readonly hasher: PasswordHasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  /** What lies in the INBOX, once an occasion. */
  readonly told: { readonly account: AccountId; readonly notice: HolderNotice; readonly occasion: string }[] = [];
  /** What went elsewhere, once an occasion. */
  readonly letters: OutsideLetter[] = [];
  readonly logged: (readonly [name: string, fields: Readonly<Record<string, unknown>>])[] = [];
  readonly revoked: string[] = [];
  readonly sessions: Map<string, AccountId> = new Map();
  readonly parts: RecoveryParts;
  readonly #home: CredentialHome;
  readonly #links = new Map<string, Link>();
  /** Steps that still work; then every one fails, until `heal`. */
  #stepsLeft = Number.POSITIVE_INFINITY;

  private constructor(home: CredentialHome, ada: Account) {
    this.#home = home;
    this.ada = ada;
    this.clock = home.clock;
    this.directory = home.directory;
    this.credentials = home.credentials;
    const log = (name: string, fields: object): void => void this.logged.push([name, { ...fields }]);
    const notices = {
      tell: async (account: AccountId, notice: HolderNotice, occasion: string) => {
        if (this.told.some((each) => each.occasion === occasion && each.notice.kind === notice.kind)) return;
        this.told.push({ account, notice, occasion });
      },
    };
    const post = async (letter: OutsideLetter): Promise<void> => {
      const { to, notice, occasion } = letter;
      const isKnown = (each: OutsideLetter): boolean =>
        each.to === to && each.occasion === occasion && each.notice.kind === notice.kind;
      if (!this.letters.some(isKnown)) this.letters.push(letter);
    };
    const sessions = {
      endAll: async (account: AccountId, except?: string) => {
        for (const [id, owner] of this.sessions) if (owner === account && id !== except) this.sessions.delete(id);
      },
    };
    const stopping = <T extends object>(part: T): T => this.#stopping(part);
    const credentials = stopping(home.credentials);
    const stoppingPost = stopping({ post }).post;
    const stoppingNotices = stopping(notices);
    this.parts = {
      directory: stopping(home.directory),
      credentials,
      hasher: this.hasher,
      revocations: {
        ...createRevocations(silentBus),
        publish: (account, kind) => void this.revoked.push(`${account === ada.id ? "ada" : "?"} ${kind}`),
      },
      links: stopping(this.#mailedLinks()),
      sessions: stopping(sessions),
      notices: stoppingNotices,
      post: stoppingPost,
      tellBoth: createTellBoth({ notices: stoppingNotices, credentials, post: stoppingPost }),
      prove: createProveHolder({ hasher: this.hasher, log }),
      linkTo: (purpose, token, language) => `https://example.org/account/${purpose}?lang=${language}&token=${token}`,
      clock: home.clock,
      log,
    };
  }

  static async open(more: Partial<Account> = {}): Promise<RecoveryWorld> {
    const home = await credentialHome();
    const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
    const passwordHash = (await hasher.hash(PASSWORD)) ?? assert.fail();
    const ada = sampleAccount("ada@example.org", { passwordHash, ...more });
    await home.directory.add([ada, sampleAccount("bob@example.org", { passwordHash })]);
    await home.directory.addAppPassword(sampleAppPassword(ada.id, "one", 1));
    const world = new RecoveryWorld(home, ada);
    world.sessions.set("here", ada.id).set("there", ada.id);
    return world;
  }

  async withRecovery(address: string = ELSEWHERE): Promise<void> {
    await this.credentials.setRecoveryAddress(this.ada.id, { address, verified: true });
  }

  /** The token of the last link that was mailed, wherever to. */
  token(): string {
    const texts = [...this.letters, ...this.told].map(({ notice }) => ("link" in notice ? notice.link : ""));
    return new URL(texts.findLast((text) => text !== "") ?? assert.fail("no link")).searchParams.get("token") ?? "";
  }

  /** Kinds of what was told: in the INBOX, and elsewhere with the address. */
  heard(): { readonly here: readonly string[]; readonly elsewhere: readonly string[] } {
    return {
      here: this.told.map(({ notice }) => notice.kind),
      elsewhere: this.letters.map(({ notice, to }) => `${notice.kind} ${to}`),
    };
  }

  async passwordIs(password: string): Promise<boolean> {
    const { passwordHash } = (await this.directory.byId(this.ada.id)) ?? assert.fail();
    return (await this.hasher.verify(password, passwordHash)) === "right";
  }

  /** Lets so many steps on stores work, and fails all after them. */
  stopAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  /** Tells whether a step had failed. */
  heal(): boolean {
    const hadFailed = this.#stepsLeft < 0;
    this.#stepsLeft = Number.POSITIVE_INFINITY;
    return hadFailed;
  }

  #mailedLinks(): MailedLinks {
    const living = (purpose: LinkPurpose, token: string): AccountLink | undefined => {
      const link = this.#links.get(token);
      if (link === undefined || link.purpose !== purpose || link.until <= this.clock.now()) return undefined;
      return { account: link.account, payload: link.payload };
    };
    return {
      make: async ({ purpose, account, payload }) => {
        const isLike = (each: Link): boolean => each.purpose === purpose && each.account === account;
        const count = [...this.#links.values()].filter(isLike).length;
        if (count >= MOST_LINKS) return "too-many";
        const token = randomBytes(32).toString("base64url");
        this.#links.set(token, { account, payload, purpose, until: this.clock.now() + LINK_LIFE_MS });
        return token;
      },
      look: async (purpose, token) => living(purpose, token),
      claim: async (purpose, token) => {
        const content = living(purpose, token);
        for (const [each, link] of this.#links)
          if (link.account === content?.account && link.purpose === purpose) this.#links.delete(each);
        return content;
      },
      endAll: async (account) => {
        for (const [each, link] of this.#links) if (link.account === account) this.#links.delete(each);
      },
    };
  }

  #stopping<T extends object>(part: T): T {
    const step = (): void => {
      this.#stepsLeft -= 1;
      if (this.#stepsLeft < 0) throw new StoreError("io", "The machine stops because a test asked for it.");
    };
    return new Proxy(part, {
      get(own, name) {
        const value: unknown = Reflect.get(own, name);
        if (typeof value !== "function") return value;
        return async (...given: unknown[]): Promise<unknown> => {
          step();
          return Reflect.apply(value, own, given);
        };
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.heal();
    await this.#home[Symbol.asyncDispose]();
  }
}
