/**
 * Where a message comes from, as far as it was verified: the little of authentication that reputation is built on. Taken
 * from the verifier's result when a message arrives, and from our own Authentication-Results field when its holder moves
 * it later: both give the same.
 */
import type { AuthenticationResults, MethodResult } from "../../syntax/message/authentication-results.ts";
import type { Authentication } from "../authentication/authentication.ts";
import { isAtOrBelow } from "../authentication/lookup.ts";
import { addressOctets } from "../dns-zone/ip-address.ts";
import { networkOctets } from "../dns-zone/network.ts";

export type Origin = {
  /** As `networkOf` names it. */
  readonly network: string | undefined;
  /** The address has a name that leads back to it. */
  readonly isNamed: boolean;
  /** The domain of From, in A-labels. */
  readonly author: string | undefined;
  /** DMARC, SPF or a signature speaks for just that domain. */
  readonly isAuthorVerified: boolean;
  readonly isDmarcPass: boolean;
  /** The domain for which SPF spoke. */
  readonly spfDomain: string | undefined;
  /** Domains of signatures that hold. */
  readonly signers: readonly string[];
  /** Something could not be asked: what is missing may only be missing for now. */
  readonly isOpen: boolean;
};

const IPV4_OCTETS = 4;

/** From what was found when the message arrived. */
export function originOf({ client, iprev, spf, dkim, dmarc }: Authentication): Origin {
  return origin({
    address: client.address,
    iprev: iprev.result,
    spf: spf.result,
    spfDomain: spf.domain,
    author: dmarc.domain,
    dmarc: dmarc.result,
    signatures: dkim.map(({ result, domain = "" }) => ({ result, domain })),
  });
}

/** From the field that we wrote then. The caller makes sure that it is ours. */
export function originOfField({ results }: AuthenticationResults): Origin {
  const [iprev, spf, dmarc] = ["iprev", "spf", "dmarc"].map((method) => results.find((one) => one.method === method));
  const signatures = results
    .filter(({ method }) => method === "dkim")
    .map((one) => ({ result: one.result, domain: property(one, "header.d") }));
  return origin({
    address: property(iprev, "policy.iprev"),
    iprev: iprev?.result ?? "none",
    spf: spf?.result ?? "none",
    spfDomain: property(spf, "smtp.mailfrom") || property(spf, "smtp.helo"),
    author: property(dmarc, "header.from"),
    dmarc: dmarc?.result ?? "none",
    signatures,
  });
}

type Facts = {
  readonly address: string;
  readonly iprev: string;
  readonly spf: string;
  readonly spfDomain: string;
  readonly author: string;
  readonly dmarc: string;
  readonly signatures: readonly { readonly result: string; readonly domain: string }[];
};

function origin({ address, iprev, spf, spfDomain, author, dmarc, signatures }: Facts): Origin {
  const signers = [
    ...new Set(signatures.flatMap(({ result, domain }) => (result === "pass" && domain !== "" ? [domain] : []))),
  ];
  const passed = spf === "pass" && spfDomain !== "" ? spfDomain : undefined;
  return {
    network: networkOf(address),
    isNamed: iprev === "pass",
    author: author === "" ? undefined : author,
    isAuthorVerified: author !== "" && (dmarc === "pass" || (dmarc === "none" && speaks(author, passed, signers))),
    isDmarcPass: dmarc === "pass",
    spfDomain: passed,
    signers,
    isOpen: [iprev, spf, dmarc, ...signatures.map(({ result }) => result)].includes("temperror"),
  };
}

/** Of a domain without policy: SPF for exactly it, or a signature of it or of one above it that is no top-level domain. */
function speaks(author: string, spfDomain: string | undefined, signers: readonly string[]): boolean {
  return spfDomain === author || signers.some((signer) => signer.includes(".") && isAtOrBelow(author, signer));
}

/** A name of the network of an address: its octets in decimal, also those of IPv6, as what was learned is kept under it. */
export function networkOf(address: string): string | undefined {
  const octets = addressOctets(address);
  if (octets === undefined) return undefined;
  return networkOctets(octets).join(octets.length === IPV4_OCTETS ? "." : ":");
}

function property(result: MethodResult | undefined, wanted: string): string {
  return result?.properties.find(([name]) => name === wanted)?.[1].toLowerCase() ?? "";
}
