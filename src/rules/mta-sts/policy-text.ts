/** The policy file of our own domains (RFC 8461 section 3.2) and the record that announces it (RFC 8461 section 3.1). */
import { createHash } from "node:crypto";
import type { StsPolicy } from "./policy.ts";

/** As long as an error stays while a policy is tried out: a day. */
const TESTING_MAX_AGE_S = 86_400;
/** RFC 8461 section 3.2 asks for weeks or more: so long a sender who knows the policy cannot be talked out of it. */
const ENFORCE_MAX_AGE_S = 2_592_000;
/** RFC 8461 section 3.1: 1 to 32 letters and digits. */
const ID_LENGTH = 32;

/** Writes what https://mta-sts.DOMAIN/.well-known/mta-sts.txt is to answer. */
export function policyText(mode: StsPolicy["mode"], hostName: string): string {
  const maxAgeS = mode === "enforce" ? ENFORCE_MAX_AGE_S : TESTING_MAX_AGE_S;
  return `version: STSv1\nmode: ${mode}\nmx: ${hostName}\nmax_age: ${maxAgeS}\n`;
}

/** An id that is another one whenever the text is: senders fetch the file anew then. */
export function policyId(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, ID_LENGTH);
}

/** The text of the TXT record at `_mta-sts.DOMAIN`. */
export const policyRecord = (id: string): string => `v=STSv1; id=${id};`;
