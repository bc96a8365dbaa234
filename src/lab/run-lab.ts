/** Starts a lab: its home, its accounts, the world outside, then the service as in production, until a signal stops it. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runService } from "../cli/service/service.ts";
import { systemClock } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import { makeFolder } from "../host/make-folder.ts";
import { lockHome } from "../host/lock/home-lock.ts";
import { bootId } from "../host/supervisor/boot-id.ts";
import { listenToSignals } from "../host/supervisor/signals.ts";
import { describeCaught } from "./caught-message.ts";
import { makeAccounts, worldOf } from "./lab-accounts.ts";
import { type LabHome, openLabHome } from "./lab-home.ts";
import { type LabMemory, recall, remember } from "./lab-memory.ts";
import { openOutsideWorld } from "./outside-world.ts";
import { makeSigningKeys } from "./lab-signatures.ts";
import { labPage } from "./page.ts";
import { memorablePassword } from "./password.ts";

/** The command line; what is `undefined` is as before, or as is usual. */
export type LabStart = {
  readonly home: string;
  readonly basePort: number | undefined;
  readonly accounts: number | undefined;
  readonly workers: number | undefined;
  readonly password: string | undefined;
  readonly domain: string | undefined;
  readonly bootId: string | undefined;
  readonly bounded: boolean;
  readonly site: boolean;
  readonly smarthost: string | undefined;
  readonly output: "page" | "json" | "none";
};

const USUAL = { basePort: 20_000, accounts: 2, domain: "altmail.test" } as const;
const CHANGE_PORTS = "start the lab with another --base-port";

/** Level by level: Node's mkdir of several levels never ends below /proc. @throws HostError */
function makePath(folder: string): void {
  if (existsSync(folder)) return;
  makePath(dirname(folder));
  makeFolder(folder);
}

export async function runLab(start: LabStart): Promise<void> {
  const home = resolve(start.home);
  const clock = systemClock;
  makePath(home);
  using signals = listenToSignals(clock, "stop");
  const { lab, memory, invitation } = await prepare(home, start);
  if (signals.stop.aborted) return;
  const { settings, root, authorityFile, identityFile } = lab;
  const ports = {
    smtpPort: settings.smtpListen[0]?.port ?? 0,
    imapPort: settings.imapListen[0]?.port ?? 0,
    submissionsPort: settings.submissionListen[0]?.port ?? 0,
    submissionPort: settings.submissionStarttlsListen[0]?.port ?? 0,
    webPort: settings.webListen[0]?.port,
    metricsPort: settings.metricsListen?.port ?? 0,
  };
  const show = (text: string): void => void process.stdout.write(text);
  // A terminal that is gone is no reason to stop.
  process.stdout.on("error", () => {});
  await using _world =
    start.smarthost === undefined
      ? await openOutsideWorld({
          settings,
          mailbox: worldOf(memory.domain),
          clock,
          changePorts: CHANGE_PORTS,
          caught(caught) {
            if (start.output === "page") show(describeCaught(caught));
          },
          failed: (event) => void process.stderr.write(`altmail: a fault in the lab's outside world (${event})\n`),
        })
      : undefined;
  await runService({
    settings,
    root,
    clock,
    signals,
    bootId: start.bootId ?? bootId(clock),
    changePorts: CHANGE_PORTS,
    onReady(readiness) {
      if (start.output === "json") show(`${JSON.stringify(readiness)}\n`);
      const { home: asGiven } = start;
      const smarthost = start.smarthost === undefined ? undefined : settings.queueSmarthost;
      if (start.output === "page")
        show(labPage({ ...memory, ...ports, invitation, home: asGiven, smarthost, authorityFile, identityFile }));
    },
  });
}

/** Makes or completes the home, alone. */
async function prepare(
  home: string,
  start: LabStart,
): Promise<{ readonly lab: LabHome; readonly memory: LabMemory; readonly invitation: string | undefined }> {
  using held = new DisposableStack();
  held.use(lockHome(join(home, "run")));
  const before = recall(home);
  const memory: LabMemory = {
    domain: start.domain ?? before?.domain ?? USUAL.domain,
    password: start.password ?? before?.password ?? memorablePassword(),
    accounts: Math.max(start.accounts ?? 0, before?.accounts ?? 0) || USUAL.accounts,
    basePort: start.basePort ?? before?.basePort ?? USUAL.basePort,
  };
  if (before !== undefined && (before.password !== memory.password || before.domain !== memory.domain))
    throw new HostError(
      "this lab was made with another password or domain: leave --password and --domain out, or take a fresh --home",
    );
  const { bounded, site, smarthost, workers = 0 } = start;
  const lab = await openLabHome(
    { home, basePort: memory.basePort, domain: memory.domain, workers, bounded, site, smarthost },
    systemClock,
  );
  remember(home, memory);
  const kernel = start.bootId ?? bootId(systemClock);
  if (before === undefined) await makeSigningKeys(lab, kernel, systemClock);
  const wishes = { ...memory, world: smarthost === undefined, bootId: kernel };
  const invitation = await makeAccounts(lab, wishes, systemClock, (made, all) => {
    if (start.output !== "none") process.stderr.write(`${made} of ${all} accounts made\n`);
  });
  return { lab, memory, invitation };
}
