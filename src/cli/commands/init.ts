/** The command that makes the home of a new installation. */
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HostError } from "../../host/host-error.ts";
import { makeFolder } from "../../host/make-folder.ts";
import { exampleFile } from "../../host/settings/reference.ts";
import { openKeys } from "../../store/crypt/keys.ts";
import type { Root } from "../../store/crypt/root.ts";
import { type Given, type LocalCommand, text } from "../command.ts";
import type { Exit } from "../exit-code.ts";
import { formatRoot } from "../../store/crypt/root-text.ts";
import { makeFolders } from "../stores.ts";
import { UsageError } from "../usage-error.ts";

export const initCommands: readonly LocalCommand[] = [
  {
    name: "init",
    where: "here",
    summary: "Make the home of a new installation: settings to fill in, and a root key, shown once",
    description:
      'The root key opens everything and rests nowhere here: write it on paper, twice, and keep it away from this machine. After each start the service is sealed until somebody types it into "altmail unlock". A key file on the same disk (the setting key) would give everything to whoever takes the disk.',
    arguments: [],
    options: [],
    examples: ["altmail init --home /srv/altmail"],
    run: init,
  },
];

async function init(given: Given): Promise<Exit> {
  const folder = text(given, "home");
  if (folder === "") throw new UsageError("say where: --home DIR");
  const home = resolve(folder);
  const settingsFile = join(home, "altmail.toml");
  if (existsSync(settingsFile) || existsSync(join(home, "data")))
    throw new HostError("this home exists already: nothing was changed");
  makeFolder(home);
  const root = randomBytes(32) as Uint8Array as Root;
  openKeys({ ...(await makeFolders(home)), root })[Symbol.dispose]();
  writeFileSync(settingsFile, exampleFile(), { mode: 0o600, flag: "wx" });
  const shown = formatRoot(root);
  process.stdout.write(
    given["json"] === true
      ? `${JSON.stringify({ home, settings: settingsFile, root: shown })}\n`
      : `made ${home}\n\nThe root key, shown this once:\n\n  ${shown}\n\nNext: fill in ${settingsFile}, then "altmail serve --home ${home}" and "altmail unlock --home ${home}".\n`,
  );
  return "done";
}
