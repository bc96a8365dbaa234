/**
 * Whether the SPF record of a domain lets an address send, asked as a receiver would (RFC 7208 section 4.6): with the ten
 * questions it allows, and without unfolding macros.
 */
import type { Resolver } from "../../host/resolver/answer.ts";
import { isSameAddress, isWithin } from "../../rules/dns-zone/ip-address.ts";
import { readSpf, type SpfQualifier, type SpfTerm, spfTexts } from "../../rules/dns-zone/spf-record.ts";

export type SpfResult =
  | "pass"
  | "fail"
  | "softfail"
  | "neutral"
  /** There is no record. */
  | "none"
  /** The record is broken, there are several, or it asks too much. */
  | "permerror"
  | "temperror"
  /** A term with a macro comes before one that decides. */
  | "unknown";

const RESULTS: Readonly<Record<SpfQualifier, SpfResult>> = {
  "+": "pass",
  "-": "fail",
  "~": "softfail",
  "?": "neutral",
};
/** RFC 7208 section 4.6.4. */
const MAX_LOOKUPS = 10;
const MAX_EXCHANGES = 10;

/** `domain` in A-labels. Total: whatever stands in the DNS, it ends after ten terms that ask. */
export function spfResult(resolver: Resolver, domain: string, address: string): Promise<SpfResult> {
  return new Coverage(resolver, address).of(domain);
}

class Coverage {
  readonly #resolver: Resolver;
  readonly #address: string;
  #lookups = 0;

  constructor(resolver: Resolver, address: string) {
    this.#resolver = resolver;
    this.#address = address;
  }

  async of(domain: string): Promise<SpfResult> {
    const answer = await this.#resolver.resolve(domain, "TXT");
    if (answer.kind === "servfail" || answer.kind === "timeout") return "temperror";
    const [text, ...more] = answer.kind === "records" ? spfTexts(answer.records) : [];
    if (text === undefined) return "none";
    const terms = more.length > 0 ? undefined : readSpf(text);
    if (terms === undefined) return "permerror";
    for (const term of terms) {
      const result = await this.#judge(term, domain);
      if (result !== undefined) return result;
    }
    return "neutral";
  }

  /** `undefined`: the term does not mean this address. */
  async #judge(term: SpfTerm, domain: string): Promise<SpfResult | undefined> {
    const { kind } = term;
    if (kind !== "all" && kind !== "network" && ++this.#lookups > MAX_LOOKUPS) return "permerror";
    switch (kind) {
      case "all":
        return RESULTS[term.qualifier];
      case "network":
        return isWithin(this.#address, term.network, term.bits) ? RESULTS[term.qualifier] : undefined;
      case "a":
        return this.#names([term.domain ?? domain], term);
      case "mx":
        return this.#exchanges(term.domain ?? domain, term);
      case "include":
        return included(await this.of(term.domain), term.qualifier);
      case "redirect": {
        const result = await this.of(term.domain);
        return result === "none" ? "permerror" : result;
      }
      case "macro":
        return "unknown";
    }
  }

  async #exchanges(domain: string, term: SpfTerm & { readonly kind: "a" | "mx" }): Promise<SpfResult | undefined> {
    const answer = await this.#resolver.resolve(domain, "MX");
    if (answer.kind === "servfail" || answer.kind === "timeout") return "temperror";
    const names = answer.kind === "records" ? answer.records.map(({ exchange }) => exchange) : [];
    if (names.length > MAX_EXCHANGES) return "permerror";
    return this.#names(names, term);
  }

  async #names(
    names: readonly string[],
    { qualifier, ipv4Bits, ipv6Bits }: SpfTerm & { readonly kind: "a" | "mx" },
  ): Promise<SpfResult | undefined> {
    const isIpv6 = this.#address.includes(":");
    for (const name of names) {
      const answer = await this.#resolver.resolve(name, isIpv6 ? "AAAA" : "A");
      if (answer.kind === "servfail" || answer.kind === "timeout") return "temperror";
      const found: readonly string[] = answer.kind === "records" ? answer.records : [];
      const bits = isIpv6 ? ipv6Bits : ipv4Bits;
      if (found.some((one) => isSameAddress(one, this.#address) || isWithin(this.#address, one, bits)))
        return RESULTS[qualifier];
    }
    return undefined;
  }
}

/** RFC 7208 section 5.2. */
function included(result: SpfResult, qualifier: SpfQualifier): SpfResult | undefined {
  switch (result) {
    case "pass":
      return RESULTS[qualifier];
    case "fail":
    case "softfail":
    case "neutral":
      return undefined;
    case "none":
    case "permerror":
      return "permerror";
    case "temperror":
    case "unknown":
      return result;
  }
}
