/**
 * Carries out a command on the stores: by the running service through its control socket; else, where a key file is
 * given or the settings name one, in this process under the same lock as a service.
 */
import { join } from "node:path";
import { silentBus } from "../host/bus.ts";
import { stayAlive, systemClock } from "../host/clock.ts";
import { askService } from "../host/control/control-client.ts";
import type { ControlAnswer } from "../host/control/control-message.ts";
import { controlPath } from "../host/control/socket-path.ts";
import { lockHome } from "../host/lock/home-lock.ts";
import { readSettings } from "../host/settings/read.ts";
import type { Settings } from "../host/settings/settings.ts";
import { bootId } from "../host/supervisor/boot-id.ts";
import { readRoot, type Root } from "../store/crypt/root.ts";
import { type Given, type Outcome, type Report, type StoreCommand, text } from "./command.ts";
import { UsageError } from "./usage-error.ts";
import { workBehindGate } from "./gate.ts";
import { openOffice } from "./office.ts";
import { openOutgoing } from "./outgoing.ts";
import { openStores } from "./stores.ts";

/** Reads the settings that the command line names. @throws UsageError, SettingsError. */
export async function settingsOf(given: Given): Promise<Settings> {
  const home = text(given, "home") || (process.env["ALTMAIL_HOME"] ?? "");
  const file = text(given, "settings") || (home === "" ? "" : join(home, "altmail.toml"));
  if (file === "") throw new UsageError("say which installation: --home DIR or --settings FILE");
  return readSettings(file);
}

/** A command with all that it is given, before anything is touched. */
export type Prepared = { readonly command: StoreCommand; readonly settings: Settings; readonly given: Given };

/** Reads the settings, and what must not stand on the command line. @throws UsageError, SettingsError. */
export async function prepare(command: StoreCommand, given: Given): Promise<Prepared> {
  const wrong = command.wrong?.(given);
  if (wrong !== undefined) throw new UsageError(wrong);
  const settings = await settingsOf(given);
  return { command, settings, given: command.ask === undefined ? given : await command.ask(given) };
}

/** `report` is told what the command tells while it works; its signal breaks the command off. */
export async function carryOut(prepared: Prepared, report: Report): Promise<ControlAnswer> {
  const { command, settings, given } = prepared;
  const socket = controlPath(join(settings.home, "run"));
  const answer = await askService(socket, { command: command.name, arguments: given }, report);
  if (answer !== undefined) return answer;
  const root = rootOf(settings, given);
  if (root === undefined)
    return {
      kind: "unavailable",
      sentence: 'the service does not run: start it with "altmail serve", or give the root key with --key-file',
    };
  using lock = lockHome(join(settings.home, "run"));
  // Awaited here: the lock is let go of when this function returns.
  return await work(prepared, report, root, lock);
}

/** The root that a file holds: of --key-file, else of the settings. @throws StoreError "key". */
export function rootOf(settings: Settings, given: Given): Root | undefined {
  const file = text(given, "key-file") || (settings.key.kind === "file" ? settings.key.path : "");
  return file === "" ? undefined : readRoot(file);
}

async function work(
  { command, settings, given }: Prepared,
  report: Report,
  root: Root,
  _lock: Disposable,
): Promise<Outcome> {
  const services = { settings, root, bus: silentBus, clock: systemClock, bootId: bootId(systemClock), workers: 1 };
  using _alive = stayAlive();
  const log = (): void => {};
  await using stores = await openStores({ ...services, log });
  await using outgoing = await openOutgoing({ settings, stores, clock: systemClock });
  await using office = await openOffice({ ...services, stores, outgoing, log, isServing: false });
  const outcome = await workBehindGate(command, { ...stores, ...office }, given, report);
  await stores.mail.settle();
  return outcome;
}
