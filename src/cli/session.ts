/**
 * Carries out a command on the stores: by the running service through its control socket; else, where a key file is
 * given or the settings name one, in this process under the same lock as a service.
 */
import { join } from "node:path";
import { silentBus } from "../host/bus.ts";
import { systemClock } from "../host/clock.ts";
import { askService } from "../host/control/control-client.ts";
import type { ControlAnswer } from "../host/control/control-message.ts";
import { controlPath } from "../host/control/socket-path.ts";
import { lockHome } from "../host/lock/home-lock.ts";
import { readSettings } from "../host/settings/read.ts";
import type { Settings } from "../host/settings/settings.ts";
import { bootId } from "../host/supervisor/boot-id.ts";
import { readRoot, type Root } from "../store/crypt/root.ts";
import { type Given, type Outcome, type StoreCommand, text } from "./command.ts";
import { UsageError } from "./usage-error.ts";
import { openStores } from "./stores.ts";

/** Reads the settings that the command line names. @throws UsageError, SettingsError. */
export async function settingsOf(given: Given): Promise<Settings> {
  const home = text(given, "home") || (process.env["ALTMAIL_HOME"] ?? "");
  const file = text(given, "settings") || (home === "" ? "" : join(home, "altmail.toml"));
  if (file === "") throw new UsageError("say which installation: --home DIR or --settings FILE");
  return readSettings(file);
}

export async function carryOut(command: StoreCommand, given: Given): Promise<ControlAnswer> {
  const settings = await settingsOf(given);
  const asked = command.ask === undefined ? given : await command.ask(given);
  const answer = await askService(controlPath(join(settings.home, "run")), { command: command.name, arguments: asked });
  if (answer !== undefined) return answer;
  const root = rootOf(settings, given);
  if (root === undefined)
    return {
      kind: "unavailable",
      sentence: 'the service does not run: start it with "altmail serve", or give the root key with --key-file',
    };
  using lock = lockHome(join(settings.home, "run"));
  return work(command, asked, settings, root, lock);
}

/** The root that a file holds: of --key-file, else of the settings. @throws StoreError "key". */
export function rootOf(settings: Settings, given: Given): Root | undefined {
  const file = text(given, "key-file") || (settings.key.kind === "file" ? settings.key.path : "");
  return file === "" ? undefined : readRoot(file);
}

async function work(
  command: StoreCommand,
  given: Given,
  settings: Settings,
  root: Root,
  _lock: Disposable,
): Promise<Outcome> {
  const services = { settings, root, bus: silentBus, clock: systemClock, bootId: bootId(systemClock), workers: 1 };
  await using stores = await openStores({ ...services, log: () => {} });
  const outcome = await command.work(stores, given);
  await stores.mail.settle();
  return outcome;
}
