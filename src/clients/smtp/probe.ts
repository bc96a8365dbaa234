/** Looks at mail servers (service/dns/probe.ts) by the very sessions that deliveries open, and sends nothing over them. */
import type { TLSSocket } from "node:tls";
import { MINUTE } from "../../host/clock.ts";
import type { CertificateFacts, Probe, ProbeStep } from "../../service/dns/probe.ts";
import { visible } from "../../service/dns/visible.ts";
import type { SmtpReply } from "../../syntax/smtp/reply-reader.ts";
import { wordsOf } from "../../syntax/smtp/reply-reader.ts";
import type { SmtpClientOptions } from "./client.ts";
import type { RelayHost, SessionTls } from "./delivered.ts";
import { openSession, part, sessionContext, type SessionStep } from "./session.ts";

export type ProbeOptions = Omit<SmtpClientOptions, "signal"> & {
  /** How hosts are spoken to. We do not log in: what a smarthost offers before is enough. */
  readonly relay?: Pick<RelayHost, "port" | "implicitTls">;
};

/** Somebody waits for it; a delivery has more patience. */
const ANSWER_TIMEOUT_MS = MINUTE;
const MAX_NAMES = 20;
const MAX_NAME_CHARACTERS = 253;

export function createProbe(options: ProbeOptions): Probe {
  const limits = {
    ...options.limits,
    greetingTimeoutMs: Math.min(options.limits.greetingTimeoutMs, ANSWER_TIMEOUT_MS),
  };
  const context = sessionContext(options.authorities);
  const { port, implicitTls } = options.relay ?? {};
  return async (host, address, tell, signal) => {
    const relayHost: RelayHost = {
      ...host,
      ...(port === undefined ? {} : { port }),
      ...(implicitTls === undefined ? {} : { implicitTls }),
    };
    const opening = await openSession(relayHost, address, {
      name: options.name,
      clock: options.clock,
      limits,
      signal,
      context,
      verifyDane: options.verifyDane,
      localAddress: options.localAddress ?? (() => undefined),
      observe: (step) => tell(shown(step, limits.maxWords)),
    });
    if (opening.kind !== "open") return { kind: opening.kind, reply: opening.reply };
    await part(opening.session.wire, limits);
    return { kind: "open", tls: levelOf(opening.session.tls) };
  };
}

function levelOf(tls: SessionTls | undefined): string | undefined {
  if (tls === undefined) return undefined;
  return `${tls.protocol}, ${WORTH[tls.verified ?? "nothing"]}`;
}

const WORTH = {
  dane: "certificate verified by DANE",
  authority: "certificate verified by an authority",
  nothing: "certificate not verified",
} as const;

function shown(step: SessionStep, maxWords: number): ProbeStep {
  const said = (reply: SmtpReply): { readonly code: number; readonly words: string } => ({
    code: reply.code,
    words: [reply.enhanced, wordsOf(reply, maxWords)].filter((part) => part !== undefined).join(" "),
  });
  switch (step.kind) {
    case "greeting":
      return { kind: "greeting", ...said(step.reply) };
    case "starttls":
      return step.reply === undefined
        ? { kind: "starttls", code: undefined, words: "" }
        : { kind: "starttls", ...said(step.reply) };
    case "tls": {
      const { tls, failure } = step.verdict;
      const detail = failure?.detail === undefined ? "" : ` (${failure.detail})`;
      return {
        kind: "tls",
        ...tls,
        failure: failure === undefined ? undefined : `${failure.failure}${detail}`,
        certificate: factsOf(step.socket),
      };
    }
    case "connected":
    case "ehlo":
    case "no-tls":
      return step;
  }
}

/** What a certificate says is a stranger's: visible signs only, and not more than a person reads. */
function factsOf(socket: TLSSocket): CertificateFacts | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const names = (certificate.subjectAltName ?? certificate.subject).split(/, |\n/).slice(0, MAX_NAMES);
  return {
    names: names.map((name) => shortened(name.replace(/^(?:DNS|IP Address):/, ""))),
    issuer: shortened(certificate.issuer.replaceAll("\n", ", ")),
    validUntil: certificate.validToDate.getTime(),
  };
}

const shortened = (text: string): string => visible(text.slice(0, MAX_NAME_CHARACTERS));
