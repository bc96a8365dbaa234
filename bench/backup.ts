/**
 * Backups of a large store: many small mails in many accounts, to folders on this machine. Prints how long and how large
 * the first set is, one of an unchanged store, and one after a change in a hundredth of the accounts; then restores
 * everything into an empty home and counts.
 *
 *   npm run bench:backup -- [--accounts 1000] [--mails 1000] [--bytes 600]
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { openOffice, type Office } from "../src/cli/office.ts";
import { openOutgoing } from "../src/cli/outgoing.ts";
import { openStores, type Stores } from "../src/cli/stores.ts";
import { silentBus } from "../src/host/bus.ts";
import { stayAlive, systemClock } from "../src/host/clock.ts";
import { parseSettings } from "../src/host/settings/read.ts";
import type { Working } from "../src/service/backup/backups.ts";
import type { Root } from "../src/store/crypt/root.ts";
import type { NewMail } from "../src/store/mail-store.ts";
import { parseMessage } from "../src/syntax/message/parse.ts";

const { values: options } = parseArgs({
  options: {
    accounts: { type: "string", default: "1000" },
    mails: { type: "string", default: "1000" },
    bytes: { type: "string", default: "600" },
  },
});
const [accounts, mails, bytes] = [Number(options.accounts), Number(options.mails), Number(options.bytes)];
const AT_ONCE = 250;
const MiB = 1024 ** 2;

using _alive = stayAlive();
const folder = mkdtempSync(join(tmpdir(), "altmail-bench-backup-"));
const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
for (const name of ["target", "escrow"]) mkdirSync(join(folder, name));

type Whole = AsyncDisposable & { readonly stores: Stores; readonly office: Office };

async function openHome(name: string, root: Root): Promise<Whole> {
  mkdirSync(join(folder, name), { recursive: true });
  const settings = parseSettings(
    [
      'host-name = "mail.bench.test"\ndomains = ["bench.test"]\noperator = "u1@bench.test"',
      `home = ${JSON.stringify(join(folder, name))}`,
      '[arriving]\nverify = false\n[tls]\ncertificate = "none.pem"\nkey = "none.key"',
      `[backup]\ntarget = ${JSON.stringify(join(folder, "target"))}\nescrow = ${JSON.stringify(join(folder, "escrow"))}`,
      `recipient = ${JSON.stringify(recipient)}`,
    ].join("\n"),
    join(folder, "altmail.toml"),
  );
  const services = { settings, root, bus: silentBus, clock: systemClock, bootId: "bench", workers: 1, log: () => {} };
  const stores = await openStores(services);
  const outgoing = await openOutgoing({ ...services, stores });
  const office = await openOffice({ ...services, stores, outgoing, isServing: false });
  return {
    stores,
    office,
    async [Symbol.asyncDispose]() {
      await office[Symbol.asyncDispose]();
      await outgoing[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
    },
  };
}

/** A mail whose text nobody else has. */
function mail(n: number): NewMail {
  const text = randomBytes(bytes).toString("base64url").slice(0, bytes).replace(/.{70}/g, "$&\r\n");
  const octets = new TextEncoder().encode(
    `From: a${n}@example.org\r\nTo: b@bench.test\r\nSubject: Number ${n}\r\nMessage-ID: <${n}@example.org>\r\n\r\n${text}\r\n`,
  );
  const content = {
    size: octets.length,
    bytes: octets,
    async *pieces() {
      yield octets;
    },
  };
  const flags = { system: 0, keywords: [] };
  return { content, derived: parseMessage(octets), flags, internalDate: 1_700_000_000_000, zoneMinutes: 0 };
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

let saidAt = 0;
/** The work is broken off by killing the process: everything lies in a temporary folder. */
const working: Working = {
  signal: new AbortController().signal,
  progress(step, done, total) {
    if (Date.now() - saidAt < 15_000) return;
    saidAt = Date.now();
    say(`${step} ${done}${total === undefined ? "" : ` of ${total}`}`);
  },
};

async function append(stores: Stores, address: string, some: readonly NewMail[]): Promise<void> {
  const account = await stores.directory.byAddress(address);
  const inbox = account && (await stores.mail.read(account.id).mailbox("INBOX"));
  if (account === undefined || inbox === undefined) throw new Error("an account is missing");
  for (let at = 0; at < some.length; at += AT_ONCE) {
    const appended = await stores.mail.write(account.id).append(inbox.id, some.slice(at, at + AT_ONCE));
    if (appended.kind !== "appended") throw new Error(appended.kind);
  }
}

const rows: string[] = [];
async function timed(what: string, work: () => Promise<number | undefined>): Promise<number> {
  const began = performance.now();
  const octets = await work();
  const seconds = (performance.now() - began) / 1000;
  const size = octets === undefined ? "" : `${(octets / MiB).toFixed(1)} MiB`;
  rows.push(`| ${what} | ${seconds.toFixed(1)} s | ${size} |`);
  say(`${what}: ${seconds.toFixed(1)} s ${size}`);
  return octets ?? 0;
}

/** Octets that a set sent to the target. */
async function makeSet({ office }: Whole): Promise<number> {
  return (await office.backups.create(working)).sentOctets;
}

try {
  const root = randomBytes(32) as Uint8Array as Root;
  {
    await using home = await openHome("home", root);
    const { stores } = home;
    await timed(`making ${accounts} accounts`, async () => {
      const addresses = Array.from({ length: accounts }, (_, n) => `u${n + 1}@bench.test`);
      const made = await stores.accounts.addMany({ addresses, password: "secret-of-the-bench" });
      if (made.kind === "refused") throw new Error(made.sentence);
      return undefined;
    });
    await timed(`filling them with ${mails} mails each`, async () => {
      const some = Array.from({ length: mails }, (_, n) => mail(n));
      for (let n = 1; n <= accounts; n++) {
        await append(stores, `u${n}@bench.test`, some);
        working.progress("filled accounts", n, accounts);
      }
      return undefined;
    });
    const first = await timed("first set", () => makeSet(home));
    await timed("set of an unchanged store", () => makeSet(home));
    const changed = Math.max(1, Math.round(accounts / 100));
    for (let n = 1; n <= changed; n++) await append(stores, `u${n * 100 - 99}@bench.test`, [mail(mails + n)]);
    const second = await timed(`set after one new mail in ${changed} accounts`, () => makeSet(home));
    rows.push(`| that set, of the first | | ${((100 * second) / first).toFixed(2)} % |`);
  }
  rmSync(join(folder, "home"), { recursive: true });
  await using home = await openHome("restored", randomBytes(32) as Uint8Array as Root);
  await timed("everything restored", async () => {
    const restored = await home.office.backups.restoreEverything({ set: undefined, identity }, working);
    say(JSON.stringify(restored));
    return undefined;
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`| work | time | size |\n| --- | --- | --- |\n${rows.join("\n")}\n`);
