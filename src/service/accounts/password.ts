/**
 * The account password as it rests: an argon2id hash (RFC 9106) in a PHC string, and nothing else (promise D7).
 *
 * A hash takes tens of milliseconds of one core and megabytes of memory, so few run at once and few wait; the rest hears
 * `unavailable` at once instead of piling up. Those that are made and those that are checked take turns, so that who signs up
 * keeps nobody from logging in; log-ins, of which many may wait, do so before they come here (log-in-turns.ts). Cost
 * parameters travel with each hash, so they can be raised later.
 */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { availableParallelism } from "node:os";
import type { PasswordCost } from "../../store/credentials.ts";
import { createGate } from "./gate.ts";

/** 19 MiB and two passes: the least that is held safe today, and the most that a poll of many accounts bears. */
export const DEFAULT_COST: PasswordCost = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export type PasswordHasherOptions = {
  readonly cost?: PasswordCost;
  /** Hashes at once in this process; the pool of threads is shared with DNS, zlib and the disk. Default: one a core. */
  readonly atOnce?: number;
  /** Hashes that may wait for their turn, to be made and to be checked: some seconds of work. */
  readonly waiting?: number;
};

export interface PasswordHasher {
  /** Answers with a PHC string; `undefined` when too many hashes are under way. @param prepared see password-text.ts */
  hash(prepared: string): Promise<string | undefined>;
  verify(prepared: string, phc: string): Promise<"right" | "wrong" | "unavailable">;
  /** Tells whether a hash has another cost than new ones. */
  isOutdated(phc: string): boolean;
  /** Costs what a check costs and matches nothing: for names that do not exist. */
  readonly unmatched: string;
  /** Hashes at once in this process. */
  readonly atOnce: number;
}

export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { cost = DEFAULT_COST, atOnce = availableParallelism(), waiting = 64 } = options;
  const gate = createGate({ atOnce, waiting });
  const [checks, makes] = [gate.lane(), gate.lane()];
  return {
    hash: (prepared) =>
      makes.run(async () => {
        const salt = randomBytes(SALT_BYTES);
        return phcString({ cost, salt, tag: await derive(prepared, salt, cost, TAG_BYTES) });
      }),
    async verify(prepared, phc) {
      const { cost: known, salt, tag } = parsePhc(phc);
      const derived = await checks.run(() => derive(prepared, salt, known, tag.length));
      if (derived === undefined) return "unavailable";
      return timingSafeEqual(derived, tag) ? "right" : "wrong";
    },
    isOutdated(phc) {
      const { memoryKiB, passes, lanes } = parsePhc(phc).cost;
      return memoryKiB !== cost.memoryKiB || passes !== cost.passes || lanes !== cost.lanes;
    },
    unmatched: phcString({ cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) }),
    atOnce,
  };
}

function derive(prepared: string, salt: Uint8Array, cost: PasswordCost, tagBytes: number): Promise<Uint8Array> {
  const parameters = {
    message: prepared,
    nonce: salt,
    parallelism: cost.lanes,
    tagLength: tagBytes,
    memory: cost.memoryKiB,
    passes: cost.passes,
  };
  return new Promise((resolve, reject) => {
    argon2("argon2id", parameters, (error, tag) => {
      if (error) reject(error);
      else resolve(tag);
    });
  });
}

type Phc = { readonly cost: PasswordCost; readonly salt: Uint8Array; readonly tag: Uint8Array };

const base64 = (octets: Uint8Array): string => octets.toBase64({ omitPadding: true });

function phcString({ cost, salt, tag }: Phc): string {
  return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${base64(salt)}$${base64(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;

/** @throws RangeError when the text is no PHC string of argon2id: nobody but the store writes them. */
function parsePhc(text: string): Phc {
  const [, memory, passes, lanes, salt, tag] = PHC.exec(text) ?? [];
  if (salt === undefined || tag === undefined) throw new RangeError("a stored password hash is not of argon2id");
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Uint8Array.fromBase64(salt),
    tag: Uint8Array.fromBase64(tag),
  };
}
