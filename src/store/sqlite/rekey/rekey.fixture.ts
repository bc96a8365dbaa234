/**
 * A worker that gives an account another key and dies of SIGKILL on the way: after the step that it is told, or so many
 * milliseconds into the rewriting. `rekey.fixture.ts FOLDER ACCOUNT STEP|MILLISECONDS`
 */
import { join } from "node:path";
import { silentBus } from "../../../host/bus.ts";
import { systemClock } from "../../../host/clock.ts";
import { openKeys } from "../../crypt/keys.ts";
import { readRoot } from "../../crypt/root.ts";
import { accountId } from "../../ids.ts";
import { mailLimits } from "../mail/limits.ts";
import { OpenAccounts } from "../mail/open-accounts.ts";
import { rekeyAccount } from "./rekey.ts";

const [folder = "", account = "", when = ""] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, "SIGKILL");
const dataFolder = join(folder, "data");
const secretFolder = join(folder, "secret");
const keys = openKeys({ dataFolder, secretFolder, root: readRoot(join(secretFolder, "root")) });
const place = { folder: join(dataFolder, "accounts"), keys, bootId: "boot one", bus: silentBus };
const accounts = new OpenAccounts({
  place,
  clock: systemClock,
  log() {},
  limits: mailLimits,
  doomed() {},
  crossed() {},
  isBusy: () => false,
  closing() {},
});
await rekeyAccount(
  {
    accounts,
    place,
    bus: silentBus,
    afterStep(step) {
      if (step === when) die();
      if (step === "named" && /^\d/.test(when)) systemClock.after(Number(when), die);
    },
  },
  accountId(account),
);
die();
