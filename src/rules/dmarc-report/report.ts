/**
 * The aggregate report of one day on mail that claims to be of one domain: its XML (RFC 9990 section 3.1.1). It tells of
 * messages as sums, by what the domain's own hosts and others did; nothing of whom the mail was for.
 */
import { escapeXml } from "../../syntax/xml/escape.ts";
import type { Policy } from "../authentication/dmarc/record.ts";

/** What the domain publishes (RFC 9990 section 3.1.1.5); what it does not say has its default. */
export type PublishedPolicy = {
  readonly p: Policy;
  readonly sp: Policy;
  readonly np: Policy | undefined;
  readonly isDkimStrict: boolean;
  readonly isSpfStrict: boolean;
  readonly isTesting: boolean;
};

/** RFC 8601 sections 2.7.1 and 2.7.2. */
export type AuthResult = "none" | "pass" | "fail" | "softfail" | "policy" | "neutral" | "temperror" | "permerror";

/** RFC 9990 section 3.1.6. */
export type OverrideType = "local_policy" | "mailing_list" | "other" | "policy_test_mode" | "trusted_forwarder";

/** What messages have in common that are told of together. */
export type DmarcRow = {
  /** IPv4 or IPv6. */
  readonly sourceAddress: string;
  /** Domains in A-labels. */
  readonly headerFrom: string;
  /** Empty for the null reverse-path. */
  readonly envelopeFrom: string;
  /** RFC 9990 section 3.1.1.13: of MAIL FROM; `undefined` where nothing was checked. */
  readonly spf: { readonly domain: string; readonly result: AuthResult } | undefined;
  /** RFC 9990 section 3.1.3: those that help first. */
  readonly dkim: readonly { readonly domain: string; readonly selector: string; readonly result: AuthResult }[];
  /** RFC 9990 section 3.1.1.9: what speaks for the author, before any exception of ours. */
  readonly aligned: { readonly dkim: boolean; readonly spf: boolean };
  /** `pass`: DMARC passed. */
  readonly disposition: Policy | "pass";
  /** Why the disposition is not what the policy asks for. */
  readonly overrides: readonly { readonly type: OverrideType; readonly comment: string | undefined }[];
};

export type DmarcReport = {
  readonly organisation: string;
  /** Whom to ask: an addr-spec. */
  readonly contact: string;
  /** RFC 9990 section 3.5.1. */
  readonly id: string;
  /** Epoch milliseconds at which the day begins, UTC. */
  readonly day: number;
  /** Where the policy stands. */
  readonly policyDomain: string;
  readonly policy: PublishedPolicy;
  readonly rows: readonly (DmarcRow & { readonly messages: number })[];
};

const DAY_S = 86_400;
const NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0";

/** Writes the report, in pieces to be joined; one for the head, one for each row, one for the end. */
export function* writeReport(report: DmarcReport): Generator<string> {
  const begin = report.day / 1000;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="${NAMESPACE}">\n${leaf("version", "1.0")}${node(
    "report_metadata",
    leaf("org_name", report.organisation),
    leaf("email", report.contact),
    leaf("report_id", report.id),
    node("date_range", leaf("begin", String(begin)), leaf("end", String(begin + DAY_S - 1))),
    leaf("generator", "AltMail"),
  )}${policyNode(report)}`;
  for (const row of report.rows) yield recordNode(row, row.messages);
  yield "</feedback>\n";
}

/** RFC 9989 section 4.10: we walk the tree. */
function policyNode({ policyDomain, policy }: DmarcReport): string {
  return node(
    "policy_published",
    leaf("domain", policyDomain),
    leaf("discovery_method", "treewalk"),
    leaf("p", policy.p),
    leaf("sp", policy.sp),
    policy.np === undefined ? "" : leaf("np", policy.np),
    leaf("adkim", policy.isDkimStrict ? "s" : "r"),
    leaf("aspf", policy.isSpfStrict ? "s" : "r"),
    leaf("testing", policy.isTesting ? "y" : "n"),
  );
}

function recordNode(row: DmarcRow, messages: number): string {
  const { spf, dkim, aligned } = row;
  return node(
    "record",
    node(
      "row",
      leaf("source_ip", row.sourceAddress),
      leaf("count", String(messages)),
      node(
        "policy_evaluated",
        leaf("disposition", row.disposition),
        leaf("dkim", aligned.dkim ? "pass" : "fail"),
        leaf("spf", aligned.spf ? "pass" : "fail"),
        ...row.overrides.map(({ type, comment }) =>
          node("reason", leaf("type", type), comment === undefined ? "" : leaf("comment", comment)),
        ),
      ),
    ),
    node("identifiers", leaf("header_from", row.headerFrom), leaf("envelope_from", row.envelopeFrom)),
    node(
      "auth_results",
      ...dkim.map(({ domain, selector, result }) =>
        node("dkim", leaf("domain", domain), leaf("selector", selector), leaf("result", result)),
      ),
      spf === undefined
        ? ""
        : node("spf", leaf("domain", spf.domain), leaf("scope", "mfrom"), leaf("result", spf.result)),
    ),
  );
}

const leaf = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>\n`;
const node = (name: string, ...children: readonly string[]): string => `<${name}>\n${children.join("")}</${name}>\n`;
