/**
 * The class of an account, for events that should say that different people are concerned without saying who: different
 * classes are different accounts, and a class says no more of an account than one part in 64 (promise L4).
 */

const HEXADECIMAL = 16;
const CLASSES = 64;

/** A number from 0 to 63. @throws RangeError when `account` is no account id. */
export function accountClass(account: string): number {
  // Ids are random, so any of their digits serve.
  const digits = Number.parseInt(account.slice(0, 2), HEXADECIMAL);
  if (Number.isNaN(digits)) throw new RangeError("an account id has hexadecimal digits");
  return digits % CLASSES;
}
