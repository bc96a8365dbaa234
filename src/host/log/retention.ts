/**
 * Ends the days of the log whose time is over (promise L2). It looks at names alone, so it needs no root and works while
 * the service stands sealed. For each day, in this order: its secret is set aside durably, and from then on no key opens the
 * day; the secret is overwritten; its segment goes; the destruction is noted in the public chain; what was set aside goes.
 * A crash after any step is finished by the next run, and each day is noted once.
 *
 * A clock that went wrong: set forward, it ends days early, which breaks no promise; set back, it ends nothing until it is
 * right again, and days that lie in its future are left and told of, for only a person can know which is wrong.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Clock, DAY } from "../clock.ts";
import { appendToChain, auditChain } from "../record/chain.ts";
import { isLiving, startOfDay } from "./log-day.ts";
import { syncFolder } from "../sync-folder.ts";

export type RetentionOptions = {
  /** Holds `YYYY-MM-DD.seg`, and nothing else. */
  readonly logFolder: string;
  /** Holds `day-YYYY-MM-DD` among other secrets. */
  readonly secretFolder: string;
  /** The public chain in which destructions are noted; its folder exists. */
  readonly chain: string;
  readonly clock: Clock;
  /** Days of the calendar (UTC) that are kept, today among them. */
  readonly days: number;
  /** Tests stop the work after each of its steps by throwing. */
  readonly afterStep?: (step: RetentionStep, day: string) => void;
};

export type RetentionStep = "set aside" | "overwritten" | "segment gone" | "noted" | "gone";

export type LeftFile = { readonly name: string; readonly reason: string };

export type Destruction = {
  /** Days that were ended, oldest first. */
  readonly destroyed: readonly string[];
  /** What could not be ended or is not of the log, with the reason. */
  readonly left: readonly LeftFile[];
};

const SEGMENT = /^(.*)\.seg$/;
const SECRET = /^day-(.*)$/;
/** A secret that is set aside: `keys.db` does not find it, and the next run does. */
const DYING = /^dying-(.*)$/;
const WHAT = "log-day";
const STRANGE = "this is no file of the log: see what it is, and remove it";
const AHEAD = "its day has not come yet: was the clock wrong? Remove segment and secret of this day when it was";

/**
 * Ends every day that is over, durably: nothing of it opens on return. One that fails keeps none of the others.
 * Call it before anything listens, and each night before the epoch is changed.
 */
export function destroyOldDays(options: RetentionOptions): Destruction {
  const { clock, days } = options;
  const { found, left } = findDays(options);
  const destroyed: string[] = [];
  const tomorrow = (Math.floor(clock.now() / DAY) + 1) * DAY;
  for (const [day, names] of [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if ((startOfDay(day) ?? 0) >= tomorrow) left.push(...names.map((name) => ({ name, reason: AHEAD })));
    if (isLiving(day, clock, days) && !names.includes(`dying-${day}`)) continue;
    try {
      destroyDay(options, day);
      destroyed.push(day);
    } catch (error) {
      left.push({ name: names[0] ?? day, reason: reasonOf(error) });
    }
  }
  return { destroyed, left };
}

/** When the next day of the log ends, epoch milliseconds: at the coming midnight (UTC). */
export const nextDestruction = (clock: Clock): number => (Math.floor(clock.now() / DAY) + 1) * DAY;

/** The days of which there is something, by name, with their files; and what has no day. */
function findDays({ logFolder, secretFolder }: RetentionOptions): {
  readonly found: ReadonlyMap<string, string[]>;
  readonly left: LeftFile[];
} {
  const found = new Map<string, string[]>();
  const left: LeftFile[] = [];
  const sort = (name: string, day: string | undefined): void => {
    if (day === undefined || startOfDay(day) === undefined) left.push({ name, reason: STRANGE });
    else found.set(day, [...(found.get(day) ?? []), name]);
  };
  for (const name of namesIn(logFolder)) sort(name, SEGMENT.exec(name)?.[1]);
  for (const name of namesIn(secretFolder)) {
    const day = (SECRET.exec(name) ?? DYING.exec(name))?.[1];
    if (day !== undefined) sort(name, day);
  }
  return { found, left };
}

function destroyDay({ logFolder, secretFolder, chain, clock, afterStep }: RetentionOptions, day: string): void {
  const secret = join(secretFolder, `day-${day}`);
  const dying = join(secretFolder, `dying-${day}`);
  // The marker stands until the day is noted, also for a day that had lost its secret before.
  if (existsSync(secret)) renameSync(secret, dying);
  else closeSync(openSync(dying, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
  syncFolder(secretFolder);
  afterStep?.("set aside", day);
  overwrite(dying);
  afterStep?.("overwritten", day);
  rmSync(join(logFolder, `${day}.seg`), { force: true });
  if (existsSync(logFolder)) syncFolder(logFolder);
  afterStep?.("segment gone", day);
  if (!isNoted(chain, day)) appendToChain(chain, clock.now(), WHAT, { day });
  afterStep?.("noted", day);
  rmSync(dying, { force: true });
  syncFolder(secretFolder);
  afterStep?.("gone", day);
}

/** An altered chain is not searched: appending to it refuses with the sentence for the operator. */
function isNoted(chain: string, day: string): boolean {
  const audit = auditChain(chain);
  return audit.kind === "whole" && audit.lines.some(({ what, says }) => what === WHAT && says["day"] === day);
}

/** Where the disk writes in place, nothing of the secret remains; SECURITY.md says what flash and journals may keep. */
function overwrite(path: string): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    writeSync(descriptor, new Uint8Array(fstatSync(descriptor).size), 0, undefined, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

/** Sentences of ours are shown; of the system's errors the code alone, for their text holds paths. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
