/**
 * A set: for each account its record in the directory, its part and the part's key. Objects of version 1 under `set/ID/`:
 *
 *     body.0, body.1, ...   frames under a random key:
 *                           {kind: "set", version, id, madeAt}, {kind: "used", key, fingerprints},
 *                           {kind: "accounts", lines}, {kind: "end", accounts}
 *     names.0, names.1, ... the objects that the set needs, without keys: places.ts has the form
 *     head                  a sealed box to the set's X25519 key: {version, id, madeAt, accounts, key}; written last
 *
 * A set without head was never finished. Never in it: logs, queue, sessions, delivery records, limit counters (promise D2).
 */
import { randomBytes } from "node:crypto";
import { HostError } from "../../host/host-error.ts";
import type { Subscription } from "../../store/billing.ts";
import type { CredentialsRecord, HolderPlan, RecoveryAddress } from "../../store/credentials.ts";
import type { UsedAddresses } from "../../store/directory-archive.ts";
import { type Account, type AppPassword, NO_PREFERENCES, type Preferences } from "../../store/directory.ts";
import { accountId, type AccountId } from "../../store/ids.ts";
import { frameWriter, pack, type PutObject, readFrames, unpack } from "./frames.ts";
import { setBody, setHead } from "./object-names.ts";
import type { PartKey } from "./part.ts";
import type { ObjectPlace } from "./place.ts";
import type { HalfOpener } from "./private-halves.ts";
import { openBox, sealBox, type Sealing } from "./sealing.ts";

/** An account as the directory has it. */
export type AccountRecord = {
  readonly account: Account;
  readonly aliases: readonly string[];
  /** Aliases taken away that stay kept for the account. */
  readonly reserved: readonly string[];
  readonly appPasswords: readonly AppPassword[];
  readonly preferences: Preferences;
  /** Recovery address, second step and plan. */
  readonly credentials: CredentialsRecord;
  /** `undefined`: nobody pays for it. Left out of a set then, and missing in sets from before there were any. */
  readonly subscription?: Subscription | undefined;
};
export type SetLine = PartKey & { readonly record: AccountRecord };

/** What the head says. */
export type SetHead = {
  readonly id: string;
  /** When it was begun; nothing in it is older than the mail of that moment. */
  readonly madeAt: number;
  readonly accounts: number;
  readonly key: Uint8Array;
};

type StoredPassword = Omit<AppPassword, "scram" | "account"> & {
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
};
type StoredStep = {
  readonly secret: string;
  readonly lastStep: number;
  readonly codes: readonly string[];
};
type StoredCredentials = {
  readonly recovery?: RecoveryAddress;
  readonly secondStep?: StoredStep;
  readonly plan?: HolderPlan;
};
type StoredLine = Omit<AccountRecord, "appPasswords" | "preferences" | "credentials"> & {
  /** Missing in sets from before there were any; what is not wished is left out. */
  readonly preferences?: Partial<Preferences>;
  /** Likewise. */
  readonly credentials?: StoredCredentials;
  readonly appPasswords: readonly StoredPassword[];
  readonly part: string;
  readonly key: string;
};
type Frame =
  | { readonly kind: "set"; readonly version: number; readonly id: string; readonly madeAt: number }
  | { readonly kind: "used"; readonly key: string; readonly fingerprints: readonly string[] }
  | { readonly kind: "accounts"; readonly lines: readonly StoredLine[] }
  | { readonly kind: "end"; readonly accounts: number };

const VERSION = 1;
const LINES = 300;
const FINGERPRINTS = 5000;

const bodyContext = (id: string): string => `set ${id} body`;
const headContext = (id: string): string => `set ${id} head`;

export type SetContent = {
  readonly id: string;
  readonly madeAt: number;
  readonly used: UsedAddresses;
  readonly lines: readonly SetLine[];
};

/** Writes the bodies; fulfils with the sealed head, to be put last. */
export async function writeBodies(
  place: ObjectPlace,
  sealing: Sealing,
  publicKey: Uint8Array,
  { id, madeAt, used, lines }: SetContent,
): Promise<{ readonly head: Uint8Array; readonly objects: readonly PutObject[] }> {
  const key = new Uint8Array(randomBytes(32));
  const writer = frameWriter(place, (n) => setBody(id, n), { sealing, key, context: bodyContext(id) });
  await writer.write({ kind: "set", version: VERSION, id, madeAt } satisfies Frame);
  for (let at = 0; at === 0 || at < used.fingerprints.length; at += FINGERPRINTS) {
    const fingerprints = used.fingerprints.slice(at, at + FINGERPRINTS).map((octets) => octets.toBase64());
    await writer.write({ kind: "used", key: used.key.toBase64(), fingerprints } satisfies Frame);
  }
  for (let at = 0; at < lines.length; at += LINES)
    await writer.write({ kind: "accounts", lines: lines.slice(at, at + LINES).map(storedLine) } satisfies Frame);
  const objects = await writer.end({ kind: "end", accounts: lines.length } satisfies Frame);
  const head = await pack({ version: VERSION, id, madeAt, accounts: lines.length, key: key.toBase64() });
  return { head: sealBox(sealing, publicKey, head, headContext(id)), objects };
}

