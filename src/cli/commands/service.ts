/** The commands that run the service, open its seal, and tell how it does. */
import { join } from "node:path";
import { systemClock } from "../../host/clock.ts";
import { askService } from "../../host/control/control-client.ts";
import { controlPath } from "../../host/control/socket-path.ts";
import { bootId } from "../../host/supervisor/boot-id.ts";
import { listenToSignals } from "../../host/supervisor/signals.ts";
import type { Given, LocalCommand } from "../command.ts";
import type { Exit } from "../exit-code.ts";
import { parseRoot } from "../../store/crypt/root-text.ts";
import { readSecret } from "../secret-input.ts";
import { runService } from "../service/service.ts";
import { rootOf, settingsOf } from "../session.ts";
import { statusPage } from "../status-page.ts";

export const serviceCommands: readonly LocalCommand[] = [
  {
    name: "serve",
    where: "here",
    summary: "Run the service until it is stopped by SIGTERM or Ctrl-C",
    description:
      'With key = "unlock" in the settings it starts sealed: port 25 asks senders to come again, all else is closed, until "altmail unlock". SIGHUP reads the certificate files again. A second SIGTERM stops without waiting for sessions.',
    arguments: [],
    options: [],
    examples: ["altmail serve --settings /etc/altmail/altmail.toml"],
    run: serve,
  },
  {
    name: "unlock",
    where: "here",
    summary: "Give the sealed service its root key",
    description:
      "Asks for the key on the terminal without showing it, or takes the first line of stdin: 64 hexadecimal digits or base32, however spaced. The key stays in the memory of the service.",
    arguments: [],
    options: [],
    examples: ["altmail unlock --settings /etc/altmail/altmail.toml", "ssh host altmail unlock --home /srv/mail < key"],
    run: unlock,
  },
  {
    name: "status",
    where: "here",
    summary: "Tell how the running service does: processes, ports, connections, delay of its event loops, scanners",
    arguments: [],
    options: [],
    examples: ["altmail status --home var", "altmail status --json --home var"],
    run: status,
  },
];

async function serve(given: Given): Promise<Exit> {
  const settings = await settingsOf(given);
  using signals = listenToSignals(systemClock, "reload");
  await runService({
    settings,
    root: rootOf(settings, given),
    bootId: bootId(systemClock),
    clock: systemClock,
    signals,
    onReady(readiness) {
      if (given["json"] === true) process.stdout.write(`${JSON.stringify(readiness)}\n`);
      else if (readiness.state === "sealed") process.stdout.write('sealed: waiting for "altmail unlock"\n');
    },
  });
  return "done";
}

async function unlock(given: Given): Promise<Exit> {
  const settings = await settingsOf(given);
  const root = parseRoot(await readSecret("Root key", false));
  if (root === undefined) return complain("this is no root key: it has 64 hexadecimal digits, or 52 signs of base32");
  const answer = await ask(settings.home, "unlock", { root: root.toHex() });
  if (answer === undefined) return unreachable();
  if (answer.kind !== "done") return complain(answer.sentence);
  process.stdout.write(given["json"] === true ? "{}\n" : "unlocked: the service serves\n");
  return "done";
}

async function status(given: Given): Promise<Exit> {
  const answer = await ask((await settingsOf(given)).home, "status", {});
  if (answer === undefined) return unreachable();
  if (answer.kind !== "done") return complain(answer.sentence);
  process.stdout.write(given["json"] === true ? `${JSON.stringify(answer.value)}\n` : statusPage(answer.value));
  return "done";
}

const ask = (home: string, command: string, given: Given): ReturnType<typeof askService> =>
  askService(controlPath(join(home, "run")), { command, arguments: given });

function complain(sentence: string): Exit {
  process.stderr.write(`altmail: ${sentence}\n`);
  return "refused";
}

function unreachable(): Exit {
  process.stderr.write('altmail: the service does not run: start it with "altmail serve"\n');
  return "unreachable";
}
