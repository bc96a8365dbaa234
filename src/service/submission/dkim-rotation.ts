/**
 * Carries out the rotation of DKIM keys (rules/dkim/rotation.ts): one turn for every domain and kind of key, to be called
 * once an hour in one process. What fails is told and done at the next turn.
 */
import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { isPublished, keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { nextSelector, rotate, type RotationTimes, rotationTimes, type Shown } from "../../rules/dkim/rotation.ts";
import type { DkimAlgorithm, DkimKey, DkimKeys } from "../../store/dkim-keys.ts";
import { StoreError } from "../../store/store-error.ts";

/** The TXT records of a name, strings joined; `undefined` when the DNS gave no reliable answer. Never rejects. */
export type TextLookup = (name: string) => Promise<readonly string[] | undefined>;

export type DkimRotationOptions = {
  readonly keys: DkimKeys;
  /** That sign, in A-labels. */
  readonly domains: readonly string[];
  readonly lookup: TextLookup;
  readonly clock: Clock;
  readonly log: Log;
  readonly times?: RotationTimes;
};

/** Made, published, seen, active. */
const STEPS = 4;

/** Turns as if every record were published, to the end: for labs, which have no name server. Never rejects. */
export async function turnUnpublishedKeys(options: Omit<DkimRotationOptions, "lookup" | "times">): Promise<void> {
  const { keys } = options;
  const lookup: TextLookup = async (name) =>
    (await keys.keys()).filter((key) => keyRecordName(key.domain, key.selector) === name).map((key) => keyRecord(key));
  const times = { ...rotationTimes, confirmMs: 0 };
  for (let step = 0; step < STEPS; step++) await turnDkimKeys({ ...options, lookup, times });
}

const ALGORITHMS: readonly DkimAlgorithm[] = ["rsa-sha256", "ed25519-sha256"];
/** RFC 8301 section 3.2: 2048 at least where it can be; records of longer keys are more than some name servers take. */
const RSA_BITS = 2048;

/** Does one turn; never rejects. */
export async function turnDkimKeys(options: DkimRotationOptions): Promise<void> {
  for (const domain of options.domains)
    for (const algorithm of ALGORITHMS) {
      try {
        await turn(options, domain, algorithm);
      } catch (error) {
        options.log("dkim.failed", { domain, code: error instanceof StoreError ? error.code : "bug" });
      }
    }
}

async function turn(options: DkimRotationOptions, domain: string, algorithm: DkimAlgorithm): Promise<void> {
  const { keys, clock, log, times = rotationTimes } = options;
  const mine = (await keys.keys(domain)).filter((key) => key.algorithm === algorithm);
  const shown = new Map<string, Shown>();
  for (const key of mine) shown.set(key.selector, await lookUp(options.lookup, key));
  const now = clock.now();
  for (const step of rotate(mine, (selector) => shown.get(selector) ?? "unknown", now, times)) {
    if (step.kind === "make") await make(options, domain, algorithm, now);
    else if (step.kind === "remove") await keys.remove(domain, step.selector);
    else if (step.kind === "missing") log("dkim.missing", { domain, selector: step.selector });
    else if ((await keys.move(domain, step.selector, step.from, step.to, now)) === "moved")
      log("dkim.moved", { domain, selector: step.selector, state: step.to });
  }
}

async function lookUp(lookup: TextLookup, key: DkimKey): Promise<Shown> {
  const records = await lookup(keyRecordName(key.domain, key.selector));
  if (records === undefined) return "unknown";
  return isPublished(key, records) ? "there" : "absent";
}

async function make(
  { keys, log }: DkimRotationOptions,
  domain: string,
  algorithm: DkimAlgorithm,
  now: number,
): Promise<void> {
  const { publicKey, privateKey } = await freshPair(algorithm);
  const pkcs8 = new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }));
  const refused = new Set<string>();
  try {
    for (;;) {
      const selector = nextSelector(algorithm, now, (used) => refused.has(used));
      const key = { domain, selector, algorithm, publicKey: publicOctets(publicKey, algorithm), madeAt: now };
      if ((await keys.add(key, pkcs8)) === "added") {
        log("dkim.moved", { domain, selector, state: "made" });
        return;
      }
      refused.add(selector);
    }
  } finally {
    pkcs8.fill(0);
  }
}

function freshPair(
  algorithm: DkimAlgorithm,
): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return algorithm === "rsa-sha256"
    ? promisify(generateKeyPair)("rsa", { modulusLength: RSA_BITS })
    : promisify(generateKeyPair)("ed25519", {});
}

/** What p= holds: SubjectPublicKeyInfo for RSA as everybody writes it, 32 octets for Ed25519 (RFC 8463 section 4). */
function publicOctets(key: KeyObject, algorithm: DkimAlgorithm): Uint8Array {
  if (algorithm === "rsa-sha256") return new Uint8Array(key.export({ format: "der", type: "spki" }));
  return new Uint8Array(Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url"));
}
