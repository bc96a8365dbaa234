/**
 * Which kind of client logs in, as a family of software from this list: of what a client calls itself (RFC 9110 section
 * 10.1.5, RFC 2971) nothing else is kept. For browsers the family of the system belongs to it.
 */
import type { LogInProtocol } from "../../store/web-access.ts";

/** The first that is found decides, so what others call themselves too comes last. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bLynx\//, "Lynx"],
  [/\bw3m\//, "w3m"],
  [/\bE?Links\b/, "Links"],
  [/\bDillo\//, "Dillo"],
  [/\bNetSurf\//, "NetSurf"],
  [/\bcurl\//, "curl"],
  [/\bSeaMonkey\//, "SeaMonkey"],
  [/\b(?:Edg|EdgA|EdgiOS)\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bEpiphany\//, "Epiphany"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMacintosh\b|\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\b(?:Free|Open|Net)BSD\b/, "BSD"],
  [/\bLinux\b/, "Linux"],
];
const MAIL_CLIENTS: readonly (readonly [RegExp, string])[] = [
  [/betterbird/i, "Betterbird"],
  [/thunderbird/i, "Thunderbird"],
  [/k-?9/i, "K-9 Mail"],
  [/fairemail/i, "FairEmail"],
  [/neomutt/i, "NeoMutt"],
  [/\bmutt\b/i, "Mutt"],
  [/mbsync|isync/i, "mbsync"],
  [/offlineimap/i, "OfflineIMAP"],
  [/iphone|ipad|ios mail/i, "Mail of iOS"],
  [/mac os x mail|apple mail|com\.apple|macos mail/i, "Mail of macOS"],
  [/outlook|microsoft/i, "Outlook"],
  [/evolution/i, "Evolution"],
  [/kmail|kontact|trojita/i, "KMail"],
  [/claws/i, "Claws Mail"],
  [/sylpheed/i, "Sylpheed"],
  [/geary/i, "Geary"],
  [/aerc/i, "aerc"],
  [/alpine|\bpine\b/i, "Alpine"],
  [/gnus|emacs/i, "Gnus"],
  [/wanderlust/i, "Wanderlust"],
  [/the bat/i, "The Bat!"],
  [/em ?client/i, "eM Client"],
  [/mailmate/i, "MailMate"],
  [/spark/i, "Spark"],
  [/aqua ?mail/i, "Aqua Mail"],
  [/samsung/i, "Samsung Email"],
  [/gmail|google/i, "Gmail"],
  [/imapsync/i, "imapsync"],
  [/fetchmail/i, "fetchmail"],
  [/getmail/i, "getmail"],
  [/himalaya/i, "Himalaya"],
];
/** Of a client that says nothing, or what nobody here knows. */
const UNKNOWN: Readonly<Record<LogInProtocol, string>> = {
  web: "a web browser",
  imap: "a mail client",
  submission: "a client that sends",
  managesieve: "a Sieve client",
};
/** More of a name is not looked at. */
const MOST_LOOKED_AT = 512;

/** @param named User-Agent of a browser, `name` of an IMAP ID; undefined where the protocol has none */
export function clientKind(protocol: LogInProtocol, named: string | undefined): string {
  const text = (named ?? "").slice(0, MOST_LOOKED_AT);
  if (protocol !== "web") return firstOf(MAIL_CLIENTS, text) ?? UNKNOWN[protocol];
  const [browser, system] = [firstOf(BROWSERS, text), firstOf(SYSTEMS, text)];
  if (browser === undefined) return UNKNOWN.web;
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** Words for what has no name, in the holder's language; names stay as they are. */
export function clientWords(kind: string, language: "en" | "sv"): string {
  if (language === "en") return kind;
  const swedish: Readonly<Record<string, string>> = {
    [UNKNOWN.web]: "en webbläsare",
    [UNKNOWN.imap]: "ett e-postprogram",
    [UNKNOWN.submission]: "ett program som skickar",
    [UNKNOWN.managesieve]: "ett program för Sieve",
  };
  return swedish[kind] ?? kind.replace(" on ", " på ").replace("Mail of ", "Mail i ");
}

const firstOf = (list: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  list.find(([pattern]) => pattern.test(text))?.[1];
