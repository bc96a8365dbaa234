/**
 * The outside world of a lab: a mail server on loopback that takes mail for anybody, as the smarthost of the lab, and
 * passes it on to a mailbox of the lab. Its STARTTLS has the lab's certificate, as most of the world has one.
 */
import { randomBytes } from "node:crypto";
import { type Clock, MINUTE, SECOND, stayAlive } from "../host/clock.ts";
import type { Log } from "../host/events/events.ts";
import { listen } from "../host/listener.ts";
import type { Settings } from "../host/settings/settings.ts";
import { checkPorts } from "../host/supervisor/free-ports.ts";
import { ServerTls } from "../host/tls/server-tls.ts";
import { smtpLimits } from "../servers/smtp/limits.ts";
import { serveSmtp } from "../servers/smtp/server.ts";
import type { Caught } from "./caught-message.ts";
import { passOn } from "./pass-on.ts";

export type OutsideWorldOptions = {
  /** The lab's; its smarthost is where the world listens. */
  readonly settings: Settings;
  /** The address whose mailbox shows what was caught. */
  readonly mailbox: string;
  readonly clock: Clock;
  /** How the lab is given other ports. */
  readonly changePorts: string;
  readonly caught: (caught: Caught) => void;
  /** Told the name of an event that says that the world does not work; it should never be called. */
  readonly failed: (event: string) => void;
};

/** The queue of a lab opens ten at a time. */
const CONNECTIONS = 100;
const HANDSHAKE_TIMEOUT_MS: number = MINUTE / 2;
/** For sessions to end at a stop: the lab is gone by then, and nobody waits for an answer. */
const GRACE_MS = SECOND;
const TICKET_KEY_BYTES = 48;

/** Listens until it is disposed. @throws HostError when the port cannot be had; CertificateError. */
export async function openOutsideWorld(options: OutsideWorldOptions): Promise<AsyncDisposable> {
  const { settings, mailbox, clock, caught, failed } = options;
  const { queueSmarthost: address, smtpListen, messageBytes } = settings;
  const [lab] = smtpListen;
  if (address === undefined || lab === undefined) throw new Error("a lab takes mail and has a smarthost");
  using _alive = stayAlive();
  const { changePorts: change } = options;
  await checkPorts([{ name: "the lab's outside world", ...address, change }], clock);
  const stopping = new AbortController();
  // The lab's log is about the lab; of this server only its faults are told.
  const log: Log = (event) => {
    if (event === "smtp.failed" || event === "connection.failed" || event === "listener.failed") failed(event);
  };
  const services = {
    inbound: passOn({ ...lab, mailbox, clock, caught }),
    clock,
    log,
    limits: { ...smtpLimits, maxMessageBytes: messageBytes },
    signal: stopping.signal,
    hostName: "world.example",
  };
  const listener = await listen({
    ...address,
    name: "world",
    tls: "starttls",
    context: new ServerTls(settings, randomBytes(TICKET_KEY_BYTES)).current,
    limits: { connections: CONNECTIONS, perPeer: CONNECTIONS, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS },
    log,
    clock,
    handler: (connection) => serveSmtp(connection, services),
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await listener.close(AbortSignal.timeout(GRACE_MS));
    },
  };
}
