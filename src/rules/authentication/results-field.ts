/** What was found, as the field Authentication-Results says it: RFC 8601 section 2.7, and RFC 8617 section 6 for chains. */
import {
  type AuthenticationResults,
  type MethodResult,
  readAuthenticationResults,
  writeAuthenticationResults,
} from "../../syntax/message/authentication-results.ts";
import type { Arc } from "./arc/verify.ts";
import type { Authentication } from "./authentication.ts";
import type { Dkim } from "./dkim/verify.ts";
import type { Dmarc } from "./dmarc/evaluate.ts";

/** Writes the field with its line end, to stand above the message. @param hostName the authserv-id: ours */
export function authenticationResults(hostName: string, authentication: Authentication): string {
  const { client, iprev, spf, dkim, dmarc, arc } = authentication;
  const results: AuthenticationResults["results"] = [
    said("iprev", iprev.result, undefined, ["policy.iprev", client.address]),
    said("spf", spf.result, unlessPass(spf), [
      `smtp.${spf.scope}`,
      spf.scope === "mailfrom" || spf.domain !== "" ? spf.domain : client.helo,
    ]),
    ...(dkim.length === 0 ? [said("dkim", "none", undefined)] : dkim.map(dkimSaid)),
    dmarcSaid(dmarc),
    ...(arc.result === "none" ? [] : [arcSaid(arc, client.address)]),
  ];
  return writeAuthenticationResults({ server: hostName, results });
}

/** A field with the two parts that tell whose it is. */
type Field = { readonly name: string; readonly value: string };

/**
 * Leaves out what claims to be ours and came from outside (RFC 8601 section 5): fields that name one of our hosts, and
 * those of which nobody can say whom they name. Fields of a chain stay: seals cover them.
 * @param hostNames in lower case
 */
export function withoutForged<F extends Field>(fields: readonly F[], hostNames: readonly string[]): readonly F[] {
  return fields.filter(({ name, value }) => {
    if (name !== "authentication-results") return true;
    const server = readAuthenticationResults(value)?.server.toLowerCase().replace(/\.$/, "");
    return server !== undefined && !hostNames.includes(server);
  });
}

function said(
  method: string,
  result: string,
  reason: string | undefined,
  ...properties: (readonly [name: string, value: string | undefined])[]
): MethodResult {
  const known: (readonly [string, string])[] = [];
  for (const [name, value] of properties) if (value !== undefined && value !== "") known.push([name, value]);
  return { method, result, reason, properties: known };
}

function unlessPass({ result, reason }: { readonly result: string; readonly reason: string }): string | undefined {
  return result === "pass" || reason === "" ? undefined : reason;
}

function dkimSaid(dkim: Dkim): MethodResult {
  return said(
    "dkim",
    dkim.result,
    unlessPass(dkim),
    ["header.d", dkim.domain],
    ["header.s", dkim.selector],
    ["header.a", dkim.algorithm],
    ["header.b", dkim.mark],
  );
}

function dmarcSaid(dmarc: Dmarc): MethodResult {
  return said(
    "dmarc",
    dmarc.result,
    unlessPass(dmarc),
    ["header.from", dmarc.domain],
    ["policy.dmarc", dmarc.result === "fail" ? dmarc.disposition : dmarc.policy],
  );
}

function arcSaid(arc: Arc, address: string): MethodResult {
  return said(
    "arc",
    arc.result,
    unlessPass(arc),
    ["smtp.remote-ip", address],
    ["header.oldest-pass", arc.oldestPass?.toString()],
  );
}
