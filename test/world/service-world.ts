/**
 * The service in one process for transcripts: stores, accounts and one server, a clock that stands still until told,
 * connections in memory. Everything but the sockets and the clock is the real thing.
 */
import { type Duplex, duplexPair } from "node:stream";
import { silentBus } from "../../src/host/bus.ts";
import type { Connection } from "../../src/host/connection.ts";
import { createAuthenticator } from "../../src/service/accounts/authenticate.ts";
import type { Authenticator } from "../../src/service/accounts/authenticator.ts";
import { createPasswordHasher } from "../../src/service/accounts/password.ts";
import { createRevocations } from "../../src/service/accounts/revocation.ts";
import type { Directory } from "../../src/store/directory.ts";
import { failingMailStore } from "../../src/store/failing/mail-store.ts";
import { memoryDirectory } from "../../src/store/memory/directory.ts";
import type { World } from "../transcript/play.ts";
import type { StoreKind } from "../transcript/run.ts";
import { idOf, message, NAMES, settleIn } from "./cast.ts";
import { happen } from "./events.ts";
import { FakeClock } from "./fake-clock.ts";
import { type OpenStore, openStore } from "./stores.ts";

/** Serves one connection until it ends. */
export type Serve = (connection: Connection) => Promise<void>;

export class ServiceWorld implements World {
  readonly clock: FakeClock = new FakeClock("2026-06-01T12:00:00Z");
  readonly mail: ReturnType<typeof failingMailStore>;
  readonly directory: Directory = memoryDirectory();
  readonly authenticator: Authenticator;
  readonly stop: AbortController = new AbortController();
  readonly #store: OpenStore;
  readonly #served: Promise<void>[] = [];
  #messages = 0;

  private constructor(kind: StoreKind) {
    this.#store = openStore(kind, this.clock);
    this.mail = failingMailStore(this.#store.mail);
    const hasher = createPasswordHasher();
    const revocations = createRevocations(silentBus);
    this.authenticator = createAuthenticator({
      directory: this.directory,
      hasher,
      revocations,
      log: () => {},
      clock: this.clock,
    });
  }

  /** Opens a world with its accounts and what the transcript's `given:` says. */
  static async open(kind: StoreKind, header: ReadonlyMap<string, string>): Promise<ServiceWorld> {
    const world = new ServiceWorld(kind);
    await settleIn(world.directory, world.mail, world.clock.now());
    for (const given of (header.get("given") ?? "").split(",")) await world.#given(given.trim());
    return world;
  }

  /** Set by the protocol's own world before the first connection. */
  serve: Serve = () => Promise.reject(new Error("this world serves nothing"));

  async connect(_name: string): Promise<Duplex> {
    const [client, server] = duplexPair();
    // As a reset does on a real socket: a pair alone would leave the server waiting for a reader that is gone.
    client.once("close", () => server.destroy());
    const served = this.serve({ stream: server, peerAddress: "192.0.2.7", tls: undefined, startTls: undefined });
    this.#served.push(served);
    return client;
  }

  next(): number {
    return ++this.#messages;
  }

  happen(event: string): Promise<void> {
    return happen(this, event);
  }

  async audit(): Promise<void> {
    this.mail.heal();
    await this.mail.settle();
    for (const name of NAMES) {
      const findings = await this.mail.check(idOf(name));
      if (findings.length > 0) throw new Error(`the store of ${name}: ${JSON.stringify(findings)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await Promise.all(this.#served);
    await this.#store.close();
  }

  async #given(text: string): Promise<void> {
    const [, name = "", count = ""] = /^(\S+) with (\d+) messages?$/.exec(text) ?? [];
    if (name === "") {
      if (text === "" || text.startsWith("accounts") || text.includes("@")) return;
      throw new Error(`given: "${text}" is not understood; say "INBOX with 4 messages"`);
    }
    const writer = this.mail.write(idOf("u1"));
    let mailbox = await this.mail.read(idOf("u1")).mailbox(name);
    if (mailbox === undefined) {
      const made = await writer.createMailbox(name);
      if (made.kind !== "made") throw new Error(`given: ${name} cannot be made: ${made.kind}`);
      mailbox = made.mailbox;
    }
    for (let n = 0; n < Number(count); n++) await writer.append(mailbox.id, [message(this.next(), this.clock.now())]);
  }
}

/** The limits of a server with those that `limits: name=value, ...` changes. */
export function withLimits<T extends object>(limits: T, header: ReadonlyMap<string, string>): T {
  const changed: Record<string, number> = {};
  for (const setting of (header.get("limits") ?? "").split(",").filter((text) => text.trim() !== "")) {
    const [name = "", value = ""] = setting.trim().split("=");
    if (!(name in limits)) throw new Error(`limits: no limit is called ${name}`);
    changed[name] = Number(value);
  }
  return { ...limits, ...changed };
}
