/**
 * The real scanners for tests, with the configurations that docs/scanners ships: only folders, owners and resolvers differ,
 * and they look for test signatures only. What a scanner needs to be installed stands in its list of programs.
 */
import { spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Place } from "../../../src/clients/scanners/place.ts";
import { run } from "../program.ts";
import { root } from "../lab.ts";
import { Daemon, scratch } from "./daemon.ts";

export const RSPAMD_PROGRAMS: readonly string[] = [
  "rspamd",
  "rspamadm",
  "redis-server",
  "redis-cli",
  "setpriv",
  "curl",
];
export const SPAMD_PROGRAMS: readonly string[] = ["spamd", "spamc", "setpriv"];
export const CLAMD_PROGRAMS: readonly string[] = ["clamd", "setpriv"];

const shipped = join(root, "docs/scanners");
const isRoot = process.getuid?.() === 0;
/** `nobody`, whom spamd serves as when it was started by root. */
const NOBODY = 65_534;

const socket = (path: string): Place => ({ kind: "socket", path });
/** Runs a program, whose words do not matter, and tells whether it says that all is well. */
function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** A text with parts replaced, each of which must be there: else the shipped file has changed, and the test with it. */
function replaced(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((now, [old, fresh]) => {
    if (!now.includes(old)) throw new Error(`the shipped configuration has no ${old} any more`);
    return now.replaceAll(old, fresh);
  }, text);
}

export type Rspamd = {
  /** All that it keeps lies there. */
  readonly home: string;
  readonly place: Place;
  readonly controller: Place;
  readonly daemon: Daemon;
  readonly redis: Daemon | undefined;
  /** What `rspamadm` needs before its command to see this configuration. */
  readonly variables: readonly string[];
  /** Names of all keys in Redis. */
  readonly keys: () => Promise<string>;
  /** Starts it anew at the same place, once it is gone. */
  readonly restart: () => Promise<void>;
} & AsyncDisposable;

