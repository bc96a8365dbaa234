/** The walk of a delivery in lines for people: what was found, and what follows from it. */
import type { LeftOut, PolicyFailure } from "../queue/route.ts";
import type { ProbeStep } from "./probe.ts";
import { visible } from "./visible.ts";
import type { Walked, WalkStep } from "./walk.ts";

const NAME_SIGNS = 14;

const line = (depth: number, name: string, words: string): string =>
  `${"  ".repeat(depth)}${name.padEnd(NAME_SIGNS - 2 * depth)}  ${visible(words)}`;

/** One step; what was found at a host stands below it. */
export function stepText(step: WalkStep): string {
  switch (step.kind) {
    case "domain":
      return line(0, "domain", step.domain);
    case "smarthost":
      return line(0, "smarthost", `${step.name}: all mail goes over it, as queue.smarthost says`);
    case "mx":
      return line(0, "MX", exchangeWords(step));
    case "mta-sts":
      return line(0, "MTA-STS", policyWords(step));
    case "failure":
      return line(0, "wrong", `${step.failure}${step.host === undefined ? "" : ` at ${step.host}`}`);
    case "left-out":
      return line(0, "left out", `${step.name}: ${LEFT_OUT[step.why]}`);
    case "host":
      return line(0, "host", `${step.name}  ${step.addresses.join(", ")}`);
    case "tlsa":
      return line(1, "TLSA", keyWords(step));
    case "policy":
      return line(1, "decides", POLICY[step.tls]);
    case "address":
      return line(1, "address", step.address);
    case "result":
      return line(2, "so", resultWords(step.probed));
    case "connected":
    case "greeting":
    case "ehlo":
    case "starttls":
    case "no-tls":
    case "tls":
      return probeText(step);
  }
}

/** How mail would go. */
export const walkedText = (walked: Walked): string => visible(wordsOfEnd(walked));

function wordsOfEnd(walked: Walked): string {
  switch (walked.kind) {
    case "goes":
      return `mail goes to ${placeOf(walked)}, ${walked.tls ?? "IN THE CLEAR"}`;
    case "stays":
      return walked.recipient
        ? "the domain is one of ours, and takes mail for this recipient: it stays here"
        : "the domain is one of ours: mail for it stays here";
    case "waits":
      return `mail waits, and is tried again: ${walked.sentence}`;
    case "returned":
      return `mail is returned to its sender: ${walked.sentence}`;
    case "broken-off":
      return "broken off";
  }
}

/** A host that is named by its address is named once. */
const placeOf = ({ host, address }: Walked & { readonly kind: "goes" }): string =>
  host.startsWith("[") ? host : `${host} [${address}]`;

const verified = (secure: boolean): string => (secure ? "verified by DNSSEC" : "not verified by DNSSEC");

function exchangeWords({ found, exchanges, secure }: WalkStep & { readonly kind: "mx" }): string {
  switch (found) {
    case "records":
      return exchanges.length === 1 && exchanges[0]?.name === ""
        ? "null: the domain takes no mail"
        : `${exchanges.map(({ preference, name }) => `${preference} ${name}`).join(", ")} (${verified(secure)})`;
    case "nodata":
      return `none: the domain is its own host (${verified(secure)})`;
    case "nxdomain":
      return "the domain does not exist";
    case "no-answer":
      return "the resolver has no usable answer";
  }
}

function policyWords({ id, isUnreadable, failure, policy }: WalkStep & { readonly kind: "mta-sts" }): string {
  if (policy !== undefined)
    return `${id === undefined ? "not announced now, known from before" : `id ${id}`}; ${policy.slice(0, MAX_LINES).join("; ")}`;
  if (id !== undefined)
    return `id ${id}, and no policy that holds${failure === undefined ? "" : `: ${NOT_HAD[failure]}`}`;
  return isUnreadable ? "there is a record, which cannot be read or is one of several: it counts as none" : "none";
}

const NOT_HAD: Readonly<Partial<Record<PolicyFailure, string>>> = Object.freeze({
  "sts-policy-fetch-error": "its file could not be fetched",
  "sts-webpki-invalid": "the host of its file has no right certificate",
  "sts-policy-invalid": "its file cannot be read",
});

/** A policy may name many hosts. */
const MAX_LINES = 20;

function keyWords({ found, records, secure }: WalkStep & { readonly kind: "tlsa" }): string {
  if (found === "no-answer") return "the resolver has no usable answer";
  if (found === "none") return `none (${verified(secure)})`;
  return `${records.join(", ")} (${secure ? verified(true) : "not verified by DNSSEC, so they do not count"})`;
}

const POLICY: Readonly<Record<(WalkStep & { readonly kind: "policy" })["tls"], string>> = Object.freeze({
  dane: "DANE: TLS with a certificate as TLSA says, or no mail; it goes before MTA-STS",
  encrypted: "DANE: there are TLSA records and none that can be used, so TLS is a must, with any certificate",
  "mta-sts-enforce": "MTA-STS: TLS with a right certificate from a known authority, or no mail",
  "mta-sts-testing": "MTA-STS in test: what is wrong is reported, and mail goes all the same",
  smarthost: "queue.smarthost: TLS with a right certificate, or no mail; a log-in is not tried here",
  opportunistic: "nobody: TLS where it is offered, with any certificate; else in the clear",
});

const LEFT_OUT: Readonly<Record<LeftOut, string>> = Object.freeze({
  "not-a-name": "this is no name of a host",
  "no-address": "it has no address of the kind that we use (queue.family)",
  "address-not-public": "it has no address of the internet",
  "address-lookup-failed": "its addresses could not be asked for",
  "tlsa-lookup-failed": "its TLSA records could not be asked for, and it might have some",
  "not-in-mta-sts-policy": "the domain's MTA-STS policy does not name it",
  "beyond-limit": "it is not tried after so many others",
});

const resultWords = (probed: (WalkStep & { readonly kind: "result" })["probed"]): string => {
  if (probed.kind === "open") return "mail can go";
  const { code, words } = probed.reply;
  const said = code === undefined ? words : `${code} ${words}`;
  return probed.kind === "unfit" ? `never: ${said}` : `not now: ${said}`;
};

function probeText(step: ProbeStep): string {
  switch (step.kind) {
    case "connected":
      return line(2, "connected", "the port is open");
    case "greeting":
      return line(2, "greeting", `${step.code} ${step.words}`);
    case "ehlo": {
      const words = step.keywords.length === 0 ? "no extensions" : step.keywords.join(", ");
      return line(2, step.isEncrypted ? "EHLO (TLS)" : "EHLO", words);
    }
    case "starttls":
      return line(2, "STARTTLS", step.code === undefined ? "not offered" : `${step.code} ${step.words}`);
    case "no-tls":
      return line(2, "TLS", `the handshake failed (${step.code})`);
    case "tls":
      return line(2, "TLS", tlsWords(step));
  }
}

function tlsWords(step: ProbeStep & { readonly kind: "tls" }): string {
  const { certificate: facts, failure } = step;
  const about =
    facts === undefined
      ? "no certificate"
      : `certificate of ${facts.names.join(", ")}, issued by ${facts.issuer}, until ${dayOf(facts.validUntil)}`;
  const worth =
    step.verified === undefined ? "not verified" : `verified by ${step.verified === "dane" ? "DANE" : "an authority"}`;
  return `${step.protocol} ${step.cipher}; ${about}; ${worth}${failure === undefined ? "" : `: ${failure}`}`;
}

const dayOf = (at: number): string =>
  Number.isNaN(at) ? "a day that cannot be read" : new Date(at).toISOString().slice(0, 10);
