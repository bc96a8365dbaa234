/**
 * A small internet around one real service: name servers with DNSSEC, mail hosts on loopback addresses of their own with
 * manners of their own, a web server with MTA-STS policies, and the service in a home that is no lab: it finds its ways by
 * the DNS and sends to real ports.
 */
import { createHash, webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Party } from "../../../src/rules/dane/chain.fixture.ts";
import { startNameServers, type Zone } from "../dns/name-servers.ts";
import { freePort } from "../free-ports.ts";
import { DOMAIN, freeBasePort, Lab, type LabOptions, PASSWORD } from "../lab.ts";
import type { Authorities } from "./certificates.ts";
import { Inbox } from "./inbox.ts";
import { MailHost, type Manner } from "./mail-host.ts";
import { startPolicyHost } from "./policy-host.ts";
import { openQueueView, type QueueView } from "./queue-view.ts";
import { SubmissionClient } from "./submission-client.ts";

const UNBOUNDED = 100_000;
export const HOST_NAME: string = `mail.${DOMAIN}`;

/** One destination. Its name ends in `.open.test`, or in `.signed.test`, where DNSSEC holds. */
export type Destination = {
  /** Absent: nobody listens at its address. */
  readonly manner?: Manner;
  /** Lines of a zone file in place of its MX; `@` is the domain, `mx` its host. */
  readonly records?: string;
  /** The certificate that its TLSA record names. */
  readonly dane?: Party;
  readonly sts?: "enforce" | "testing";
  /** Where it listens in place of the port that all others have. */
  readonly port?: number;
  /** Its host has the address ::1, where `WorldOptions.sixth` listens, besides its own or alone. */
  readonly ipv6?: "besides" | "alone";
  /** Where its reports on TLS are to go: a list of URIs. */
  readonly tlsReports?: string;
};

export type WorldOptions = {
  readonly destinations: Readonly<Record<string, Destination>>;
  readonly authorities: Authorities;
  readonly accounts?: number;
  /** What the service is started under. */
  readonly under?: readonly string[];
  /** Messages that an account may send in a minute; unbounded when left out. */
  readonly messagesAMinute?: number;
  /** Recipients not written to before that an account may have in a day; unbounded when left out. */
  readonly firstsADay?: number;
  /** Whether it is found out where arriving mail comes from; false when left out. */
  readonly verify?: boolean;
  /** More lines of the table `arriving`. */
  readonly arriving?: string;
  /** More lines of the table `queue`. */
  readonly queue?: string;
  /** More tables of altmail.toml. */
  readonly settings?: string;
  /** The one host that listens at ::1, for all that have this address. */
  readonly sixth?: Manner;
  /** Records of our own domain, by names relative to it; without them nobody knows it. */
  readonly ownRecords?: string;
};

type Made = {
  readonly home: string;
  readonly basePort: number;
  readonly mailPort: number;
  readonly hosts: ReadonlyMap<string, MailHost>;
  readonly sixth: MailHost | undefined;
  readonly addresses: ReadonlyMap<string, string>;
  readonly settingsOf: (queue: string) => string;
  readonly stack: AsyncDisposableStack;
};

export class World implements AsyncDisposable {
  readonly home: string;
  readonly hosts: ReadonlyMap<string, MailHost>;
  /** Of all mail hosts. */
  readonly mailPort: number;
  readonly #sixth: MailHost | undefined;
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #settingsOf: (queue: string) => string;
  readonly #stack: AsyncDisposableStack;
  readonly #basePort: number;
  #lab: Lab | undefined;
  #view: QueueView | undefined;

  private constructor(made: Made) {
    this.home = made.home;
    this.hosts = made.hosts;
    this.mailPort = made.mailPort;
    this.#sixth = made.sixth;
    this.#addresses = made.addresses;
    this.#settingsOf = made.settingsOf;
    this.#basePort = made.basePort;
    this.#stack = made.stack;
  }

