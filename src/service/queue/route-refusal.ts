/** Why there is no way to a domain, as the sender reads it in a report (RFC 3463 sections 3.2, 3.5, 3.8). */
import type { Finding } from "../../store/outbound-queue.ts";
import { type FindingName, found } from "./findings.ts";

export type Refusal = {
  readonly kind: "permanent" | "temporary";
  readonly code: number;
  readonly enhanced: string;
  readonly sentence: string;
  readonly finding: Finding;
};

function refusal(kind: Refusal["kind"], code: number, enhanced: string, name: FindingName): Refusal {
  const { words: sentence, finding } = found(name);
  return { kind, code, enhanced, sentence, finding };
}

export const REFUSAL: Readonly<
  Record<
    "noSuchDomain" | "takesNoMail" | "circle" | "noHost" | "notOfFamily" | "dnsCannotSay" | "policyForbids",
    Refusal
  >
> = Object.freeze({
  noSuchDomain: refusal("permanent", 550, "5.1.2", "no-such-domain"),
  /** RFC 7505 section 4.1. */
  takesNoMail: refusal("permanent", 556, "5.1.10", "takes-no-mail"),
  circle: refusal("permanent", 550, "5.4.6", "circle"),
  noHost: refusal("permanent", 550, "5.4.4", "no-host"),
  notOfFamily: refusal("permanent", 550, "5.4.4", "not-of-family"),
  dnsCannotSay: refusal("temporary", 451, "4.4.3", "dns-cannot-say"),
  policyForbids: refusal("temporary", 451, "4.7.5", "policy-forbids"),
});
