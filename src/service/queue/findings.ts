/**
 * What we find ourselves where no host says it: why there is no way, why a host cannot have a message, what our own mailboxes
 * answer. Each has a name, by which it is kept beside its English: holders read it in their language; logs, operators and
 * what programs read of a report (RFC 3464 section 2.3.6) have the English. What was kept without a name, or under one that
 * is not known any more, is shown as it was kept.
 */
import type { Language } from "../../store/directory.ts";
import type { Finding, RemoteReply } from "../../store/outbound-queue.ts";
import type { Reply } from "../delivery/inbound.ts";

/** `{}` stands for what it is about. */
const sentences = {
  "no-such-domain": {
    en: "The domain of this address does not exist. Please look for a typing error behind the @ sign.",
    sv: "Domänen i den här adressen finns inte. Titta efter ett skrivfel efter @-tecknet.",
  },
  "takes-no-mail": {
    en: "The domain of this address says that it takes no mail.",
    sv: "Domänen i den här adressen säger att den inte tar emot någon e-post.",
  },
  circle: {
    en: "The domain of this address names this server for its mail, and this server does not know the domain.",
    sv: "Domänen i den här adressen anger vår server för sin e-post, och vår server känner inte till domänen.",
  },
  "no-host": {
    en: "The domain of this address has no mail server that can be reached from the internet.",
    sv: "Domänen i den här adressen har ingen e-postserver som kan nås från internet.",
  },
  "not-of-family": {
    en: "The mail servers of the domain have no address of the kind (IPv4 or IPv6) that our service uses to reach them.",
    sv: "Domänens e-postservrar har ingen adress av det slag (IPv4 eller IPv6) som vår tjänst använder för att nå dem.",
  },
  "dns-cannot-say": {
    en: "The name servers of the domain give no usable answer at present. Delivery is tried again.",
    sv: "Domänens namnservrar ger inget användbart svar just nu. Vi försöker igen.",
  },
  "policy-forbids": {
    en: "The domain's security policy (MTA-STS) names none of the mail servers it has at present. Delivery is tried again.",
    sv: "Domänens säkerhetspolicy (MTA-STS) anger ingen av de e-postservrar som den har just nu. Vi försöker igen.",
  },
  "no-address": { en: "The host has no address", sv: "Servern har ingen adress" },
  "refuses-connections": { en: "The host refuses connections", sv: "Servern nekar anslutningar" },
  silent: { en: "The host does not answer", sv: "Servern svarar inte" },
  "no-way": { en: "There is no way to the host's network", sv: "Det finns ingen väg till serverns nät" },
  "own-address-missing": {
    en: "Our own address for this connection is not there",
    sv: "Vår egen adress för anslutningen finns inte",
  },
  "stopped-calling": {
    en: "Our service was stopped while it called the host",
    sv: "Vår tjänst stoppades medan den anslöt till servern",
  },
  "no-connection": { en: "There is no connection to the host", sv: "Det gick inte att ansluta till servern" },
  closed: {
    en: "The host closed the connection before it had answered",
    sv: "Servern stängde anslutningen innan den hade svarat",
  },
  late: { en: "The host did not answer in time", sv: "Servern svarade inte i tid" },
  "not-smtp": {
    en: "The host sent something that is not an SMTP reply",
    sv: "Servern skickade något som inte är ett SMTP-svar",
  },
  "stopped-speaking": {
    en: "Our service was stopped while it spoke with the host",
    sv: "Vår tjänst stoppades medan den talade med servern",
  },
  "tls-not-offered": {
    en: "TLS is a must for this host, and it does not offer it",
    sv: "Till den här servern krävs TLS, och den erbjuder det inte",
  },
  "handshake-failed": {
    en: "The TLS handshake with the host failed",
    sv: "TLS-handskakningen med servern misslyckades",
  },
  "certificate-host-mismatch": {
    en: "The host's certificate is not right (certificate-host-mismatch)",
    sv: "Serverns certifikat är inte rätt: det gäller ett annat namn",
  },
  "certificate-expired": {
    en: "The host's certificate is not right (certificate-expired)",
    sv: "Serverns certifikat är inte rätt: dess tid har gått ut",
  },
  "certificate-not-trusted": {
    en: "The host's certificate is not right (certificate-not-trusted)",
    sv: "Serverns certifikat är inte rätt: ingen betrodd utfärdare står bakom det",
  },
  "validation-failure": {
    en: "The host's certificate is not right (validation-failure)",
    sv: "Serverns certifikat är inte rätt: det är inte det som domänen anger",
  },
  "log-in-unsafe": {
    en: "We log in only where TLS shows the right certificate",
    sv: "Vi loggar bara in där TLS visar rätt certifikat",
  },
  "no-auth-plain": { en: "The host does not offer AUTH PLAIN", sv: "Servern erbjuder inte AUTH PLAIN" },
  "tls-not-now": {
    en: "TLS that the sender asks for could not be had",
    sv: "Den TLS som avsändaren kräver gick inte att få",
  },
  "no-sure-tls": {
    en: "The sender asks for TLS that is sure, and there is none to this host",
    sv: "Avsändaren kräver säkerställd TLS, och till den här servern finns ingen sådan",
  },
  "no-requiretls": {
    en: "The sender asks for REQUIRETLS, and the host does not offer it",
    sv: "Avsändaren kräver REQUIRETLS, och servern erbjuder det inte",
  },
  "too-large": {
    en: "The message is larger than the {} octets that the host takes",
    sv: "Brevet är större än de {} byte som servern tar emot",
  },
  "sender-no-address": { en: "The sender is not an address", sv: "Avsändaren är ingen adress" },
  "sender-beyond-ascii": {
    en: "The host takes no sender with letters beyond ASCII",
    sv: "Servern tar inte emot avsändare med andra tecken än ASCII",
  },
  "no-binary": { en: "The host takes no binary messages", sv: "Servern tar inte emot binära brev" },
  "header-beyond-ascii": {
    en: "The host takes no messages with letters beyond ASCII in addresses and header",
    sv: "Servern tar inte emot brev med andra tecken än ASCII i adresser och brevhuvud",
  },
  "no-eight-bit": {
    en: "The host takes no octets beyond ASCII",
    sv: "Servern tar inte emot andra tecken än ASCII",
  },
  "recipient-no-address": { en: "The recipient is not an address", sv: "Mottagaren är ingen adress" },
  "recipient-beyond-ascii": {
    en: "The host takes no recipients with letters beyond ASCII",
    sv: "Servern tar inte emot mottagare med andra tecken än ASCII",
  },
  "bare-line-end": {
    en: "The message holds a bare CR or LF, and is not sent",
    sv: "Brevet innehåller ett ensamt CR eller LF, och skickas inte",
  },
  "time-over": {
    en: "The time in which it is tried is over",
    sv: "Tiden för försöken är ute",
  },
  "not-yet": { en: "It has not been delivered yet", sv: "Det har inte levererats än" },
  "our-fault": {
    en: "A fault of ours kept it from being sent",
    sv: "Ett fel hos oss hindrade att det skickades",
  },
} as const;

