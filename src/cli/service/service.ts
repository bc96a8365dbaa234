/**
 * The running service as its supervisor sees it: one home, locked; sealed until there is a root, then a crew of workers.
 * The supervisor ends the days of the log that are over, holds the root, writes the log, passes notices, sums metrics,
 * turns the epoch each night, and meets no stranger but for one line on the sealed port.
 *
 * Commands that need the stores are passed to the elected worker, which has them open: so the supervisor opens no
 * account, never waits for a disk or an argon2 on behalf of a command, and a fault in a command costs a worker, which is
 * replaced, not the service.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, SECOND } from "../../host/clock.ts";
import type { ControlAnswer, ControlRequest, Telling } from "../../host/control/control-message.ts";
import { ControlServer } from "../../host/control/control-server.ts";
import { controlPath } from "../../host/control/socket-path.ts";
import { lockHome } from "../../host/lock/home-lock.ts";
import { createLogWriter, type LogWriter } from "../../host/log/writer.ts";
import { collectMetrics, type MetricsCollection } from "../../host/metrics/collect.ts";
import { createProcessMetrics, type ProcessMetrics, type Snapshot } from "../../host/metrics/process-metrics.ts";
import type { WantedPort } from "../../host/port-error.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { Crew } from "../../host/supervisor/crew.ts";
import { checkPorts } from "../../host/supervisor/free-ports.ts";
import { eachNight } from "../../host/supervisor/night.ts";
import { type Readiness, removeReadiness, writeReadiness } from "../../host/supervisor/ready-file.ts";
import { answerSealed } from "../../host/supervisor/sealed-port.ts";
import type { Signals } from "../../host/supervisor/signals.ts";
import { checkCertificate } from "../../host/tls/server-tls.ts";
import { type Keys, openKeys } from "../../store/crypt/keys.ts";
import type { Root } from "../../store/crypt/root.ts";
import { checkArriving } from "../arriving.ts";
import { parseRoot } from "../../store/crypt/root-text.ts";
import type { ScannerLine } from "../scanners.ts";
import { describeBug, sentenceOf } from "../sentence.ts";
import { makeFolders } from "../stores.ts";
import { checkPayments } from "./portal-services.ts";
import { endDays } from "./end-days.ts";
import type { ServiceStatus, WorkerStatus } from "./status.ts";
import { turnNight } from "./turn-night.ts";
import { checkPages } from "./website.ts";
import type { News, WorkerStart } from "./worker-start.ts";

export type ServiceOptions = {
  readonly settings: Settings;
  /** `undefined`: stay sealed until `altmail unlock`. */
  readonly root: Root | undefined;
  /** Names this run of the kernel. */
  readonly bootId: string;
  readonly clock: Clock;
  readonly signals: Signals;
  /** Called each time the state changes: sealed, serving. */
  readonly onReady: (readiness: Readiness) => void;
  /** How it is given other ports, where not by its settings. */
  readonly changePorts?: string;
};

/** How long sessions may take to end at a stop, before the workers are killed. */
const GRACE_MS = 10 * SECOND;
const TICKET_KEY_BYTES = 48;
const WORKER_MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Runs the service until it is stopped by a signal. @throws errors whose sentence the operator must read. */
export async function runService(options: ServiceOptions): Promise<void> {
  const { settings, clock, signals } = options;
  const runFolder = join(settings.home, "run");
  await using held = new AsyncDisposableStack();
  held.use(lockHome(runFolder));
  await makeFolders(settings.home);
  const service = new Service(options, runFolder);
  // Before anything listens: what is over must not be read once more (promise L2).
  service.endDays();
  held.use(eachNight(clock, () => void service.turn()));
  held.use(await ControlServer.open(controlPath(runFolder), (request, telling) => service.answer(request, telling)));
  signals.onReload(() => service.reload());
  try {
    await checkPorts(wantedPorts(options), clock);
    // Now, rather than when somebody has got up at night to unlock the service.
    checkCertificate(settings);
    checkArriving(settings, clock);
    checkPayments(settings);
    if (settings.siteServe) checkPages(settings);
    if (options.root === undefined) await service.seal();
    else await service.unlock(options.root);
    if (!signals.stop.aborted) await once(signals.stop, "abort");
  } finally {
    await service.stop();
    removeReadiness(runFolder);
  }
}

