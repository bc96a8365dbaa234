/** Why there is no way to a domain, as the sender reads it in a report (RFC 3463 sections 3.2, 3.5, 3.8). */

export type Refusal = {
  readonly kind: "permanent" | "temporary";
  readonly code: number;
  readonly enhanced: string;
  readonly sentence: string;
};

export const REFUSAL: Readonly<
  Record<"noSuchDomain" | "takesNoMail" | "circle" | "noHost" | "dnsCannotSay" | "policyForbids", Refusal>
> = Object.freeze({
  noSuchDomain: {
    kind: "permanent",
    code: 550,
    enhanced: "5.1.2",
    sentence: "The domain of this address does not exist. Please look for a typing error behind the @ sign.",
  },
  /** RFC 7505 section 4.1. */
  takesNoMail: {
    kind: "permanent",
    code: 556,
    enhanced: "5.1.10",
    sentence: "The domain of this address says that it takes no mail.",
  },
  circle: {
    kind: "permanent",
    code: 550,
    enhanced: "5.4.6",
    sentence: "The domain of this address names this server for its mail, and this server does not know the domain.",
  },
  noHost: {
    kind: "permanent",
    code: 550,
    enhanced: "5.4.4",
    sentence: "The domain of this address has no mail server that can be reached from the internet.",
  },
  dnsCannotSay: {
    kind: "temporary",
    code: 451,
    enhanced: "4.4.3",
    sentence: "The name servers of the domain give no usable answer at present. Delivery is tried again.",
  },
  policyForbids: {
    kind: "temporary",
    code: 451,
    enhanced: "4.7.5",
    sentence:
      "The domain's security policy (MTA-STS) names none of the mail servers it has at present. Delivery is tried again.",
  },
});
