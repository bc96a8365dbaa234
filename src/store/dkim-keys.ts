/**
 * The keys that sign our mail (RFC 6376), each in its state of rotation (rules/dkim/rotation.ts). Rest sealed in `dkim.db`;
 * every change is one durable commit. The private part of a key dies when the key stops signing.
 */

export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256";
export type DkimKeyState = "made" | "published" | "seen" | "active" | "retiring" | "gone";

export type DkimKey = {
  /** In A-labels, lower case. */
  readonly domain: string;
  /** One label, lower case; unique in its domain, for ever. */
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** As it stands in the tag p= once in base64: SubjectPublicKeyInfo for RSA, 32 octets for Ed25519. */
  readonly publicKey: Uint8Array;
  readonly state: DkimKeyState;
  /** Epoch milliseconds, as all times here: when it came into its state. */
  readonly since: number;
  readonly madeAt: number;
};

/** @throws StoreError from every method, "closed" after disposal. */
export interface DkimKeys extends AsyncDisposable {
  /** Of one domain or of all; by domain, then from the oldest to the newest. */
  keys(domain?: string): Promise<readonly DkimKey[]>;
  /** PKCS#8 in DER; `undefined` when the key does not sign (any more). The caller wipes it. */
  privateKey(domain: string, selector: string): Promise<Uint8Array | undefined>;
  /** A key in the state `made`. "taken" when the selector was ever used in that domain. */
  add(key: Omit<DkimKey, "state" | "since">, privateKey: Uint8Array): Promise<"added" | "taken">;
  /** Moves a key on, only from the state named. With `retiring` and `gone` its private part is erased. */
  move(domain: string, selector: string, from: DkimKeyState, to: DkimKeyState, at: number): Promise<"moved" | "not-so">;
  /** Forgets the key; that its selector was used stays known. */
  remove(domain: string, selector: string): Promise<void>;
}
