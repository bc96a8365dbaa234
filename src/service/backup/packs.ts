/**
 * Packs: sealed pieces of contents of one account, one behind the other, up to 16 MiB. Each piece is sealed with its
 * content's own key, in a context of account, content and number: a key opens only what it was made for, and none of
 * them rests beside a pack.
 */
import { HostError } from "../../host/host-error.ts";
import type { ArchivedContent, SentPiece, StoredPiece } from "../../store/account-archive.ts";
import type { AccountId, ContentId } from "../../store/ids.ts";
import { MAX_OBJECT_BYTES, type PutObject } from "./frames.ts";
import { newObjectId, packName } from "./object-names.ts";
import type { ObjectPlace } from "./place.ts";
import type { Sealing } from "./sealing.ts";

const contextOf = (account: AccountId, content: ContentId, n: number): string =>
  `content piece ${account} ${content} ${n}`;

export type PackWriter = {
  readonly add: (key: Uint8Array, piece: StoredPiece) => Promise<void>;
  /** Sends the last pack; fulfils when all are durable. */
  readonly end: () => Promise<{ readonly sent: readonly SentPiece[]; readonly objects: readonly PutObject[] }>;
};

/** Gathers pieces of one account and sends each pack as it fills. */
export function packWriter(place: ObjectPlace, sealing: Sealing, account: AccountId): PackWriter {
  const sent: SentPiece[] = [];
  const objects: PutObject[] = [];
  let pack = newObjectId();
  let waiting: Uint8Array[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    if (bytes === 0) return;
    const octets = Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
    await place.put(packName(pack), octets);
    objects.push({ name: packName(pack), size: octets.length });
    pack = newObjectId();
  }

  return {
    async add(key, { content, n, octets }) {
      const sealed = sealing.seal(key, octets, contextOf(account, content, n));
      if (bytes + sealed.length > MAX_OBJECT_BYTES) await flush();
      sent.push({ content, n, pack, at: bytes, length: sealed.length });
      waiting.push(sealed);
      bytes += sealed.length;
    },
    async end() {
      await flush();
      return { sent, objects };
    },
  };
}

/** Packs kept whole in memory while their pieces are read. */
const KEPT_PACKS = 3;
/** A pack of which more than this share is wanted is fetched whole. */
const WHOLE_SHARE = 0.2;

/** Opens the pieces of contents, fetching a pack whole where much of it is wanted. */
export type PackReader = {
  /** The pieces as they rested in the account's file, in order. @throws HostError when one is missing or does not open. */
  readonly pieces: (content: ArchivedContent) => AsyncGenerator<Uint8Array>;
};

/** `wanted`: all contents that will be asked for. */
export function packReader(
  place: ObjectPlace,
  sealing: Sealing,
  account: AccountId,
  wanted: readonly ArchivedContent[],
): PackReader {
  const shares = new Map<string, number>();
  for (const { sent } of wanted)
    for (const { pack, length } of sent) shares.set(pack, (shares.get(pack) ?? 0) + length);
  const kept = new Map<string, Uint8Array>();

  async function octetsOf({ pack, at, length }: SentPiece): Promise<Uint8Array> {
    const name = packName(pack);
    if ((shares.get(pack) ?? 0) < WHOLE_SHARE * MAX_OBJECT_BYTES)
      return (await place.get(name, { from: at, to: at + length })) ?? missing(name);
    const whole = kept.get(pack) ?? (await place.get(name)) ?? missing(name);
    kept.delete(pack);
    kept.set(pack, whole);
    for (const oldest of kept.keys()) if (kept.size > KEPT_PACKS) kept.delete(oldest);
    return whole.subarray(at, at + length);
  }

  function missing(name: string): never {
    throw new HostError(`object ${name} is missing at ${place.label}: what it held cannot come back from this set`);
  }

  return {
    async *pieces({ id, key, sent }) {
      for (const piece of sent) {
        const octets = sealing.unseal(key, await octetsOf(piece), contextOf(account, id, piece.n));
        if (octets === undefined)
          throw new HostError(`object ${packName(piece.pack)} is damaged: a piece does not open`);
        yield octets;
      }
    },
  };
}