class Service {
  readonly #options: ServiceOptions;
  readonly #runFolder: string;
  readonly #startedAt: number;
  #sealed: AsyncDisposable | undefined;
  #keys: Keys | undefined;
  #log: LogWriter | undefined;
  #crew: Crew | undefined;
  readonly #metrics: ProcessMetrics;
  #collection: MetricsCollection | undefined;
  /** Sealed or serving, rather than on the way. */
  #isReady = false;
  #ticketKeys: Uint8Array = randomBytes(TICKET_KEY_BYTES);

  constructor(options: ServiceOptions, runFolder: string) {
    this.#options = options;
    this.#runFolder = runFolder;
    this.#startedAt = options.clock.now();
    this.#metrics = createProcessMetrics({ role: "supervisor", gauges: {} });
  }

  /** Ends the days of the log whose time is over; needs no root. */
  endDays(): void {
    const { settings, clock } = this.#options;
    endDays({ home: settings.home, days: settings.logDays, clock }, this.#log?.log);
  }

  async seal(): Promise<void> {
    const { smtpListen, hostName } = this.#options.settings;
    this.#sealed = await answerSealed(smtpListen, hostName);
    this.#ready();
  }

  /** Opens keys and log and starts the workers. @throws StoreError "key" when it is not the root of this home. */
  async unlock(root: Root): Promise<void> {
    const { settings, clock } = this.#options;
    const folders = { dataFolder: join(settings.home, "data"), secretFolder: join(settings.home, "secret") };
    const keys = openKeys({ ...folders, root });
    this.#keys = keys;
    this.#log = await createLogWriter({
      folder: join(folders.dataFolder, "log"),
      dayKey: (day) => dayKey(keys, day),
      clock,
      days: settings.logDays,
      observe: (name, fields) => this.#metrics.observe(name, fields),
      show: (line) => void process.stderr.write(`${line}\n`),
    });
    const log = this.#metrics.counting(this.#log.log);
    await this.#sealed?.[Symbol.asyncDispose]();
    this.#sealed = undefined;
    const size = settings.workers === 0 ? availableParallelism() : settings.workers;
    this.#crew = new Crew({
      main: WORKER_MAIN,
      size,
      start: (slot): WorkerStart => ({
        settings,
        bootId: this.#options.bootId,
        root: root.toHex(),
        ticketKeys: this.#ticketKeys.toBase64(),
        workers: size,
        slot,
      }),
      log: (batch) => this.#log?.take(batch),
      clock,
      onLoss: (worker, code, signal) => {
        this.#collection?.bury(worker);
        log("worker.died", { worker, code, signal });
      },
      onChange: () => {
        if (this.#isReady) this.#announce();
      },
    });
    await this.#crew.begin();
    this.#ready();
    log("service.started", { workers: size });
    if (settings.metricsListen !== undefined) this.#collection = this.#collect(this.#crew);
  }

  /** Midnight: days that are over end, and what was destroyed yesterday stays destroyed; old tickets open no session. */
  async turn(): Promise<void> {
    const { settings, clock } = this.#options;
    await turnNight({
      home: settings.home,
      days: settings.logDays,
      clock,
      writer: this.#log,
      keys: this.#keys,
      failed: (error) => this.#log?.log("command.failed", { at: sentenceOf(error) ?? describeBug(error) }),
    });
    this.#ticketKeys = randomBytes(TICKET_KEY_BYTES);
    this.#tell("ticket-keys", this.#ticketKeys.toBase64());
  }

  reload(): void {
    this.#tell("certificates", undefined);
  }

  async answer(request: ControlRequest, telling: Telling): Promise<ControlAnswer> {
    if (request.command === "status") return { kind: "done", value: await this.#status() };
    if (request.command === "unlock") return this.#answerUnlock(request);
    if (this.#sealed !== undefined)
      return { kind: "unavailable", sentence: 'the service is sealed: give it the root key with "altmail unlock"' };
    const answer = this.#crew?.ask(request, telling);
    return answer ?? { kind: "unavailable", sentence: "no worker is ready at this moment: repeat it in a few seconds" };
  }

  async stop(): Promise<void> {
    this.#collection?.[Symbol.dispose]();
    await this.#sealed?.[Symbol.asyncDispose]();
    const { clock, signals } = this.#options;
    const from = clock.now();
    await this.#crew?.stop(AbortSignal.any([AbortSignal.timeout(GRACE_MS), signals.force]));
    this.#log?.log("service.stopped", { seconds: Math.round((clock.now() - from) / SECOND) });
    await this.#log?.[Symbol.asyncDispose]();
    this.#keys?.[Symbol.dispose]();
    this.#collection = this.#sealed = this.#crew = this.#log = this.#keys = undefined;
  }

  async #answerUnlock(request: ControlRequest): Promise<ControlAnswer> {
    if (this.#sealed === undefined)
      return { kind: "refused", sentence: "the service is not sealed: it serves already" };
    const given = request.arguments["root"];
    const root = typeof given === "string" ? parseRoot(given) : undefined;
    if (root === undefined)
      return { kind: "refused", sentence: "this is no root key: it has 64 hexadecimal digits, or 52 signs of base32" };
    if (!this.#isReady) return { kind: "refused", sentence: "the service is being unlocked at this moment" };
    this.#isReady = false;
    try {
      await this.unlock(root as Root);
      return { kind: "done", value: {} };
    } catch (error) {
      await this.stop();
      await this.seal();
      return { kind: "refused", sentence: sentenceOf(error) ?? "the service cannot be unlocked" };
    }
  }

  #collect(crew: Crew): MetricsCollection {
    return collectMetrics({
      clock: this.#options.clock,
      own: () => this.#metrics.snapshot(),
      tell: (total) => this.#tell("metrics", total),
      async ask() {
        const answers = await crew.askAll({ command: "worker metrics", arguments: {} });
        return answers.flatMap(({ pid, answer }) =>
          answer.kind === "done" ? [{ pid, snapshot: answer.value as Snapshot }] : [],
        );
      },
    });
  }

  #tell(what: News, value: unknown): void {
    this.#crew?.tell(what, value);
  }

  #readiness(): Readiness {
    const { smtpListen, imapListen, submissionListen, submissionStarttlsListen } = this.#options.settings;
    const portsOf = (addresses: Settings["smtpListen"]): readonly number[] => addresses.map(({ port }) => port);
    return {
      state: this.#sealed === undefined ? "serving" : "sealed",
      supervisor: process.pid,
      workers: this.#crew?.pids ?? [],
      ports: {
        smtp: portsOf(smtpListen),
        imap: portsOf(imapListen),
        submissions: portsOf(submissionListen),
        submission: portsOf(submissionStarttlsListen),
      },
    };
  }

  #announce(): void {
    writeReadiness(this.#runFolder, this.#readiness());
  }

  #ready(): void {
    this.#isReady = true;
    this.#announce();
    this.#options.onReady(this.#readiness());
  }

  async #status(): Promise<ServiceStatus> {
    const [workers, scanners] = await Promise.all([
      this.#crew?.askAll({ command: "worker status", arguments: {} }),
      this.#crew?.ask({ command: "scanner status", arguments: {} }),
    ]);
    return {
      ...this.#readiness(),
      key: this.#options.settings.key.kind,
      upSeconds: Math.round((this.#options.clock.now() - this.#startedAt) / SECOND),
      workers: (workers ?? []).flatMap(({ answer }) => (answer.kind === "done" ? [answer.value as WorkerStatus] : [])),
      scanners: scanners?.kind === "done" ? (scanners.value as readonly ScannerLine[]) : [],
    };
  }
}

/** All that will be listened on, by the names of the settings. */
function wantedPorts({ settings, changePorts }: ServiceOptions): readonly WantedPort[] {
  const listened: readonly (readonly [name: string, addresses: Settings["smtpListen"]])[] = [
    ["smtp.listen", settings.smtpListen],
    ["imap.listen", settings.imapListen],
    ["web.listen", settings.webListen],
    ["web.plain-listen", settings.webPlainListen],
    ["submission.listen", settings.submissionListen],
    ["submission.starttls-listen", settings.submissionStarttlsListen],
    ["metrics.listen", settings.metricsListen === undefined ? [] : [settings.metricsListen]],
  ];
  return listened.flatMap(([name, addresses]) =>
    addresses.map((address) => ({ name, ...address, change: changePorts ?? `change ${name} in the settings` })),
  );
}

function dayKey(keys: Keys, day: string): Uint8Array {
  const key = keys.dayKey(day, { create: true });
  if (key === undefined) throw new Error("a key that is made on demand is missing");
  return key;
}
