/**
 * The whole service in one process, as supervisor and elected worker make it together: real keys, stores, log, backups to
 * folders outside the home, jobs and nights; and connections in memory. Only the clock is a test's.
 */
import assert from "node:assert/strict";
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, utimesSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, duplexPair } from "node:stream";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Operator } from "../../src/cli/command.ts";
import { workBehindGate } from "../../src/cli/gate.ts";
import { type Office, openOffice } from "../../src/cli/office.ts";
import { openOutgoing } from "../../src/cli/outgoing.ts";
import { runElectedJobs } from "../../src/cli/service/elected-jobs.ts";
import { workQueue } from "../../src/cli/service/queue-duty.ts";
import { endDays } from "../../src/cli/service/end-days.ts";
import { turnNight } from "../../src/cli/service/turn-night.ts";
import { storeCommands } from "../../src/cli/store-commands.ts";
import { makeFolders, openStores, type Stores } from "../../src/cli/stores.ts";
import { silentBus } from "../../src/host/bus.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/host/clock.ts";
import type { Connection } from "../../src/host/connection.ts";
import type { Log } from "../../src/host/events/events.ts";
import { createLogSender, type LogSender } from "../../src/host/log/sender.ts";
import { createLogWriter, type LogWriter } from "../../src/host/log/writer.ts";
import { parseSettings } from "../../src/host/settings/read.ts";
import type { Settings } from "../../src/host/settings/settings.ts";
import { eachNight } from "../../src/host/supervisor/night.ts";
import { imapLimits } from "../../src/servers/imap/limits.ts";
import { serveImap } from "../../src/servers/imap/server.ts";
import { smtpLimits } from "../../src/servers/smtp/limits.ts";
import { serveSmtp } from "../../src/servers/smtp/server.ts";
import { createAuthenticator } from "../../src/service/accounts/authenticate.ts";
import { createCapture } from "../../src/service/delivery/capture.ts";
import { createInbound } from "../../src/service/delivery/receive.ts";
import { type Keys, openKeys } from "../../src/store/crypt/keys.ts";
import { generateRoot, type Root } from "../../src/store/crypt/root.ts";
import { Dialogue } from "./dialogue.ts";
import { FakeClock, turns } from "./fake-clock.ts";

export type WholeServiceWishes = {
  readonly domain: string;
  /** The first account; it is the operator's too. */
  readonly operator: string;
  /** Where all connections come from. */
  readonly clientAddress: string;
  /** Days that the clock stands behind that of the machine, at least as many as the test lasts. */
  readonly daysBack: number;
};

/** So far timers may be late. */
const HOP_MS: number = 30 * MINUTE;
const ROOM_BYTES = 1e9;
/** Real time that anything may take. */
const PATIENCE_MS = 30 * SECOND;

/** In memory where there is much of it: what a sync costs is nothing that these tests ask. */
function roomyFolder(): string {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > ROOM_BYTES ? memory : tmpdir();
}