/** Opens the head of a set. @throws HostError when it is missing, does not open, or its hours are over. */
export async function openHead(place: ObjectPlace, sealing: Sealing, halves: HalfOpener, id: string): Promise<SetHead> {
  const box = await place.get(setHead(id));
  if (box === undefined)
    throw new HostError(`there is no whole set ${id} at ${place.label}: "altmail backup list" shows all`);
  const plain = openBox(sealing, await halves.open("set", id), box, headContext(id));
  if (plain === undefined) throw new HostError(`the head of set ${id} is damaged`);
  const head = (await unpack(plain)) as Omit<SetHead, "key"> & { readonly version: number; readonly key: string };
  if (head.version > VERSION)
    throw new HostError(`set ${id} was written by a newer version of altmail: restore with that version`);
  return { id, madeAt: head.madeAt, accounts: head.accounts, key: Uint8Array.fromBase64(head.key) };
}

/** Reads a set that was opened. @throws HostError when it is not whole. */
export async function readSet(
  place: ObjectPlace,
  sealing: Sealing,
  { id, madeAt, key, accounts }: SetHead,
): Promise<SetContent> {
  const lines: SetLine[] = [];
  const fingerprints: Uint8Array[] = [];
  let usedKey: Uint8Array | undefined;
  const by = { sealing, key, context: bodyContext(id) };
  for await (const value of readFrames(place, (n) => setBody(id, n), by, `set ${id}`)) {
    const frame = value as Frame;
    if (frame.kind === "accounts") for (const line of frame.lines) lines.push(lineOf(line));
    if (frame.kind !== "used") continue;
    usedKey = Uint8Array.fromBase64(frame.key);
    for (const fingerprint of frame.fingerprints) fingerprints.push(Uint8Array.fromBase64(fingerprint));
  }
  if (usedKey === undefined || lines.length !== accounts)
    throw new HostError(`set ${id} holds fewer accounts than it says`);
  return { id, madeAt, used: { key: usedKey, fingerprints }, lines };
}

function storedLine({ record, part, key }: SetLine): StoredLine {
  const appPasswords = record.appPasswords.map(({ id, label, createdAt, scram }) => ({
    id,
    label,
    createdAt,
    salt: scram.salt.toBase64(),
    iterations: scram.iterations,
    storedKey: scram.storedKey.toBase64(),
    serverKey: scram.serverKey.toBase64(),
  }));
  return { ...record, appPasswords, credentials: storedCredentials(record.credentials), part, key: key.toBase64() };
}

/** What there is none of is left out. */
function storedCredentials({ recovery, secondStep, plan }: CredentialsRecord): StoredCredentials {
  const step = secondStep && {
    secret: secondStep.secret.toBase64(),
    lastStep: secondStep.lastStep,
    codes: secondStep.codes.map((mark) => mark.toBase64()),
  };
  return { ...(recovery && { recovery }), ...(step && { secondStep: step }), ...(plan && { plan }) };
}

function credentialsOf({ recovery, secondStep, plan }: StoredCredentials = {}): CredentialsRecord {
  const step = secondStep && {
    secret: Uint8Array.fromBase64(secondStep.secret),
    lastStep: secondStep.lastStep,
    codes: secondStep.codes.map((mark) => Uint8Array.fromBase64(mark)),
  };
  return { recovery, secondStep: step, plan };
}

/** What a row has none of is not in the set. */
function subscriptionOf(stored: Subscription): Subscription {
  const { until, warnedAt, withdrawnAt } = stored;
  return { ...stored, account: accountId(stored.account), until, warnedAt, withdrawnAt };
}

function lineOf(line: StoredLine): SetLine {
  const { account, aliases, reserved, appPasswords, preferences, credentials, subscription, part, key } = line;
  const id: AccountId = accountId(account.id);
  const record: AccountRecord = {
    account: { ...account, id },
    aliases,
    reserved,
    preferences: { ...NO_PREFERENCES, ...preferences },
    credentials: credentialsOf(credentials),
    subscription: subscription && subscriptionOf(subscription),
    appPasswords: appPasswords.map(({ id: name, label, createdAt, salt, iterations, storedKey, serverKey }) => ({
      id: name,
      account: id,
      label,
      createdAt,
      scram: {
        salt: Uint8Array.fromBase64(salt),
        iterations,
        storedKey: Uint8Array.fromBase64(storedKey),
        serverKey: Uint8Array.fromBase64(serverKey),
      },
    })),
  };
  return { record, part, key: Uint8Array.fromBase64(key) };
}
