/**
 * Where mail for a domain goes, and how safely: the hosts in the order in which they are to be tried, each with its
 * addresses and with what TLS must show there (RFC 5321 section 5.1, RFC 7505, RFC 7672, RFC 8461).
 */
import type { TlsaRecord } from "../../rules/dane/tlsa.ts";
import type { Finding } from "../../store/outbound-queue.ts";

/** What a connection to a host must show before mail goes over it. */
export type TlsPolicy =
  /** STARTTLS when offered, whatever the certificate; without encryption where it is not, or where it fails. */
  | { readonly kind: "opportunistic" }
  /** TLS without a look at the certificate, and no mail without it (RFC 7672 section 2.2, records that nobody can use). */
  | { readonly kind: "encrypted" }
  /**
   * A certificate of a known authority for the host's name (RFC 8461 section 4.1). With `testing` mail goes also where
   * it is not so, as with `opportunistic`, and only the report says it.
   */
  | { readonly kind: "mta-sts"; readonly mode: "enforce" | "testing" }
  /**
   * Certificates that `verifyDane` of rules/dane/verify.ts finds right; `serverName` goes into SNI, `names` are those that
   * a certificate may bear (RFC 7672 sections 2.2.3, 3.2.2).
   */
  | {
      readonly kind: "dane";
      readonly serverName: string;
      readonly names: readonly string[];
      readonly records: readonly TlsaRecord[];
    };

export type RouteHost = {
  /** Lower-case, in A-labels, without the final dot; an address literal in its brackets. */
  readonly name: string;
  /** In the order in which they are to be tried; at least one, but for our own. */
  readonly addresses: readonly string[];
  readonly tls: TlsPolicy;
  /**
   * Whether nobody could have put this name in another's place: DNSSEC shows it, or an MTA-STS policy in force. RFC 8689
   * section 4.2.1 asks this for REQUIRETLS.
   */
  readonly nameIsSure: boolean;
  /** The mail stays here: nobody is called, and nobody else's places are taken. */
  readonly isHere?: true;
  /** The domain's policy leaves it out: only for mail for which TLS is optional, behind all others (RFC 8689 section 4.2.2). */
  readonly isBeyondPolicy?: true;
};

/** As TLS reports name what went wrong before a connection (RFC 8460 section 4.3). */
export type PolicyFailure =
  | "tlsa-invalid"
  | "dnssec-invalid"
  | "sts-policy-fetch-error"
  | "sts-policy-invalid"
  | "sts-webpki-invalid"
  | "validation-failure";

/** What was found on the way; for reports and for the operator who walks the route. */
export type RouteFindings = {
  /** The MTA-STS policy that holds, as lines of its file. */
  readonly stsPolicy: readonly string[] | undefined;
  /** Hosts of the domain that mail does not go to, in their order; with their addresses where only DANE or MTA-STS forbids it. */
  readonly leftOut: readonly { readonly name: string; readonly why: LeftOut; readonly addresses?: readonly string[] }[];
  readonly failures: readonly { readonly failure: PolicyFailure; readonly host: string | undefined }[];
};

export type LeftOut =
  | "not-a-name"
  | "no-address"
  | "address-not-public"
  | "address-lookup-failed"
  | "tlsa-lookup-failed"
  | "not-in-mta-sts-policy"
  | "beyond-limit";

export type Route =
  | { readonly kind: "hosts"; readonly hosts: readonly RouteHost[]; readonly findings: RouteFindings }
  /** `code` and `enhanced` as an SMTP reply would bear them (RFC 3463); `sentence` is for the sender, `finding` its name. */
  | {
      readonly kind: "permanent" | "temporary";
      readonly code: number;
      readonly enhanced: string;
      readonly sentence: string;
      readonly finding?: Finding;
      readonly findings: RouteFindings;
    };

export interface Router {
  /**
   * The way for mail to this domain now, as the envelope names it: A-labels, U-labels or an address literal.
   * @throws StoreError when the cache of policies cannot be read
   */
  route(domain: string): Promise<Route>;
  /** The way over a host that the operator has named (a smarthost): no MX is asked, its policies count (RFC 8461 section 3.4). */
  routeOver(host: string): Promise<Route>;
}
