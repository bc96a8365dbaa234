/** The ports of a worker: each server with its services and its bounds. Shared by all workers through the kernel. */
import { type Clock, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { listen, type Listener, type ListenerOptions } from "../../host/listener.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { ServerTls } from "../../host/tls/server-tls.ts";
import { imapLimits } from "../../servers/imap/limits.ts";
import { serveImap } from "../../servers/imap/server.ts";
import { smtpLimits } from "../../servers/smtp/limits.ts";
import { serveSmtp } from "../../servers/smtp/server.ts";
import { submissionLimits } from "../../servers/submission/limits.ts";
import { serveSubmission } from "../../servers/submission/server.ts";
import { localRecipient } from "../../service/submission/local-recipient.ts";
import { createSubmission } from "../../service/submission/submit-mail.ts";
import type { Submission } from "../../service/submission/submission.ts";
import { createPeerGate } from "../../service/peer-limits/peer-limits.ts";
import { peerLimits, shareOf } from "../../service/peer-limits/limits.ts";
import type { Arriving } from "../arriving.ts";
import { sendLimitsIn } from "../send-limits.ts";
import type { Stores } from "../stores.ts";
import type { ComingIn } from "./coming-in.ts";
import { trustedPeers } from "../trusted-peers.ts";

const HANDSHAKE_TIMEOUT_MS = MINUTE / 2;

export type Port = { readonly name: string; readonly listener: Listener };

export type PortsOptions = {
  readonly settings: Settings;
  /** How many workers share the bounds. */
  readonly workers: number;
  readonly stores: Stores;
  readonly arriving: Arriving;
  readonly comingIn: ComingIn;
  readonly tls: ServerTls;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the worker stops. */
  readonly signal: AbortSignal;
};

export async function openPorts(options: PortsOptions): Promise<readonly Port[]> {
  const { settings, stores, arriving, tls, log, signal, clock } = options;
  const { mail, intake } = stores;
  const { authenticator, logIns } = options.comingIn;
  const { inbound, teaching } = arriving;
  const { hostName, messageBytes } = settings;
  const machine = { clock, log, hostName, signal };
  const gate = createPeerGate({
    clock,
    limits: shareOf(peerLimits, options.workers),
    isExempt: trustedPeers(settings.smtpTrustedNetworks),
  });
  const smtp = { ...machine, inbound, gate, limits: { ...smtpLimits, maxMessageBytes: messageBytes } };
  const imap = {
    ...machine,
    mail,
    authenticator,
    logIns,
    ...(stores.allowance && { allowance: stores.allowance }),
    intake,
    ...(teaching && { taught: teaching.taught }),
    limits: { ...imapLimits, maxAppendBytes: messageBytes },
  };
  const submission = {
    ...machine,
    submission: submissionOf(options),
    authenticator,
    logIns,
    limits: { ...submissionLimits, maxMessageBytes: messageBytes },
  };
  const bounds = (connections: number, perPeer: number): ListenerOptions["limits"] => ({
    connections: Math.ceil(connections / options.workers),
    perPeer,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  const tooMany = (code: string): Uint8Array =>
    latin1(`421 ${code} ${hostName} has too many connections, try again later\r\n`);
  const sending = {
    name: "submission",
    limits: bounds(settings.submissionConnections, settings.submissionConnectionsPerPeer),
    handler: (connection: Parameters<typeof serveSubmission>[0]) => serveSubmission(connection, submission),
    refuse: tooMany("4.3.2"),
  };
  const groups = [
    {
      name: "smtp",
      tls: "starttls",
      addresses: settings.smtpListen,
      limits: bounds(settings.smtpConnections, settings.smtpConnectionsPerPeer),
      handler: (connection: Parameters<typeof serveSmtp>[0]) => serveSmtp(connection, smtp),
      refuse: tooMany("4.3.2"),
    },
    {
      name: "imap",
      tls: "implicit",
      addresses: settings.imapListen,
      limits: bounds(settings.imapConnections, settings.imapConnectionsPerPeer),
      handler: (connection: Parameters<typeof serveImap>[0]) => serveImap(connection, imap),
      refuse: latin1("* BYE [UNAVAILABLE] Too many connections, try again later\r\n"),
    },
    { ...sending, tls: "implicit", addresses: settings.submissionListen },
    { ...sending, tls: "starttls", addresses: settings.submissionStarttlsListen },
  ] as const;
  const ports: Port[] = [];
  for (const { addresses, ...group } of groups)
    for (const address of addresses)
      ports.push({
        name: group.name,
        listener: await listen({ ...group, ...address, log, clock, context: tls.current }),
      });
  return ports;
}

function submissionOf({ settings, stores, arriving, clock, log }: PortsOptions): Submission {
  const { directory, credentials, signer, counts, spool, inbound, submit, allowance } = stores;
  const { hostName, domains } = settings;
  const { teaching, outgoingScanners } = arriving;
  const [first, ...others] = domains;
  if (first === undefined) throw new Error("settings have a domain");
  const limitsOf = sendLimitsIn(settings, credentials);
  return createSubmission({
    directory,
    submit,
    signer,
    scanners: outgoingScanners,
    ...(teaching && { wrote: teaching.wrote }),
    counts,
    limitsOf: ({ id }) => limitsOf(id),
    ...(allowance && { allowance }),
    spool,
    clock,
    log,
    hostName,
    domains: [first, ...others],
    local: localRecipient(inbound),
  });
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