  static async start(options: WorldOptions): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const home = mkdtempSync(join(tmpdir(), "altmail-world-"));
    stack.defer(() => rmSync(home, { recursive: true, force: true }));
    const { authorities, accounts = 2 } = options;
    const port = await freePort();
    const net = `127.${64 + random(128)}.${random(256)}`;
    const names = Object.keys(options.destinations);
    const addresses = new Map(names.map((name, n) => [name, `${net}.${n + 1}`]));
    const hosts = new Map<string, MailHost>();
    for (const [name, address] of addresses) {
      const { manner, port: ownPort = port } = options.destinations[name] ?? {};
      if (manner === undefined) continue;
      hosts.set(name, stack.use(await MailHost.listen(`mx.${name}`, address, ownPort, manner)));
    }
    const sixth = options.sixth && stack.use(await MailHost.listen("mx.sixth.test", "::1", port, options.sixth));
    const zones = await zonesOf(options, net, port);
    const [servers] = await Promise.all([startNameServers(zones), startPolicies(options, net, stack)]);
    stack.use(servers);
    const basePort = await freeBasePort();
    await Lab.start({ home, basePort, accounts, workers: 1 }).then((lab) => lab.stop());
    writeFileSync(join(home, "authorities.pem"), authorities.trusted);
    const dns = `${servers.resolver.address}:${servers.resolver.port}`;
    const settingsOf = (queue: string): string => settingsText({ ...options, queue, basePort, dns, port });
    const made = { home, basePort, mailPort: port, hosts, sixth, addresses, settingsOf };
    const world = new World({ ...made, stack: stack.move() });
    try {
      world.setQueue(options.queue ?? "");
      await world.serve(options.under === undefined ? {} : { under: options.under });
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The service; it must run. */
  get lab(): Lab {
    if (this.#lab === undefined) throw new Error("the service does not run");
    return this.#lab;
  }

  get submissionPort(): number {
    return this.#basePort + 465;
  }

  /** Starts the service, anew when it was stopped or killed. */
  async serve(options: Pick<LabOptions, "under"> = {}): Promise<void> {
    this.#lab = await Lab.start({ ...options, home: this.home, basePort: this.#basePort, asItLies: true });
  }

  /** Writes the settings anew, with these lines more in the table `queue`; a service that starts reads them. */
  setQueue(lines: string): void {
    writeFileSync(join(this.home, "altmail.toml"), this.#settingsOf(lines));
  }

  /** Who listens at ::1. */
  get sixth(): MailHost {
    if (this.#sixth === undefined) throw new Error("nobody listens at ::1");
    return this.#sixth;
  }

  host(domain: string): MailHost {
    const host = this.hosts.get(domain);
    if (host === undefined) throw new Error(`nobody listens at ${domain}`);
    return host;
  }

  /** Where the mail host of a domain is, or would be. */
  addressOf(domain: string): string {
    const address = this.#addresses.get(domain);
    if (address === undefined) throw new Error(`${domain} is no destination`);
    return address;
  }

  async view(): Promise<QueueView> {
    this.#view ??= await openQueueView(this.home);
    return this.#view;
  }

  submit(user = `u1@${DOMAIN}`): Promise<SubmissionClient> {
    return SubmissionClient.open(this.submissionPort, user, PASSWORD);
  }

  inbox(user = `u1@${DOMAIN}`): Promise<Inbox> {
    return Inbox.open(this.lab.imapPort, user);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#view?.[Symbol.asyncDispose]();
    await this.#lab?.stop();
    await this.#stack.disposeAsync();
  }
}

async function startPolicies(
  { destinations, authorities }: WorldOptions,
  net: string,
  stack: AsyncDisposableStack,
): Promise<void> {
  const policies = new Map<string, string>();
  for (const [name, { sts }] of Object.entries(destinations))
    if (sts !== undefined) policies.set(name, `version: STSv1\nmode: ${sts}\nmx: mx.${name}\nmax_age: 864000\n`);
  if (policies.size === 0) return;
  const certificate = await authorities.issue([...policies.keys()].map((name) => `mta-sts.${name}`));
  stack.use(await startPolicyHost(`${net}.254`, certificate, policies));
}

async function zonesOf(
  { destinations, ownRecords }: WorldOptions,
  net: string,
  port: number,
): Promise<Readonly<Record<string, Zone>>> {
  const records: { open: string[]; signed: string[] } = { open: [], signed: [] };
  for (const [n, [name, destination]] of Object.entries(destinations).entries()) {
    const { records: own, dane, sts, ipv6, tlsReports, port: ownPort = port } = destination;
    const [, below = "", zone] = /^(.+)\.(open|signed)\.test$/.exec(name) ?? [];
    if (zone !== "open" && zone !== "signed") throw new Error(`${name} lies in no zone`);
    const mine = records[zone];
    mine.push(
      ...(own ?? "@ MX 10 mx").split("\n").map((line) =>
        line
          .trim()
          .replace(/^@/, below)
          .replace(/^(mx\d*)(?= )/, `$1.${below}`)
          .replace(/ (mx\d*)$/, ` $1.${below}`),
      ),
    );
    if (ipv6 !== "alone") mine.push(`mx.${below} A ${net}.${n + 1}`);
    if (ipv6 !== undefined) mine.push(`mx.${below} AAAA ::1`);
    if (tlsReports !== undefined) mine.push(`_smtp._tls.${below} TXT "v=TLSRPTv1; rua=${tlsReports}"`);
    if (sts !== undefined) mine.push(`_mta-sts.${below} TXT "v=STSv1; id=1;"`, `mta-sts.${below} A ${net}.254`);
    if (dane !== undefined) mine.push(`_${ownPort}._tcp.mx.${below} TLSA 3 1 1 ${await keyHash(dane)}`);
  }
  return {
    "open.test": { signed: false, records: records.open.join("\n") },
    "signed.test": { signed: true, records: records.signed.join("\n") },
    ...(ownRecords !== undefined && { [DOMAIN]: { signed: false, records: ownRecords } }),
  };
}

/** Of its public key, as a TLSA record "3 1 1" has it. */
export async function keyHash({ keys }: Party): Promise<string> {
  const spki = await webcrypto.subtle.exportKey("spki", keys.publicKey);
  return createHash("sha256").update(new Uint8Array(spki)).digest("hex");
}

function settingsText(
  given: Pick<WorldOptions, "messagesAMinute" | "firstsADay" | "verify" | "arriving" | "queue" | "settings"> & {
    readonly basePort: number;
    readonly dns: string;
    readonly port: number;
  },
): string {
  const {
    basePort,
    messagesAMinute = UNBOUNDED,
    firstsADay = UNBOUNDED,
    verify = false,
    arriving = "",
    queue = "",
    settings = "",
  } = given;
  const bounds = `connections = ${UNBOUNDED}\nconnections-per-peer = ${UNBOUNDED}`;
  const limits = ["recipients-an-hour", "recipients-a-day"];
  return `host-name = "${HOST_NAME}"
domains = ["${DOMAIN}"]
operator = "u1@${DOMAIN}"
key = "secret/root"
workers = 2
[smtp]
listen = ["127.0.0.1:${basePort + 25}"]
${bounds}
[imap]
listen = ["127.0.0.1:${basePort + 993}"]
${bounds}
[submission]
listen = ["127.0.0.1:${basePort + 465}"]
starttls-listen = ["127.0.0.1:${basePort + 587}"]
${bounds}
[sending]
messages-a-minute = ${messagesAMinute}
${limits.map((name) => `${name} = ${UNBOUNDED}`).join("\n")}
first-time-recipients-a-day = ${firstsADay}
[dns]
servers = ["${given.dns}"]
[arriving]
verify = ${verify}
${arriving}
[queue]
port = ${given.port}
private-addresses = true
authorities = "authorities.pem"
${queue}
[dkim]
unpublished = true
[tls]
certificate = "secret/tls/server.pem"
key = "secret/tls/server.key"
${settings}`;
}

const random = (below: number): number => Math.floor(Math.random() * below);
