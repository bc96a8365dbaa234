/** Makes accounts of a lab, but none whose address was once given to somebody: an account that was deleted stays deleted. */
import type { Accounts } from "../service/accounts/accounts.ts";
import { HostError } from "../host/host-error.ts";

/** Halves what is refused until the address stands alone. @throws HostError when they cannot be made for another reason. */
export async function addMissing(accounts: Accounts, addresses: readonly string[], password: string): Promise<void> {
  const result = await accounts.addMany({ addresses, password });
  if (result.kind !== "refused") return;
  if (result.reason !== "taken") throw new HostError(result.sentence);
  if (addresses.length === 1) return;
  const half = Math.ceil(addresses.length / 2);
  await addMissing(accounts, addresses.slice(0, half), password);
  await addMissing(accounts, addresses.slice(half), password);
}
