/**
 * SPF: may this host send mail of this domain? RFC 7208 section 4, with its limits: at most 10 terms that ask the DNS,
 * 2 answers that hold nothing, 10 hosts of an MX, 10 names of an address. Pure; the DNS comes in as a function.
 *
 * Explanations (`exp=`) are read for their syntax and never fetched: nobody is shown them.
 */
import { addressOctets, isSameAddress, isWithin, reverseName } from "../../dns-zone/ip-address.ts";
import { plainAddress } from "../client-address.ts";
import { canBeAsked, isAtOrBelow, type Looked, type Lookup } from "../lookup.ts";
import { asksValidatedName, expandDomain, type MacroLetter, type MacroText } from "./macro.ts";
import { type Mechanism, publishedPolicy } from "./record.ts";

export type SpfResult = "none" | "neutral" | "pass" | "fail" | "softfail" | "temperror" | "permerror";

export type Spf = {
  readonly result: SpfResult;
  /** In A-labels; empty when there is none that could be asked. */
  readonly domain: string;
  /** What the domain was taken from: with the null path it is the name of the host (RFC 7208 section 2.4). */
  readonly scope: "mailfrom" | "helo";
  /** Words of ours. */
  readonly reason: string;
};

export type SpfQuestion = {
  /** The client's, IPv4 or IPv6. */
  readonly address: string;
  readonly helo: string;
  /** Before the @ of the reverse-path; empty for the null path. */
  readonly local: string;
  /** In A-labels where it can be written so. */
  readonly domain: string;
  readonly scope: Spf["scope"];
};

type Outcome = { readonly result: SpfResult; readonly reason: string };

/** RFC 7208 section 4.6.4. */
const MAX_TERMS = 10;
const MAX_VOIDS = 2;
const MAX_HOSTS = 10;
const MAX_NAMES = 10;
/**
 * Addresses of all answers that the client's is held against: ten hosts with answers as large as the DNS has them, in
 * each of ten terms, are hundreds of thousands.
 */
const MAX_ADDRESSES = 2000;

const permerror = (reason: string): Outcome => ({ result: "permerror", reason });
const temperror: Outcome = { result: "temperror", reason: "the DNS does not answer" };
const tooManyTerms = permerror("more than 10 terms ask the DNS");
const tooManyAddresses = permerror(`the DNS gives more than ${MAX_ADDRESSES} addresses`);
const tooManyVoids = permerror("more than 2 answers of the DNS hold nothing");

/** Answers the question. */
export async function checkSpf(question: SpfQuestion, lookup: Lookup): Promise<Spf> {
  const domain = question.domain.replace(/\.$/, "").toLowerCase();
  const { result, reason } = await new Check(question, domain, lookup).host(domain);
  return { result, reason, domain: canBeAsked(domain) ? domain : "", scope: question.scope };
}

/** One check with what it has used of its limits. */
class Check {
  readonly #question: SpfQuestion;
  readonly #senderDomain: string;
  readonly #lookup: Lookup;
  readonly #address: string;
  readonly #type: "A" | "AAAA";
  #terms = 0;
  #voids = 0;
  #addresses = 0;
  #names: Promise<readonly string[]> | undefined;

  constructor(question: SpfQuestion, senderDomain: string, lookup: Lookup) {
    this.#question = question;
    this.#senderDomain = senderDomain;
    this.#lookup = lookup;
    this.#address = plainAddress(question.address);
    this.#type = this.#address.includes(":") ? "AAAA" : "A";
  }