export class WholeService implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(roomyFolder(), "altmail-whole-"));
  readonly home: string = join(this.folder, "home");
  readonly target: string = join(this.folder, "target");
  readonly escrow: string = join(this.folder, "escrow");
  readonly clock: FakeClock;
  /** The operators' offline key. */
  readonly identity: string;
  /** What the process would have printed. */
  readonly shown: string[] = [];
  /** Names of the events since the last look, oldest first. */
  readonly events: string[] = [];
  readonly faults: unknown[] = [];
  root!: Root;
  stores!: Stores;
  office!: Office;
  #settings!: Settings;
  #wishes: WholeServiceWishes;
  #keys!: Keys;
  #writer!: LogWriter;
  #sender!: LogSender;
  #log!: Log;
  #turning: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  readonly #served: Promise<void>[] = [];
  readonly #end = new AsyncDisposableStack();

  private constructor(wishes: WholeServiceWishes, identity: string) {
    this.#wishes = wishes;
    this.identity = identity;
    const today = Math.floor(Date.now() / DAY) * DAY;
    // In the past: what is written now is of the future, and `datesFiles` can tell it from what was written before.
    this.clock = new FakeClock(new Date(today - wishes.daysBack * DAY).toISOString());
  }

  static async open(wishes: WholeServiceWishes): Promise<WholeService> {
    const service = new WholeService(wishes, await generateX25519Identity());
    try {
      await service.#start();
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
    return service;
  }

  async #start(): Promise<void> {
    const { clock, home } = this;
    mkdirSync(home, { mode: 0o700 });
    for (const place of [this.target, this.escrow]) mkdirSync(place);
    const { dataFolder, secretFolder } = await makeFolders(home);
    const settings = await this.#makeSettings();
    this.#settings = settings;
    const root = generateRoot(join(this.folder, "root"));
    this.root = root;
    endDays({ home, days: settings.logDays, clock }, undefined);

    // The supervisor's part.
    const keys = this.#end.use(openKeys({ dataFolder, secretFolder, root }));
    this.#keys = keys;
    this.#writer = this.#end.use(
      await createLogWriter({
        folder: join(dataFolder, "log"),
        dayKey: (day) => keys.dayKey(day, { create: true }) ?? assert.fail("the day has no key"),
        clock,
        days: settings.logDays,
        show: (line) => void this.shown.push(line),
      }),
    );
    this.#end.use(eachNight(clock, () => void (this.#turning = this.#turn())));

    // The elected worker's.
    this.#sender = createLogSender({
      clock,
      send: (batch, sent) => {
        this.#writer.take(batch);
        sent();
      },
    });
    this.#end.use(this.#sender);
    const log: Log = (name, fields) => {
      this.stores?.watch.observe(name, fields, clock.now());
      this.events.push(name);
      this.#sender.log(name, fields);
    };
    this.#log = log;
    const opening = { settings, root, bus: silentBus, log, clock, bootId: "whole", workers: 1 };
    this.stores = this.#end.use(await openStores(opening));
    const { stores } = this;
    const outgoing = this.#end.use(await openOutgoing({ settings, stores, clock }));
    this.office = this.#end.use(await openOffice({ ...opening, stores, outgoing, isServing: true }));
    const { office } = this;
    const { signal } = this.#stop;
    const report = (error: unknown): void => void this.faults.push(error);
    const queue = workQueue({ settings, stores, outgoing, workers: 1, clock, log, signal, report });
    const jobs = runElectedJobs({
      stores,
      office,
      billing: undefined,
      settings,
      bus: silentBus,
      clock,
      log,
      signal,
    });
    this.#end.defer(async () => {
      this.#stop.abort();
      await Promise.all([...this.#served, jobs, queue.end(new AbortController().signal), this.#turning]);
    });
    await this.settle();
  }

  async #makeSettings(): Promise<Settings> {
    const { domain, operator } = this.#wishes;
    const usual = parseSettings(
      `host-name = "mx.${domain}"
domains = ["${domain}"]
operator = "${operator}"
[tls]
certificate = "none.pem"
key = "none.key"
`,
      join(this.home, "altmail.toml"),
    );
    return {
      ...usual,
      workers: 1,
      arrivingVerify: false,
      dnsServers: [{ host: "127.0.0.1", port: 9 }],
      queuePauses: [6, 15, 30],
      queueSmarthost: { host: "127.0.0.1", port: 9 },
      dkimUnpublished: true,
      backupTarget: { kind: "folder", path: this.target },
      backupEscrow: { kind: "folder", path: this.escrow },
      backupRecipient: await identityToRecipient(this.identity),
    };
  }

  #turn(): Promise<void> {
    const failed = (error: unknown): void => void this.faults.push(error);
    const days = { home: this.home, days: this.#settings.logDays, clock: this.clock };
    return turnNight({ ...days, writer: this.#writer, keys: this.#keys, failed });
  }

  /** Lets the clock come to `hour:minute` of its day (UTC), or of the next when it is past that, and what is due be done. */
  async until(hour: number, minute = 0): Promise<void> {
    const now = this.clock.now();
    const wanted = Math.floor(now / DAY) * DAY + hour * HOUR + minute * MINUTE;
    const end = wanted > now ? wanted : wanted + DAY;
    while (this.clock.now() < end) {
      await this.clock.leap(Math.min(HOP_MS, end - this.clock.now()));
      await this.#turning;
      await this.settle();
    }
  }

  /** Fulfils when an event of the name was written since the last look, and forgets all up to it. */
  async seen(...names: readonly string[]): Promise<string> {
    const late = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this.events.findIndex((name) => names.includes(name));
      if (at >= 0) return this.events.splice(0, at + 1).at(-1) as string;
      if (performance.now() > late) assert.fail(`${names.join(", ")} never came: ${this.events.join(", ")}`);
      await this.settle();
    }
  }

  /** Fulfils when nothing waits for the disk any more and all that was logged is in its file. */
  async settle(): Promise<void> {
    for (let calm = 0; calm < 3; ) {
      await stat(this.folder);
      await turns(2);
      const waits = process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
      calm = waits ? 0 : calm + 1;
    }
    this.#sender.flush();
    await this.#writer.flush();
  }

  /** Gives files that were written since the last call the time of this clock, as a disk under it would have. */
  dateFiles(): void {
    const seconds = this.clock.now() / SECOND;
    for (const place of [this.home, this.target, this.escrow])
      for (const path of globSync(`${place}/**/*`)) {
        const found = statSync(path, { throwIfNoEntry: false });
        if (found?.isFile() === true && found.mtimeMs > this.clock.now()) utimesSync(path, seconds, seconds);
      }
  }

  /** Carries out a command as the service does. @returns its value, and the text that it shows. @throws when refused. */
  async command(
    name: string,
    given: Readonly<Record<string, string | boolean>> = {},
  ): Promise<{ readonly value: never; readonly text: string }> {
    const operator: Operator = { ...this.stores, ...this.office };
    const report = { line: async () => {}, progress() {}, signal: this.#stop.signal };
    const command = storeCommands.find((each) => each.name === name) ?? assert.fail(name);
    const outcome = await workBehindGate(command, operator, { operator: "grace", ...given }, report, this.clock);
    if (outcome.kind === "refused") throw new Error(`${name}: ${outcome.sentence}`);
    const value = outcome.value as never;
    return { value, text: `${command.show(value)}\n${JSON.stringify(value)}` };
  }

  /** A session with the SMTP server, greeted. */
  async smtp(): Promise<Dialogue> {
    const { stores, clock } = this;
    const { directory, mail, queue, spool } = stores;
    const { hostName, domains, operator } = this.#settings;
    const intake = createCapture({ spool });
    const shared = { clock, log: this.#log, hostName };
    const inbound = createInbound({ directory, mail, domains, operator, queue, intake, ...shared });
    const services = { inbound, ...shared, limits: smtpLimits, signal: this.#stop.signal };
    const dialogue = this.#connect((connection) => serveSmtp(connection, services));
    await dialogue.hear(/^220 /);
    await dialogue.say("EHLO client.example.net", /^250 /);
    return dialogue;
  }

  /** A session with the IMAP server, logged in. */
  async imap(user: string, password: string): Promise<Dialogue> {
    const { stores, clock } = this;
    const { directory, mail, hasher, revocations, spool } = stores;
    const log = this.#log;
    const authenticator = createAuthenticator({ directory, hasher, revocations, log, clock });
    const services = { mail, authenticator, intake: createCapture({ spool }), clock, log, limits: imapLimits };
    const { hostName } = this.#settings;
    const all = { ...services, signal: this.#stop.signal, hostName, allowCleartext: true };
    const dialogue = this.#connect((connection) => serveImap(connection, all));
    await dialogue.hear(/^\* OK/);
    await dialogue.say(`l LOGIN "${user}" "${password}"`, /^l OK/);
    return dialogue;
  }

  #connect(serve: (connection: Connection) => Promise<void>): Dialogue {
    const [client, server]: Duplex[] = duplexPair();
    assert.ok(client && server);
    client.once("close", () => server.destroy());
    const peerAddress = this.#wishes.clientAddress;
    this.#served.push(serve({ stream: server, peerAddress, tls: undefined, startTls: undefined }));
    return new Dialogue(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end.disposeAsync();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
