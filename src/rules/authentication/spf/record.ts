/** Records of SPF as values: RFC 7208 sections 4.5 to 6. An error anywhere in the record makes all of it worthless. */
import { addressOctets } from "../../dns-zone/ip-address.ts";
import { type MacroText, readDomainSpec, readMacroText } from "./macro.ts";

export type Qualifier = "pass" | "fail" | "softfail" | "neutral";

export type Mechanism =
  | { readonly kind: "all" }
  | { readonly kind: "include" | "exists"; readonly domain: MacroText }
  /** Without `domain` the one at hand; `bits` of each family's network. */
  | {
      readonly kind: "a" | "mx";
      readonly domain: MacroText | undefined;
      readonly bits4: number;
      readonly bits6: number;
    }
  | { readonly kind: "ptr"; readonly domain: MacroText | undefined }
  | { readonly kind: "ip4" | "ip6"; readonly network: string; readonly bits: number };

export type Directive = { readonly qualifier: Qualifier; readonly mechanism: Mechanism };

export type SpfRecord = { readonly directives: readonly Directive[]; readonly redirect: MacroText | undefined };

const QUALIFIERS: Readonly<Record<string, Qualifier>> = {
  "": "pass",
  "+": "pass",
  "-": "fail",
  "~": "softfail",
  "?": "neutral",
};
const TERM = /^([+\-~?]?)([a-z][a-z0-9_.-]*)(.*)$/i;
/** A record that fits a datagram has some hundred octets (RFC 7208 section 3.4). */
const MAX_RECORD = 8192;
const IPV4_BITS = 32;
const IPV6_BITS = 128;

/** RFC 7208 section 4.5: the version is followed by a space or nothing. */
function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** What a name publishes: its policy, none, several, or one with an error of syntax. */
export type Published = SpfRecord | "none" | "several" | "unreadable";

/** Read once for each list of texts: a resolver that keeps answers gives the same one to many messages. */
const known = new WeakMap<readonly string[], Published>();
/** A policy of more terms is read each time, so that what strangers publish takes little memory. */
const MAX_KNOWN_TERMS = 32;

/** Finds the policy among the texts of a name; the list does not change. */
export function publishedPolicy(texts: readonly string[]): Published {
  const found = known.get(texts);
  if (found !== undefined) return found;
  const [text, ...more] = texts.filter(isSpfRecord);
  const published = text === undefined ? "none" : more.length > 0 ? "several" : (readSpfRecord(text) ?? "unreadable");
  if (typeof published === "string" || published.directives.length <= MAX_KNOWN_TERMS) known.set(texts, published);
  return published;
}

/** Reads a record; `undefined` for an error of syntax. @param text for which `isSpfRecord` holds */
export function readSpfRecord(text: string): SpfRecord | undefined {
  if (text.length > MAX_RECORD || !/^[ -~]*$/.test(text)) return undefined;
  const directives: Directive[] = [];
  const modifiers = new Map<string, MacroText>();
  for (const term of text.split(" ").slice(1)) {
    if (term === "") continue;
    const [, sign = "", name = "", rest = ""] = TERM.exec(term) ?? [];
    if (rest.startsWith("=")) {
      if (sign !== "" || !takeModifier(modifiers, name.toLowerCase(), rest.slice(1))) return undefined;
      continue;
    }
    const mechanism = readMechanism(name.toLowerCase(), rest);
    const qualifier = QUALIFIERS[sign];
    if (mechanism === undefined || qualifier === undefined) return undefined;
    directives.push({ qualifier, mechanism });
  }
  return { directives, redirect: modifiers.get("redirect") };
}

/** RFC 7208 section 6: the two known ones come once at most; of others the syntax alone is looked at. */
function takeModifier(modifiers: Map<string, MacroText>, name: string, value: string): boolean {
  if (name !== "redirect" && name !== "exp") return readMacroText(value) !== undefined;
  const text = readDomainSpec(value);
  if (text === undefined || modifiers.has(name)) return false;
  modifiers.set(name, text);
  return true;
}

function readMechanism(name: string, rest: string): Mechanism | undefined {
  switch (name) {
    case "all":
      return rest === "" ? { kind: "all" } : undefined;
    case "include":
    case "exists": {
      const domain = rest.startsWith(":") ? readDomainSpec(rest.slice(1)) : undefined;
      return domain === undefined ? undefined : { kind: name, domain };
    }
    case "ptr": {
      if (rest === "") return { kind: "ptr", domain: undefined };
      const domain = rest.startsWith(":") ? readDomainSpec(rest.slice(1)) : undefined;
      return domain === undefined ? undefined : { kind: "ptr", domain };
    }
    case "a":
    case "mx":
      return readHosts(name, rest);
    case "ip4":
    case "ip6":
      return readNetwork(name, rest);
    default:
      return undefined;
  }
}

/** RFC 7208 sections 5.3 and 5.4: a name, then a length for each family. */
function readHosts(kind: "a" | "mx", rest: string): Mechanism | undefined {
  const [lengths = "", four, six] = /(?:\/(0|[1-9]\d{0,2}))?(?:\/\/(0|[1-9]\d{0,2}))?$/.exec(rest) ?? [];
  const [bits4, bits6] = [Number(four ?? IPV4_BITS), Number(six ?? IPV6_BITS)];
  if (bits4 > IPV4_BITS || bits6 > IPV6_BITS) return undefined;
  const named = rest.slice(0, rest.length - lengths.length);
  if (named === "") return { kind, domain: undefined, bits4, bits6 };
  const domain = named.startsWith(":") ? readDomainSpec(named.slice(1)) : undefined;
  return domain === undefined ? undefined : { kind, domain, bits4, bits6 };
}

/** RFC 7208 section 5.6. */
function readNetwork(kind: "ip4" | "ip6", rest: string): Mechanism | undefined {
  const most = kind === "ip4" ? IPV4_BITS : IPV6_BITS;
  const [, network, length] = /^:([0-9a-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/i.exec(rest) ?? [];
  if (network === undefined || network.includes(":") !== (kind === "ip6")) return undefined;
  const bits = Number(length ?? most);
  return addressOctets(network) === undefined || bits > most ? undefined : { kind, network, bits };
}
