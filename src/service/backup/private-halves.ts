/**
 * The private halves of sets and ledger days: made here, encrypted to the operators' offline age key, put at the escrow
 * place, and forgotten. Only who has the offline key opens them again; once they are deleted there, nobody does.
 */
import { Decrypter, Encrypter } from "age-encryption";
import { HostError } from "../../host/host-error.ts";
import { ledgerKeyName, setKeyName } from "./object-names.ts";
import type { ObjectPlace } from "./place.ts";
import { makeKeyPair } from "./sealing.ts";

export type HalfKind = "set" | "ledger";

const nameOf = (kind: HalfKind, id: string): string => (kind === "set" ? setKeyName(id) : ledgerKeyName(id));

/** Makes a pair, puts its private half at the escrow place, and fulfils with the public half when that is durable. */
export async function depositHalf(
  escrow: ObjectPlace,
  recipient: string,
  kind: HalfKind,
  id: string,
): Promise<Uint8Array> {
  const { publicKey, privateKey } = makeKeyPair();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const half = JSON.stringify({ version: 1, kind, id, privateKey: privateKey.toBase64() });
  privateKey.fill(0);
  await escrow.put(nameOf(kind, id), await encrypter.encrypt(half));
  return publicKey;
}

/** Fetches private halves and opens them with the offline key. */
export type HalfOpener = {
  /** @throws HostError when the half is gone, or was encrypted to another key. */
  readonly open: (kind: HalfKind, id: string) => Promise<Uint8Array>;
};

/**
 * Reads the text of an age key file: lines that begin with `#` are comments.
 * @throws HostError when there is no identity in it.
 */
export function halfOpener(escrow: ObjectPlace, identity: string): HalfOpener {
  const decrypter = new Decrypter();
  const keys = identity.split("\n").map((line) => line.trim());
  const identities = keys.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  try {
    if (identities.length === 0) throw new HostError("no line");
    for (const key of identities) decrypter.addIdentity(key);
  } catch (cause) {
    throw new HostError('the identity is no age key: it is a file whose line begins with "AGE-SECRET-KEY-"', { cause });
  }
  return {
    async open(kind, id) {
      const octets = await escrow.get(nameOf(kind, id));
      if (octets === undefined)
        throw new HostError(`the key of ${kind} ${id} is not at the escrow place: it is over, or was deleted there`);
      const half = await decrypted(decrypter, octets);
      if (half === undefined)
        throw new HostError(
          `the identity does not open the key of ${kind} ${id}: was another offline key in use then?`,
        );
      return privateKeyOf(half, kind, id);
    },
  };
}

async function decrypted(decrypter: Decrypter, octets: Uint8Array): Promise<string | undefined> {
  try {
    return await decrypter.decrypt(octets, "text");
  } catch {
    return undefined;
  }
}

function privateKeyOf(text: string, kind: HalfKind, id: string): Uint8Array {
  const half = JSON.parse(text) as {
    readonly version?: number;
    readonly kind?: string;
    readonly id?: string;
    readonly privateKey?: string;
  };
  if (half.version !== 1 || half.kind !== kind || half.id !== id || half.privateKey === undefined)
    throw new HostError(`the key that lies at the escrow place for ${kind} ${id} is of something else`);
  return Uint8Array.fromBase64(half.privateKey);
}
