/**
 * Opens and seals what is wrapped under root and epoch, with kind, name and epoch as associated data; for a day its
 * secret of 32 octets is needed too. Remembers the newest epoch met, and what it takes to open rows under it.
 */
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { StoreError } from "../store-error.ts";
import type { FileKey } from "./account-keys.ts";
import { type Epoch, findEpoch, keyEncryptionKey } from "./epoch.ts";
import type { Kind, Row } from "./key-rows.ts";
import type { Root } from "./root.ts";
import { seal, unseal } from "./seal.ts";
import { readSecret, removeSecret, type Secret, writeSecret } from "./secret-file.ts";

export type Wrapping = {
  /** Whether the epoch is remembered or its file is there; false for a moment while another process changes it. */
  finds(epochId: string): boolean;
  /** @throws StoreError "key" when the secret folder has it not. */
  epoch(id: string): Epoch;
  /** Forgets the epoch met before, and takes this one. */
  adopt(epoch: Epoch | undefined): void;
  /**
   * `undefined`: a day whose secret is gone.
   * @throws StoreError "key" when the row does not open.
   */
  open(row: Row): FileKey | undefined;
  opens(row: Row): boolean;
  seal<K extends Kind>(kind: K, name: string, key: FileKey, epoch: Epoch): Row<K>;
  readonly days: DaySecrets;
};

export type DaySecrets = {
  exists(date: string): boolean;
  make(date: string): void;
  destroy(date: string): void;
};

export const contextOf = ({ kind, name, under }: Pick<Row, "kind" | "name" | "under">): string =>
  `${kind}:${name}:${under}`;

const NOTHING = new Uint8Array(0);

export function createWrapping(root: Root, secretFolder: string): Wrapping {
  let newest: Epoch | undefined;
  /** By kind, under that epoch: deriving one costs more than all else of a look-up. */
  const derived = new Map<Kind, Uint8Array>();

  const adopt = (epoch: Epoch | undefined): void => {
    newest = epoch;
    derived.clear();
  };

  const find = (id: string): Epoch | undefined => {
    if (newest?.id === id) return newest;
    const epoch = findEpoch(secretFolder, id);
    if (epoch !== undefined) adopt(epoch);
    return epoch;
  };

  const epochOf = (id: string): Epoch => {
    const epoch = find(id);
    if (epoch !== undefined) return epoch;
    throw new StoreError("key", "The epoch in the secret folder is not the one the keys are wrapped under.");
  };

  const dayPath = (date: string): string => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new RangeError("a day is named YYYY-MM-DD");
    return join(secretFolder, `day-${date}`);
  };

  /** `undefined`: a day whose secret is gone. */
  const wrapperOf = (kind: Kind, name: string, epoch: Epoch): Uint8Array | undefined => {
    if (kind === "day") {
      const secret = readSecret(dayPath(name));
      return secret && keyEncryptionKey(root, epoch, secret, kind);
    }
    const known = epoch === newest ? derived.get(kind) : undefined;
    if (known !== undefined) return known;
    const wrapper = keyEncryptionKey(root, epoch, NOTHING, kind);
    if (epoch === newest) derived.set(kind, wrapper);
    return wrapper;
  };

  const open = (row: Row): FileKey | "other" | undefined => {
    const wrapper = wrapperOf(row.kind, row.name, epochOf(row.under));
    if (wrapper === undefined) return undefined;
    return (unseal(wrapper, row.sealed, contextOf(row)) as FileKey | undefined) ?? "other";
  };

  return {
    finds: (id) => find(id) !== undefined,
    epoch: epochOf,
    adopt,
    opens: (row) => open(row) instanceof Uint8Array,

    open(row) {
      const key = open(row);
      if (key === "other") throw new StoreError("key", "A key does not open under this root and epoch.");
      return key;
    },

    seal(kind, name, key, epoch) {
      const wrapper = wrapperOf(kind, name, epoch);
      if (wrapper === undefined) throw new StoreError("key", "The secret of the day does not exist.");
      const named = { kind, name, under: epoch.id };
      return { ...named, sealed: seal(wrapper, key, contextOf(named)) };
    },

    days: {
      exists: (date) => readSecret(dayPath(date)) !== undefined,
      make: (date) => void writeSecret(dayPath(date), randomBytes(32) as Uint8Array as Secret),
      destroy: (date) => removeSecret(dayPath(date)),
    },
  };
}
