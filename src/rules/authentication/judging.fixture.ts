/** An authentication of which tests change what they are about. */
import type { Authentication } from "./authentication.ts";

export type Changes = {
  readonly [Part in keyof Authentication]?: Partial<Authentication[Part]> | Authentication[Part];
};

/** A mail that fails the policy of its author, which asks for rejection; nothing else is known. */
export function failing(changes: Changes = {}): Authentication {
  const plain: Authentication = {
    client: { address: "192.0.2.1", helo: "host.test" },
    iprev: { result: "permerror", name: undefined },
    spf: { result: "none", domain: "sender.test", scope: "mailfrom", reason: "the domain publishes no policy" },
    dkim: [],
    dmarc: {
      result: "fail",
      reason: "neither SPF nor DKIM speaks for the author",
      domain: "bank.test",
      organizationalDomain: "bank.test",
      policy: "reject",
      policyDomain: "bank.test",
      isTesting: false,
      aligned: { dkim: [], spf: false },
      disposition: "reject",
      record: undefined,
    },
    arc: { result: "none", reason: "there is no chain", sealers: [], oldestPass: undefined, recorded: undefined },
    list: undefined,
  };
  const { dkim = plain.dkim, list = plain.list } = changes as Partial<Authentication>;
  return {
    client: { ...plain.client, ...changes.client },
    iprev: { ...plain.iprev, ...changes.iprev },
    spf: { ...plain.spf, ...changes.spf },
    dmarc: { ...plain.dmarc, ...changes.dmarc },
    arc: { ...plain.arc, ...changes.arc },
    dkim,
    list,
  };
}

/** A signature that holds. */
export const signature = (domain: string, result: "pass" | "fail" = "pass"): Authentication["dkim"][number] => ({
  result,
  reason: "",
  domain,
  selector: "s",
  algorithm: "rsa-sha256",
  mark: "abcdefgh",
  isTesting: false,
});
