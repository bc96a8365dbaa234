/**
 * Signs with the keys that are active, RSA and Ed25519 both. They are read from the store now and then, and kept in memory
 * as opaque keys; a key that has retired signs on for that short while, which its record outlives by days.
 */
import { type Clock, MINUTE } from "../../host/clock.ts";
import { type Signed, signatureFields, type SigningKey, signingKey } from "../../rules/dkim/sign.ts";
import type { DkimKeys } from "../../store/dkim-keys.ts";

export type DkimSigner = {
  /** The fields that go before the message; empty when the domain has no active key yet. @throws StoreError */
  readonly sign: (signed: Signed) => Promise<string>;
};

const REMEMBERED_MS: number = MINUTE;

export function createDkimSigner({ keys, clock }: { readonly keys: DkimKeys; readonly clock: Clock }): DkimSigner {
  const remembered = new Map<string, { readonly until: number; readonly keys: Promise<readonly SigningKey[]> }>();
  const load = async (domain: string): Promise<readonly SigningKey[]> => {
    const found: SigningKey[] = [];
    for (const { selector, algorithm, state } of await keys.keys(domain)) {
      if (state !== "active") continue;
      const pkcs8 = await keys.privateKey(domain, selector);
      if (pkcs8 === undefined) continue;
      found.push(signingKey(selector, algorithm, pkcs8));
      pkcs8.fill(0);
    }
    return found;
  };
  const active = (domain: string): Promise<readonly SigningKey[]> => {
    const known = remembered.get(domain);
    if (known !== undefined && known.until > clock.now()) return known.keys;
    const entry = { until: clock.now() + REMEMBERED_MS, keys: load(domain) };
    remembered.set(domain, entry);
    entry.keys.catch(() => {
      if (remembered.get(domain) === entry) remembered.delete(domain);
    });
    return entry.keys;
  };

  return {
    async sign(signed) {
      return signatureFields(signed, await active(signed.domain));
    },
  };
}
