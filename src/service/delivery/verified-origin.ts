/**
 * Where an arriving message comes from, for all that follows: verified, not looked at, or looked at in vain. What could not
 * be found out speaks against nobody.
 */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Authentication } from "../../rules/authentication/authentication.ts";
import { plainAddress } from "../../rules/authentication/client-address.ts";
import { authenticationResults } from "../../rules/authentication/results-field.ts";
import { networkOf, type Origin, originOf } from "../../rules/reputation/origin.ts";
import { writeAuthenticationResults } from "../../syntax/message/authentication-results.ts";
import type { Verification, Verifier } from "../authentication/verifier.ts";
import type { Letter } from "./examiner.ts";
import type { Envelope } from "./inbound.ts";
import { failureOf } from "./verdict.ts";

export type VerifiedOrigin = {
  /** `undefined` unless it was verified. */
  readonly authentication: Authentication | undefined;
  readonly origin: Origin;
  /** Authentication-Results with its line end; empty when nobody looked. */
  readonly field: string;
  /** SPF speaks for the sender of the envelope, or nobody was to look. */
  readonly isSenderVerified: boolean;
};

export type OriginOptions = {
  readonly verifier: Verifier | undefined;
  /** Stands in the field. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly log: Log;
};

/** Begins to verify a message that comes; what it gives never rejects. */
export function beginOrigin(
  options: OriginOptions,
  { peerAddress, helo, sender }: Envelope,
): (letter: Letter) => Promise<VerifiedOrigin> {
  const verification = options.verifier?.begin({ client: { address: peerAddress, helo }, sender });
  return async (letter) =>
    verification === undefined
      ? { ...nothingOf(peerAddress), field: "", isSenderVerified: true }
      : verifiedOrigin(options, verification, letter);
}

async function verifiedOrigin(
  { hostName, clock, log }: OriginOptions,
  verification: Verification,
  { envelope, id, trace, content, header, fields }: Letter,
): Promise<VerifiedOrigin> {
  const { peerAddress, session } = envelope;
  const startedAt = clock.now();
  try {
    const bodyStart = trace.length + header.length;
    const authentication = await verification.verify(content, { octets: header, fields, bodyStart });
    const { spf, dmarc } = authentication;
    const ms = clock.now() - startedAt;
    log("arriving.verified", { session, spf: spf.result, dkim: bestOf(authentication), dmarc: dmarc.result, ms });
    return {
      authentication,
      origin: originOf(authentication),
      field: authenticationResults(hostName, authentication),
      isSenderVerified: spf.result === "pass",
    };
  } catch (error) {
    log("delivery.failed", { step: "verify", code: failureOf(error), account: undefined, delivery: id });
    const result = { method: "dmarc", result: "temperror", reason: "not verified", properties: [] };
    const field = writeAuthenticationResults({ server: hostName, results: [result] });
    return { ...nothingOf(peerAddress), field, isSenderVerified: false };
  }
}

/** What speaks for the message first, then what may yet. */
function bestOf({ dkim }: Authentication): string {
  const results = dkim.map(({ result }) => result);
  return (["pass", "temperror"] as const).find((one) => results.includes(one)) ?? results[0] ?? "none";
}

/** Nothing is known but the network. */
function nothingOf(address: string): Pick<VerifiedOrigin, "authentication" | "origin"> {
  const origin: Origin = {
    network: networkOf(plainAddress(address)),
    isNamed: false,
    author: undefined,
    isAuthorVerified: false,
    isDmarcPass: false,
    spfDomain: undefined,
    signers: [],
    isOpen: true,
  };
  return { authentication: undefined, origin };
}
