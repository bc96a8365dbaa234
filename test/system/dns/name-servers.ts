/**
 * The DNS of a small internet: zones under `test`, signed or not, served by nsd, and a validating resolver (unbound) that
 * trusts the key of `test` and knows no other names. All on loopback, in a temporary folder, killed with the test. Keys are
 * made anew each time; three zones take about a second.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { NameServer } from "../../../src/host/resolver/exchange.ts";
import { createResolver } from "../../../src/host/resolver/resolver.ts";
import { freePorts } from "../free-ports.ts";
import { run } from "../program.ts";

/** Ends the servers when the test process is killed. */
const GUARD = "setpriv";

/** What must be installed. */
export const DNS_PROGRAMS: readonly string[] = ["nsd", "unbound", "dnssec-keygen", "dnssec-signzone", GUARD];

export type Zone = {
  /** Lines of a zone file; names are relative to the zone. SOA and NS are added. */
  readonly records: string;
  readonly signed: boolean;
  /** Changes the zone after it was signed: what no longer fits its signature is bogus. */
  readonly spoil?: (signed: string) => string;
};

export type NameServers = { readonly resolver: NameServer } & AsyncDisposable;

const START_MS = 20_000;
const HEAD = "$TTL 300\n@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n@ NS ns.test.\n";

/** `zones` by name: `good.test`; none lies in another. */
export async function startNameServers(zones: Readonly<Record<string, Zone>>): Promise<NameServers> {
  const home = await mkdtemp(join(tmpdir(), "altmail-dns-"));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    await rm(home, { recursive: true, force: true });
  };
  const daemon = (program: string, ...args: string[]): void => {
    children.push(spawn(GUARD, ["--pdeathsig", "KILL", program, ...args], { stdio: "ignore" }));
  };
  try {
    const names = Object.keys(zones);
    await writeZones(home, zones);
    const [servingPort = 0, askingPort = 0] = await freePorts(2);
    await writeFile(join(home, "nsd.conf"), nsdConfiguration(home, servingPort, ["test", ...names]));
    await writeFile(
      join(home, "unbound.conf"),
      unboundConfiguration(home, askingPort, servingPort, ["test", ...names]),
    );
    daemon("nsd", "-d", "-c", join(home, "nsd.conf"));
    daemon("unbound", "-d", "-c", join(home, "unbound.conf"));
    const resolver = { address: "127.0.0.1", port: askingPort };
    await untilAnswered(resolver);
    return { resolver, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Children first: their parent's zone bears a digest of their keys. */
async function writeZones(home: string, zones: Readonly<Record<string, Zone>>): Promise<void> {
  for (const folder of ["keys", "zones"]) await mkdir(join(home, folder));
  let parent = `${HEAD}ns A 127.0.0.1\n`;
  for (const [name, { records, signed, spoil }] of Object.entries(zones)) {
    const file = join(home, "zones", name);
    await writeFile(file, `${HEAD}${records}\n`);
    parent += `${name}. NS ns.test.\n`;
    if (!signed) continue;
    parent += await sign(home, name);
    if (spoil === undefined) continue;
    const whole = await readFile(file, "latin1");
    const spoilt = spoil(whole);
    if (spoilt === whole) throw new Error(`nothing of ${name} was spoilt`);
    await writeFile(file, spoilt);
  }
  await writeFile(join(home, "zones", "test"), parent);
  await sign(home, "test");
  const keys = (await readdir(join(home, "keys"))).filter((file) => /^Ktest\..*\.key$/.test(file));
  const texts = await Promise.all(keys.map((file) => readFile(join(home, "keys", file), "latin1")));
  const anchors = texts.flatMap((text) => text.split("\n").filter((line) => /DNSKEY 257/.test(line)));
  await writeFile(join(home, "anchor.key"), `${anchors.join("\n")}\n`);
}

/** Signs a zone's file in its place; fulfils with the DS records of its keys. */
async function sign(home: string, name: string): Promise<string> {
  const keys = join(home, "keys");
  const file = join(home, "zones", name);
  await run("dnssec-keygen", ["-q", "-K", keys, "-a", "ECDSAP256SHA256", "-f", "KSK", name]);
  await run("dnssec-keygen", ["-q", "-K", keys, "-a", "ECDSAP256SHA256", name]);
  const how = ["-q", "-S", "-K", keys, "-d", home, "-3", "-", "-H", "0", "-e", "+31536000", "-O", "full"];
  await run("dnssec-signzone", [...how, "-o", name, "-f", file, file]);
  return readFile(join(home, `dsset-${name}.`), "latin1");
}

function nsdConfiguration(home: string, port: number, zones: readonly string[]): string {
  const one = (name: string): string => `zone:\n  name: "${name}"\n  zonefile: "${name}"\n`;
  return `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "${home}/zones"
  pidfile: "${home}/nsd.pid"
  xfrdfile: "${home}/xfrd.state"
  zonelistfile: "${home}/zone.list"
  xfrdir: "${home}"
  logfile: "${home}/nsd.log"
remote-control:
  control-enable: no
${zones.map(one).join("")}`;
}

function unboundConfiguration(home: string, port: number, servingPort: number, zones: readonly string[]): string {
  const one = (name: string): string => `stub-zone:\n  name: "${name}"\n  stub-addr: 127.0.0.1@${servingPort}\n`;
  return `server:
  interface: 127.0.0.1@${port}
  num-threads: 1
  do-ip6: no
  access-control: 127.0.0.0/8 allow
  username: ""
  chroot: ""
  directory: "${home}"
  pidfile: "${home}/unbound.pid"
  logfile: "${home}/unbound.log"
  use-syslog: no
  module-config: "validator iterator"
  trust-anchor-file: "${home}/anchor.key"
  do-not-query-localhost: no
  # Every other name: it does not exist, at once.
  local-zone: "." static
  local-zone: "test." transparent
  cache-max-negative-ttl: 5
  infra-host-ttl: 5
remote-control:
  control-enable: no
${zones.map(one).join("")}`;
}

async function untilAnswered(server: NameServer): Promise<void> {
  const resolver = createResolver({ servers: [server], patienceMs: [200] });
  const end = performance.now() + START_MS;
  for (;;) {
    const answer = await resolver.resolve("ns.test", "A");
    if (answer.kind === "records" && answer.secure) return;
    if (performance.now() > end) throw new Error(`the name servers did not start in ${START_MS / 1000} s`);
    await pause(50);
  }
}
