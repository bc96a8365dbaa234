/**
 * An SPF record as terms (RFC 7208 section 4.6), as far as an operator's own records go: who may send. Macros are not
 * unfolded; a term with one is named `macro`, and nobody can say beforehand whom it means.
 */
import { addressOctets } from "./ip-address.ts";

export type SpfQualifier = "+" | "-" | "~" | "?";
export type SpfTerm =
  | { readonly kind: "all"; readonly qualifier: SpfQualifier }
  | {
      readonly kind: "network";
      readonly qualifier: SpfQualifier;
      readonly network: string;
      readonly bits: number;
    }
  | {
      readonly kind: "a" | "mx";
      readonly qualifier: SpfQualifier;
      /** `undefined`: the domain of the record. */
      readonly domain: string | undefined;
      readonly ipv4Bits: number;
      readonly ipv6Bits: number;
    }
  | { readonly kind: "include"; readonly qualifier: SpfQualifier; readonly domain: string }
  | { readonly kind: "macro"; readonly qualifier: SpfQualifier }
  | { readonly kind: "redirect"; readonly domain: string };

const IPV4_BITS = 32;
const IPV6_BITS = 128;
const TERM = /^([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]+))?(?:\/(\d{1,3}))?(?:\/\/(\d{1,3}))?$/;

/** The texts that are SPF records; more than one is an error of the domain (RFC 7208 section 4.5). */
export function spfTexts(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => /^v=spf1(?: |$)/i.test(text));
}

/** `undefined` when it is not well formed: then receivers take none of it. */
export function readSpf(text: string): readonly SpfTerm[] | undefined {
  const terms: SpfTerm[] = [];
  for (const word of text.toLowerCase().split(/ +/).slice(1)) {
    if (word === "") continue;
    const modifier = /^([a-z][a-z0-9._-]*)=(.*)$/.exec(word);
    if (modifier !== null) {
      const [, name, domain = ""] = modifier;
      if (name === "redirect") terms.push(domain.includes("%") ? MACRO : { kind: "redirect", domain });
      continue;
    }
    const term = readMechanism(word);
    if (term === undefined) return undefined;
    terms.push(term);
  }
  // RFC 7208 section 6.1: whatever its place, a redirect counts after all mechanisms.
  return [...terms.filter(({ kind }) => kind !== "redirect"), ...terms.filter(({ kind }) => kind === "redirect")];
}

const MACRO: SpfTerm = { kind: "macro", qualifier: "+" };

function readMechanism(word: string): SpfTerm | undefined {
  const [, sign = "", name, value, first, second] = TERM.exec(word) ?? [];
  const qualifier = (sign === "" ? "+" : sign) as SpfQualifier;
  if (value?.includes("%") === true) return { kind: "macro", qualifier };
  switch (name) {
    case "all":
      return value === undefined && first === undefined ? { kind: "all", qualifier } : undefined;
    case "ip4":
    case "ip6": {
      const most = name === "ip4" ? IPV4_BITS : IPV6_BITS;
      const bits = Number(first ?? most);
      const isOfFamily = addressOctets(value ?? "")?.length === most / 8;
      return isOfFamily && bits <= most ? { kind: "network", qualifier, network: value ?? "", bits } : undefined;
    }
    case "a":
    case "mx": {
      const [ipv4Bits, ipv6Bits] = [Number(first ?? IPV4_BITS), Number(second ?? IPV6_BITS)];
      if (ipv4Bits > IPV4_BITS || ipv6Bits > IPV6_BITS) return undefined;
      return { kind: name, qualifier, domain: value, ipv4Bits, ipv6Bits };
    }
    case "include":
      return value === undefined || first !== undefined ? undefined : { kind: "include", qualifier, domain: value };
    case "exists":
    case "ptr":
      return { kind: "macro", qualifier };
    case undefined:
    default:
      return undefined;
  }
}