/** @param perUser with Redis and statistics for each person. @param change of the configuration's files, by their path */
export async function startRspamd(perUser: boolean, change: Readonly<Record<string, string>> = {}): Promise<Rspamd> {
  await using stack = new AsyncDisposableStack();
  const { path: home } = stack.use(scratch());
  const etc = join(home, "etc");
  for (const folder of ["etc/local.d", "etc/override.d", "db", "run", "log", "redis"])
    mkdirSync(join(home, folder), { recursive: true });
  for (const file of [
    "rspamd.conf.override",
    ...readdirSync(join(shipped, "rspamd/override.d")).map((name) => `override.d/${name}`),
  ])
    cpSync(join(shipped, "rspamd", file), join(etc, file));
  const edit = (file: string, parts: Readonly<Record<string, string>>): void =>
    writeFileSync(join(etc, file), replaced(readFileSync(join(etc, file), "utf8"), parts));
  const owner = { " mode=0660 owner=_rspamd group=_rspamd": "", "/run/rspamd": join(home, "run") };
  edit("override.d/worker-normal.inc", owner);
  edit("override.d/worker-controller.inc", owner);
  // Nobody answers there.
  edit("override.d/options.inc", {
    "127.0.0.1:53:1": "127.0.0.1:9:1",
    "timeout = 1s": "timeout = 0.1s",
    "retransmits = 2": "retransmits = 1",
  });
  // A short list of suffixes: the whole one takes 20 s to compile.
  const suffixes = join(home, "suffixes");
  writeFileSync(suffixes, "com\nnet\norg\ntest\nexample\n");
  writeFileSync(join(etc, "local.d/options.inc"), `url_tld = "${suffixes}";\n`);
  writeFileSync(join(etc, "local.d/logging.inc"), 'type = "console";\n');
  let redis: Daemon | undefined;
  const redisSocket = join(home, "redis/redis.sock");
  if (perUser) {
    for (const file of readdirSync(join(shipped, "rspamd/per-user/local.d")))
      cpSync(join(shipped, "rspamd/per-user/local.d", file), join(etc, "local.d", file));
    edit("local.d/redis.conf", { "/run/redis/redis-server.sock": redisSocket });
    edit("local.d/classifier-bayes.conf", { "min_learns = 20": "min_learns = 5" });
    redis = await startRedis(home, redisSocket);
    stack.use(redis);
  }
  for (const [file, text] of Object.entries(change)) writeFileSync(join(etc, file), text);
  const variables = [
    `--var=LOCAL_CONFDIR=${etc}`,
    ...["DB", "RUN", "LOG"].map((name) => `--var=${name}DIR=${join(home, name.toLowerCase())}`),
  ];
  const user = isRoot ? ["-i", "-u", "root", "-g", "root"] : [];
  const args = ["-f", ...user, "-c", "/etc/rspamd/rspamd.conf", ...variables];
  const paths = { normal: join(home, "run/normal.sock"), controller: join(home, "run/controller.sock") };
  const start = (): Promise<Daemon> =>
    Daemon.start("rspamd", args, join(home, "rspamd.log"), async () => {
      const pings = Object.values(paths).map((path) =>
        succeeds("curl", ["-fsS", "--unix-socket", path, "http://x/ping"]),
      );
      return (await Promise.all(pings)).every(Boolean);
    });
  const daemon = stack.use(await start());
  const moved = stack.move();
  return {
    home,
    place: socket(paths.normal),
    controller: socket(paths.controller),
    daemon,
    redis,
    variables,
    keys: () => run("redis-cli", ["-s", redisSocket, "keys", "*"]),
    async restart() {
      for (const path of Object.values(paths)) rmSync(path, { force: true });
      moved.use(await start());
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function startRedis(home: string, path: string): Promise<Daemon> {
  const file = join(home, "redis.conf");
  const text = readFileSync(join(shipped, "redis/altmail.conf"), "utf8");
  writeFileSync(file, `${replaced(text, { "/run/redis/redis-server.sock": path })}dir ${join(home, "redis")}\n`);
  return Daemon.start("redis-server", [file], join(home, "redis.log"), () =>
    succeeds("redis-cli", ["-s", path, "ping"]),
  );
}

export type Spamd = { readonly home: string; readonly place: Place; readonly daemon: Daemon } & AsyncDisposable;

/** @param perUser statistics for each person, in folders */
export async function startSpamd(perUser: boolean): Promise<Spamd> {
  await using stack = new AsyncDisposableStack();
  const { path: home } = stack.use(scratch());
  const [etc, path, persons] = [join(home, "etc"), join(home, "run/spamd.sock"), join(home, "run/persons")];
  cpSync("/etc/spamassassin", etc, { recursive: true });
  const rules = readFileSync(join(shipped, "spamassassin/local.cf"), "utf8");
  const more = perUser ? "\nbayes_min_ham_num 5\nbayes_min_spam_num 5\n" : "";
  writeFileSync(join(etc, "local.cf"), (perUser ? replaced(rules, { "use_bayes 0": "use_bayes 1" }) : rules) + more);
  mkdirSync(persons, { recursive: true });
  if (isRoot) for (const folder of [join(home, "run"), persons]) chownSync(folder, NOBODY, NOBODY);
  const options =
    /^OPTIONS="(.*)"$/m.exec(readFileSync(join(shipped, "spamassassin/spamd.default"), "utf8"))?.[1] ?? "";
  const parts = {
    // Folders of persons are served for a named user only.
    "--username=debian-spamd": `--username=${isRoot ? "nobody" : userInfo().username}`,
    "--socketowner=debian-spamd ": isRoot ? "--socketowner=nobody " : "",
    "--socketgroup=debian-spamd ": isRoot ? "--socketgroup=nogroup " : "",
    "/run/spamd/spamd.sock": path,
    "--max-children=4": "--max-children=2",
    "--min-children=4": "--min-children=2",
  };
  const args = [
    ...replaced(options, parts).split(" "),
    ...(perUser ? ["--allow-tell", `--virtual-config-dir=${persons}/%u`] : []),
    `--siteconfigpath=${etc}`,
    "--configpath=/usr/share/spamassassin",
    `--pidfile=${join(home, "pid")}`,
  ];
  // As in its unit: what it writes to stderr goes nowhere.
  const daemon = await Daemon.start("spamd", args, "/dev/null", () => succeeds("spamc", ["-U", path, "-K"]));
  stack.use(daemon);
  const moved = stack.move();
  return { home, place: socket(path), daemon, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

export type Clamd = {
  readonly home: string;
  readonly place: Place;
  readonly daemon: Daemon;
  readonly temporary: string;
  /** As rspamd's. */
  readonly restart: () => Promise<void>;
} & AsyncDisposable;

/** @param signatures lines of an extended signature file: `Name:0:*:hex`. @param change of lines in the configuration */
export async function startClamd(
  signatures: readonly string[],
  change: Readonly<Record<string, string>> = {},
): Promise<Clamd> {
  await using stack = new AsyncDisposableStack();
  const { path: home } = stack.use(scratch());
  const [path, temporary] = [join(home, "clamd.sock"), join(home, "tmp")];
  for (const folder of ["db", "tmp"]) mkdirSync(join(home, folder));
  writeFileSync(join(home, "db/test.ndb"), signatures.map((line) => `${line}\n`).join(""));
  const text = replaced(readFileSync(join(shipped, "clamav/clamd.conf"), "utf8"), {
    "\nUser clamav\n": "\n",
    "\nLocalSocketGroup clamav\n": "\n",
    "/run/clamav/clamd.ctl": path,
    "/var/lib/clamav": join(home, "db"),
    "TemporaryDirectory /tmp": `TemporaryDirectory ${temporary}`,
    "/var/log/clamav/clamav.log": join(home, "clamav.log"),
    ...change,
  });
  writeFileSync(join(home, "clamd.conf"), text);
  const args = ["--foreground", `--config-file=${join(home, "clamd.conf")}`];
  const start = (): Promise<Daemon> => Daemon.start("clamd", args, join(home, "output"), async () => existsSync(path));
  const daemon = stack.use(await start());
  const moved = stack.move();
  return {
    home,
    place: socket(path),
    daemon,
    temporary,
    async restart() {
      rmSync(path, { force: true });
      moved.use(await start());
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}
