/**
 * Which addresses an operator may give out: an ASCII dot-atom in lower case (RFC 5321 section 4.1.2, Dot-string) at one of
 * our domains. A plus sign is refused, because it parts a name from its tag at delivery.
 */
import { logInName } from "./log-in-name.ts";

export type CheckedAddress =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "invalid"; readonly sentence: string };

/** RFC 5321 section 4.5.3.1.1. */
const MAX_NAME_OCTETS = 64;
/** RFC 5322 section 3.2.3, atext without `+`, lower case. */
const NAME = /^[a-z0-9!#$%&'*/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*/=?^_`{|}~-]+)*$/;

/** Brings an address into its canonical form, or says what is wrong with it. @param domains canonical */
export function checkAddress(text: string, domains: readonly string[]): CheckedAddress {
  const address = logInName(text.trim().toLowerCase());
  const at = address.lastIndexOf("@");
  const invalid = (sentence: string): CheckedAddress => ({ kind: "invalid", sentence });
  if (at <= 0) return invalid("This is not an address: write it as name@domain.");
  const [name, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (!domains.includes(domain)) {
    return invalid(`The domain is not one of ours. Use one of: ${domains.join(", ")}.`);
  }
  if (name.includes("+")) {
    return invalid("The name may not hold a plus sign: what follows one is a tag that its holder chooses freely.");
  }
  if (name.length > MAX_NAME_OCTETS) return invalid(`The name may have at most ${MAX_NAME_OCTETS} characters.`);
  if (!NAME.test(name)) {
    return invalid(
      "The name may hold the letters a-z, digits, hyphens, underscores, and single dots between them, without spaces or accents.",
    );
  }
  return { kind: "address", address };
}
