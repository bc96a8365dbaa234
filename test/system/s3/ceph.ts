/**
 * Ceph's object gateway as an S3 server for tests: one monitor, one object store in memory, one gateway, on loopback and
 * in a temporary folder. Starting takes some 20 s, so a test file starts it once and makes a bucket for each test. Its
 * daemons are killed with the test, and all it held is gone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePorts } from "../free-ports.ts";
import { run } from "../program.ts";

/** Ends the daemons when the test process is killed. */
const GUARD = "setpriv";

/** What must be installed. */
export const CEPH_PROGRAMS: readonly string[] = [
  "ceph",
  "ceph-authtool",
  "ceph-mon",
  "ceph-osd",
  "monmaptool",
  "radosgw",
  "radosgw-admin",
  GUARD,
];

const START_MS = 90_000;

export type Ceph = {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} & AsyncDisposable;

export async function startCeph(): Promise<Ceph> {
  const home = await mkdtemp(join(tmpdir(), "altmail-ceph-"));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    await rm(home, { recursive: true, force: true });
  };
  try {
    const started = await start(home, (program, ...args) => {
      const child = spawn(GUARD, ["--pdeathsig", "KILL", program, ...args], { stdio: "ignore" });
      children.push(child);
    });
    return { ...started, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function start(
  home: string,
  daemon: (program: string, ...args: string[]) => void,
): Promise<Pick<Ceph, "endpoint" | "credentials">> {
  const [fsid, osd] = [randomUUID(), randomUUID()];
  const [port = 0, oldPort = 0, gatewayPort = 0] = await freePorts(3);
  const file = (name: string): string => join(home, name);
  const addresses = `[v2:127.0.0.1:${port},v1:127.0.0.1:${oldPort}]`;
  for (const folder of ["mon", "osd", "rgw", "log", "run", "crash"]) await mkdir(file(folder));
  await writeFile(file("ceph.conf"), configuration(home, fsid, addresses, gatewayPort));
  const conf = ["-c", file("ceph.conf")];
  const ceph = (...args: string[]) => run("timeout", ["20", "ceph", ...conf, ...args]);

  const all = ["mon", "osd", "mgr"].flatMap((part) => ["--cap", part, "allow *"]);
  await run("ceph-authtool", ["--create-keyring", file("keyring"), "--gen-key", "-n", "client.admin", ...all]);
  // Not in the monitor's folder: a monitor whose folder is not empty is not made, and nothing says so.
  const monitorKey = ["--create-keyring", file("mon.keyring"), "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"];
  await run("ceph-authtool", monitorKey);
  await run("ceph-authtool", [file("mon.keyring"), "--import-keyring", file("keyring")]);
  await run("monmaptool", ["--create", "--addv", "a", addresses, "--fsid", fsid, file("monmap")]);
  const making = ["--mkfs", "-i", "a", "--monmap", file("monmap"), "--keyring", file("mon.keyring")];
  await run("ceph-mon", [...conf, ...making]);
  daemon("ceph-mon", ...conf, "-i", "a", "-f");
  await until("the monitor", async () => {
    await ceph("-s");
    return true;
  });

  await ceph("osd", "new", osd, "0");
  const osdRights = ["mon", "allow profile osd", "osd", "allow *", "mgr", "allow profile osd"];
  await ceph("auth", "get-or-create", "osd.0", ...osdRights, "-o", file("osd.keyring"));
  await run("ceph-osd", [...conf, "-i", "0", "--mkfs", "--osd-uuid", osd]);
  daemon("ceph-osd", ...conf, "-i", "0", "-f");
  await until("the object store", async () => (await ceph("osd", "stat")).includes("1 up"));

  const gatewayRights = ["mon", "allow rw", "osd", "allow rwx", "mgr", "allow rw"];
  await ceph("auth", "get-or-create", "client.rgw", ...gatewayRights, "-o", file("rgw/keyring"));
  daemon("radosgw", ...conf, "-n", "client.rgw", "-f");
  const endpoint = `http://127.0.0.1:${gatewayPort}`;
  await until("the gateway", async () => (await fetch(endpoint)).ok);
  const credentials = { accessKeyId: "TESTACCESSKEY0000001", secretAccessKey: randomBytes(20).toString("hex") };
  const keys = [`--access-key=${credentials.accessKeyId}`, `--secret-key=${credentials.secretAccessKey}`];
  await run("radosgw-admin", [
    ...conf,
    "-n",
    "client.rgw",
    "user",
    "create",
    "--uid=test",
    "--display-name=test",
    ...keys,
  ]);
  return { endpoint, credentials };
}

function configuration(home: string, fsid: string, addresses: string, gatewayPort: number): string {
  return `[global]
fsid = ${fsid}
mon host = ${addresses}
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
auth allow insecure global id reclaim = false
# A test machine's disk may be nearly full.
mon data avail warn = 2
mon data avail crit = 1
run dir = ${home}/run
log file = ${home}/log/$name.log
admin socket = ${home}/run/$name.$pid.asok
pid file = ${home}/run/$name.pid
crash dir = ${home}/crash
keyring = ${home}/keyring
[mon]
mon data = ${home}/mon
[osd]
osd data = ${home}/osd
keyring = ${home}/osd.keyring
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
[client.rgw]
keyring = ${home}/rgw/keyring
rgw data = ${home}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw enable usage log = false
rgw thread pool size = 32
`;
}

/** Asks until the answer is yes; what is not up yet may also fail. */
async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    if (await ready().catch(() => false)) return;
    if (performance.now() > end) throw new Error(`Ceph: ${what} did not start in ${START_MS / 1000} s`);
    await pause(100);
  }
}