  /** The function check_host() of RFC 7208 section 4; calls itself at most as often as terms may ask. */
  async host(domain: string): Promise<Outcome> {
    // RFC 7208 section 4.3: what is no name of at least two labels has no policy.
    if (!canBeAsked(domain) || !domain.includes(".")) return { result: "none", reason: "there is no domain to ask" };
    const found = await this.#lookup(domain, "TXT");
    if (found.kind === "temporary") return temperror;
    const record = found.kind === "records" ? publishedPolicy(found.values) : "none";
    if (record === "none") return { result: "none", reason: "the domain publishes no policy" };
    if (record === "several") return permerror("the domain publishes several policies");
    if (record === "unreadable") return permerror("the policy has an error of syntax");
    for (const { qualifier, mechanism } of record.directives) {
      const match = await this.#matches(mechanism, domain);
      if (typeof match !== "boolean") return match;
      if (match) return { result: qualifier, reason: `the mechanism ${mechanism.kind} matches` };
    }
    if (record.redirect === undefined) return { result: "neutral", reason: "no mechanism matches" };
    if (++this.#terms > MAX_TERMS) return tooManyTerms;
    const outcome = await this.host(await this.#expanded(record.redirect, domain));
    // RFC 7208 section 6.1.
    return outcome.result === "none" ? permerror("the policy points to one that is not there") : outcome;
  }

  async #matches(mechanism: Mechanism, domain: string): Promise<boolean | Outcome> {
    if (mechanism.kind === "all") return true;
    if ("network" in mechanism) return isWithin(this.#address, mechanism.network, mechanism.bits);
    return ++this.#terms > MAX_TERMS ? tooManyTerms : this.#asks(mechanism, domain);
  }

  async #asks(
    mechanism: Exclude<Mechanism, { readonly kind: "all" | "ip4" | "ip6" }>,
    domain: string,
  ): Promise<boolean | Outcome> {
    const target = mechanism.domain === undefined ? domain : await this.#expanded(mechanism.domain, domain);
    switch (mechanism.kind) {
      case "include":
        return this.#included(target);
      case "exists": {
        const found = await this.#asked(target, "A");
        return "result" in found ? found : found.values.length > 0;
      }
      case "ptr":
        return (await this.#validatedNames()).some((name) => isAtOrBelow(name, target.toLowerCase()));
      case "a": {
        const found = await this.#asked(target, this.#type);
        return "result" in found ? found : this.#holds(found.values, mechanism);
      }
      case "mx":
        return this.#exchanges(target, mechanism);
    }
  }

  /** RFC 7208 section 5.2. */
  async #included(target: string): Promise<boolean | Outcome> {
    const outcome = await this.host(target.toLowerCase());
    if (outcome.result === "none") return permerror("the policy includes one that is not there");
    if (outcome.result === "temperror" || outcome.result === "permerror") return outcome;
    return outcome.result === "pass";
  }

  async #exchanges(target: string, mechanism: Mechanism & { readonly kind: "a" | "mx" }): Promise<boolean | Outcome> {
    const found = await this.#asked(target, "MX");
    if ("result" in found) return found;
    if (found.values.length > MAX_HOSTS) return permerror("more than 10 hosts take mail for a name of the policy");
    for (const host of found.values) {
      const answer = canBeAsked(host) ? await this.#lookup(host, this.#type) : undefined;
      if (answer?.kind === "temporary") return temperror;
      // A host without an address of the client's family is no mistake of the policy; one that does not exist is.
      if (answer?.kind === "nxdomain" && ++this.#voids > MAX_VOIDS) return tooManyVoids;
      const match = answer?.kind === "records" && this.#holds(answer.values, mechanism);
      if (match !== false) return match;
    }
    return false;
  }

  #holds(addresses: readonly string[], { bits4, bits6 }: Mechanism & { readonly kind: "a" | "mx" }): boolean | Outcome {
    const bits = this.#type === "A" ? bits4 : bits6;
    this.#addresses += addresses.length;
    if (this.#addresses > MAX_ADDRESSES) return tooManyAddresses;
    return addresses.some((address) => isWithin(this.#address, address, bits));
  }

  /** Asks for a mechanism: an answer that holds nothing is counted, a name that cannot be matches nothing. */
  async #asked(name: string, type: "A" | "AAAA" | "MX"): Promise<{ readonly values: readonly string[] } | Outcome> {
    if (!canBeAsked(name)) return { values: [] };
    const found: Looked = await this.#lookup(name, type);
    if (found.kind === "temporary") return temperror;
    if (found.kind === "records") return found;
    return ++this.#voids > MAX_VOIDS ? tooManyVoids : { values: [] };
  }

  /** RFC 7208 section 5.5: names of the address that lead back to it; those that cannot be asked are passed over. */
  #validatedNames(): Promise<readonly string[]> {
    this.#names ??= this.#findNames();
    return this.#names;
  }

  async #findNames(): Promise<readonly string[]> {
    const reverse = reverseName(this.#address);
    const found = reverse === undefined ? undefined : await this.#lookup(reverse, "PTR");
    if (found?.kind !== "records") return [];
    const names: string[] = [];
    for (const name of found.values.slice(0, MAX_NAMES)) {
      const answer = canBeAsked(name) ? await this.#lookup(name, this.#type) : undefined;
      if (answer?.kind !== "records") continue;
      this.#addresses += answer.values.length;
      if (this.#addresses > MAX_ADDRESSES) break;
      if (answer.values.some((address) => isSameAddress(address, this.#address))) names.push(name.toLowerCase());
    }
    return names;
  }

  async #expanded(text: MacroText, domain: string): Promise<string> {
    const { local, helo } = this.#question;
    const sender = local === "" ? "postmaster" : local;
    const values: Record<MacroLetter, string> = {
      s: `${sender}@${this.#senderDomain}`,
      l: sender,
      o: this.#senderDomain,
      d: domain,
      i: dottedAddress(this.#address),
      p: asksValidatedName(text) ? await this.#bestName(domain) : "unknown",
      v: this.#type === "A" ? "in-addr" : "ip6",
      h: helo,
    };
    return expandDomain(text, values);
  }

  /** RFC 7208 section 7.3: the domain itself is best, a name below it second. */
  async #bestName(domain: string): Promise<string> {
    const names = await this.#validatedNames();
    return (
      names.find((name) => name === domain) ?? names.find((name) => isAtOrBelow(name, domain)) ?? names[0] ?? "unknown"
    );
  }
}

/** RFC 7208 section 7.3, the macro i: an IPv6 address as its 32 digits. */
function dottedAddress(address: string): string {
  const octets = addressOctets(address);
  if (octets?.length !== 16) return address;
  return octets.flatMap((octet) => octet.toString(16).padStart(2, "0").split("")).join(".");
}