export type FindingName = keyof typeof sentences;

type OwnWords = Pick<RemoteReply, "words"> & { readonly finding: Finding };

/** What our own mailboxes answer (service/delivery/verdict.ts), by its status: RFC 3463 section 3. */
const HERE = "here";
const hereInSwedish: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "2.0.0": "Brevet har tagits emot",
    "4.2.1": "Brevlådan tar inte emot någon e-post just nu",
    "4.2.2": "Mottagarens brevlåda är full",
    "4.3.0": "Brevet kunde inte lagras just nu",
    "4.3.1": "Det finns inte plats för brevet just nu",
    "4.7.1": "Brevet kunde inte granskas just nu",
    "5.1.1": "Den mottagaren finns inte här; kontrollera adressen",
    "5.1.3": "Mottagaren är ingen adress",
    "5.2.1": "Mottagarens brevlåda tar inte emot någon e-post längre",
    "5.2.2": "Mottagarens brevlåda har varit full i mer än en vecka; försök nå mottagaren på annat sätt",
    "5.2.3": "Brevet är större än mottagarens hela brevlåda",
    "5.3.4": "Brevets huvud är större än 256 KiB",
    "5.4.6": "Brevet har passerat för många servrar: det går runt i en cirkel",
  }),
);

/** The words of a finding, with its name. */
export function found(name: FindingName, about?: string | number): OwnWords {
  const finding = { name, ...(about !== undefined && { about: String(about) }) };
  return { words: filled(sentences[name].en, finding.about), finding };
}

/** The words of a mailbox of ours. */
export const foundHere = ({ enhanced, text }: Reply): OwnWords => ({
  words: text,
  finding: { name: HERE, about: enhanced },
});

/** What was said or found, in one line: our own findings in this language, what a host said as it said it. */
export function wordsIn(language: Language, { words, finding }: Pick<RemoteReply, "words" | "finding">): string {
  if (language === "en" || finding === undefined) return words;
  const { name, about = "" } = finding;
  if (name === HERE) return hereInSwedish.get(about) ?? words;
  return isKnown(name) ? filled(sentences[name].sv, about) : words;
}

const isKnown = (name: string): name is FindingName => Object.hasOwn(sentences, name);
const filled = (sentence: string, about = ""): string => sentence.split("{}").join(about);
