/**
 * From an address to a session that takes mail: greeting, EHLO, TLS as the host's policy asks, EHLO anew, AUTH for a
 * smarthost (RFC 5321 section 3.1, RFC 3207 section 4, RFC 4954 section 4). What cannot be had is a value: `unreached`
 * when it may be better later, `unfit` when the host says that it never will.
 */
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { Clock } from "../../host/clock.ts";
import type { FindingName } from "../../service/queue/findings.ts";
import { temporarily } from "../../service/queue/reply-words.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { type Extensions, noExtensions, parseEhlo } from "../../syntax/smtp/ehlo-keywords.ts";
import type { SmtpReply } from "../../syntax/smtp/reply-reader.ts";
import type { RelayHost, SessionTls, TlsFailure, TlsFailureKind } from "./delivered.ts";
import type { SmtpClientLimits } from "./limits.ts";
import { heardReply, isDone, ownReply, type Speaker } from "./remote-reply.ts";
import { checkTls, type TlsVerdict, type VerifyDane } from "./tls-check.ts";
import { type Heard, Wire } from "./wire.ts";

export type Session = {
  readonly host: RelayHost;
  readonly address: string;
  readonly wire: Wire;
  readonly extensions: Extensions;
  readonly tls: SessionTls | undefined;
  /** The host offers TLS, and it could not be had this time. */
  readonly isTlsMissing: boolean;
  readonly speaker: Speaker;
};

export type Opening = { readonly tlsFailures: readonly TlsFailure[] } & (
  | { readonly kind: "open"; readonly session: Session }
  | { readonly kind: "unreached" | "unfit"; readonly reply: RemoteReply }
);

export type SessionOptions = {
  /** Our name, for EHLO. */
  readonly name: string;
  readonly clock: Clock;
  readonly limits: SmtpClientLimits;
  readonly signal: AbortSignal | undefined;
  readonly context: SecureContext;
  readonly verifyDane: VerifyDane;
  /** Our side of a connection to this address; `undefined`: as the system chooses. */
  readonly localAddress: (address: string) => string | undefined;
  /** No wait goes on beyond it, of `steady`. */
  readonly endsAt?: number;
  /** Hears each step as it happens: for who looks at a host and sends nothing. */
  readonly observe?: (step: SessionStep) => void;
};

export type SessionStep =
  | { readonly kind: "connected" }
  | { readonly kind: "greeting"; readonly reply: SmtpReply }
  /** `keywords` as they stand behind the first line; none after HELO. */
  | { readonly kind: "ehlo"; readonly isEncrypted: boolean; readonly keywords: readonly string[] }
  /** `undefined`: STARTTLS is not offered. */
  | { readonly kind: "starttls"; readonly reply: SmtpReply | undefined }
  | { readonly kind: "no-tls"; readonly code: string }
  | { readonly kind: "tls"; readonly socket: TLSSocket; readonly verdict: TlsVerdict };

const SMTP_PORT = 25;

/**
 * Makes the TLS context of all that we call. RFC 8996: nothing older than TLS 1.2; certificates are judged by the policy,
 * not by this.
 *
 * @param authorities in PEM; those of Node where it is absent
 */
export function sessionContext(authorities: readonly string[] | undefined): SecureContext {
  return createSecureContext({
    minVersion: "TLSv1.2",
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
  });
}

/** Opens a session; where TLS fails and need not be, over a new connection without it. */
export async function openSession(host: RelayHost, address: string, options: SessionOptions): Promise<Opening> {
  const tlsFailures: TlsFailure[] = [];
  const entrance = new Entrance(host, address, options, tlsFailures);
  const first = await entrance.enter(true);
  const end = first.kind === "no-tls" && !needsTls(host) ? await entrance.enter(false) : first;
  if (end.kind === "open") return { ...end, tlsFailures };
  return { kind: end.kind === "unfit" ? "unfit" : "unreached", reply: end.reply, tlsFailures };
}

/** Whether no mail goes to the host in the clear. */
export function needsTls({ tls, implicitTls, credentials, isTlsOptional }: RelayHost): boolean {
  if (isTlsOptional === true) return implicitTls === true || credentials !== undefined;
  switch (tls.kind) {
    case "opportunistic":
      return implicitTls === true || credentials !== undefined;
    case "mta-sts":
      return tls.mode === "enforce";
    case "encrypted":
    case "dane":
      return true;
  }
}

type Stop = { readonly kind: "unreached" | "unfit" | "no-tls"; readonly reply: RemoteReply };
type Entered = Stop | { readonly kind: "open"; readonly session: Session };

class Entrance {
  readonly #host: RelayHost;
  readonly #address: string;
  readonly #options: SessionOptions;
  readonly #tlsFailures: TlsFailure[];
  #speaker: Speaker;
  #isTlsMissing = false;

  constructor(host: RelayHost, address: string, options: SessionOptions, tlsFailures: TlsFailure[]) {
    this.#host = host;
    this.#address = address;
    this.#options = options;
    this.#tlsFailures = tlsFailures;
    this.#speaker = { name: host.name, tls: undefined, maxWords: options.limits.maxWords };
  }

  async enter(withTls: boolean): Promise<Entered> {
    const { localAddress, ...options } = this.#options;
    const wire = await Wire.open(
      { address: this.#address, port: this.#host.port ?? SMTP_PORT, localAddress: localAddress(this.#address) },
      options,
    );
    if ("kind" in wire) return this.#stop("unreached", "4.4.1", noConnection(wire.code));
    options.observe?.({ kind: "connected" });
    const entered = await this.#introduce(wire, withTls);
    if (entered.kind !== "open") await part(wire, options.limits);
    return entered;
  }

  async #introduce(wire: Wire, withTls: boolean): Promise<Entered> {
    const { limits } = this.#options;
    const implicit = this.#host.implicitTls === true;
    const refused = implicit ? await this.#secure(wire) : undefined;
    if (refused !== undefined) return refused;
    const greeting = await wire.hear(limits.greetingTimeoutMs);
    if (greeting.kind === "reply") this.#options.observe?.({ kind: "greeting", reply: greeting.reply });
    if (!isGreeting(greeting)) return this.#refusal(greeting);
    let extensions = await this.#ehlo(wire);
    if ("kind" in extensions) return extensions;
    if (withTls && !implicit) {
      const failed = await this.#startTls(wire, extensions.startTls);
      if (failed !== undefined) return failed;
      // RFC 3207 section 4.2: nothing counts that was said in the clear.
      if (this.#speaker.tls !== undefined) extensions = await this.#ehlo(wire);
      if ("kind" in extensions) return extensions;
    }
    const unknown = await this.#logIn(wire, extensions);
    if (unknown !== undefined) return unknown;
    const session = { host: this.#host, address: this.#address, wire, extensions, speaker: this.#speaker };
    return { kind: "open", session: { ...session, tls: this.#speaker.tls, isTlsMissing: this.#isTlsMissing } };
  }

  /** RFC 5321 section 4.1.1.1; HELO for those who know nothing else (RFC 5321 section 3.2). */
  async #ehlo(wire: Wire): Promise<Extensions | Stop> {
    const { name, limits } = this.#options;
    wire.write(`EHLO ${name}\r\n`);
    const heard = await wire.hear(limits.greetingTimeoutMs);
    if (isDone(heard) && heard.kind === "reply") {
      this.#sawEhlo(heard.reply.lines.slice(1));
      return parseEhlo(heard.reply.lines);
    }
    const isUnknown = heard.kind === "reply" && [500, 501, 502, 504].includes(heard.reply.code);
    if (!isUnknown) return this.#refusal(heard);
    wire.write(`HELO ${name}\r\n`);
    const second = await wire.hear(limits.greetingTimeoutMs);
    if (!isDone(second)) return this.#refusal(second);
    this.#sawEhlo([]);
    return noExtensions;
  }

  #sawEhlo(keywords: readonly string[]): void {
    this.#options.observe?.({ kind: "ehlo", isEncrypted: this.#speaker.tls !== undefined, keywords });
  }

  /** `undefined`: it goes on, with TLS or, where the policy allows it and the host wants none, without. */
  async #startTls(wire: Wire, isOffered: boolean): Promise<Stop | undefined> {
    const { observe } = this.#options;
    const goesOn = !needsTls(this.#host);
    if (!isOffered) {
      observe?.({ kind: "starttls", reply: undefined });
      this.#note("starttls-not-supported", undefined);
      return goesOn ? undefined : this.#stop("no-tls", "4.7.4", "tls-not-offered");
    }
    this.#isTlsMissing = true;
    wire.write("STARTTLS\r\n");
    const heard = await wire.hear(this.#options.limits.greetingTimeoutMs);
    if (heard.kind === "lost") {
      this.#note("validation-failure", heard.why);
      return { kind: "no-tls", reply: heardReply(this.#speaker, heard) };
    }
    observe?.({ kind: "starttls", reply: heard.reply });
    if (heard.reply.code !== 220) {
      // RFC 5321 section 3.8: it closes the connection, and has asked for less; of its TLS it has said nothing.
      if (heard.reply.code === 421) return this.#refusal(heard);
      this.#note("starttls-not-supported", String(heard.reply.code));
      return goesOn ? undefined : { kind: "no-tls", reply: temporarily(heardReply(this.#speaker, heard)) };
    }
    return this.#secure(wire);
  }

  async #secure(wire: Wire): Promise<Stop | undefined> {
    const { context, verifyDane, clock, observe } = this.#options;
    const socket = await wire.secure(context, serverNameOf(this.#host));
    if ("kind" in socket) {
      observe?.({ kind: "no-tls", code: socket.code });
      this.#note("validation-failure", socket.code);
      return this.#stop("no-tls", "4.7.5", "handshake-failed");
    }
    const verdict = checkTls(socket, this.#host, verifyDane, clock.now());
    this.#speaker = { ...this.#speaker, tls: verdict.tls };
    this.#isTlsMissing = false;
    observe?.({ kind: "tls", socket, verdict });
    if (verdict.failure === undefined) return undefined;
    this.#note(verdict.failure.failure, verdict.failure.detail);
    if (!needsTls(this.#host)) return undefined;
    return this.#stop("unreached", "4.7.5", verdict.failure.failure);
  }

  /** RFC 4954 section 4; the password goes to nobody who has not shown who he is. */
  async #logIn(wire: Wire, { auth }: Extensions): Promise<Stop | undefined> {
    const { credentials } = this.#host;
    if (credentials === undefined) return undefined;
    if (this.#speaker.tls?.verified === undefined) return this.#stop("unreached", "4.7.5", "log-in-unsafe");
    if (!auth.has("PLAIN")) return this.#stop("unreached", "4.7.0", "no-auth-plain");
    const { user, password } = credentials;
    wire.write(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}\r\n`);
    const heard = await wire.hear(this.#options.limits.commandTimeoutMs);
    if (heard.kind === "reply" && heard.reply.code === 235) return undefined;
    // Our password is the operator's to correct; until then mail waits.
    return { kind: "unreached", reply: temporarily(heardReply(this.#speaker, heard)) };
  }

  /** A host that refuses whoever we are, now or for good (RFC 7504 section 3). */
  #refusal(heard: Heard): Stop {
    const isForGood = heard.kind === "reply" && heard.reply.code >= 500;
    return { kind: isForGood ? "unfit" : "unreached", reply: heardReply(this.#speaker, heard) };
  }

  #stop(kind: Stop["kind"], enhanced: string, name: FindingName): Stop {
    return { kind, reply: ownReply(this.#speaker, enhanced, name) };
  }

  #note(failure: TlsFailureKind, detail: string | undefined): void {
    // Our own stop: the host did nothing wrong.
    if (detail === "shutdown") return;
    this.#tlsFailures.push({ failure, address: this.#address, detail });
  }
}

/** Says QUIT (RFC 5321 section 4.1.1.10) and closes, whatever is answered. */
export async function part(wire: Wire, limits: SmtpClientLimits): Promise<void> {
  if (wire.isQuiet) {
    wire.write("QUIT\r\n");
    await wire.hear(limits.quitTimeoutMs);
  }
  wire.lose("closed");
}

const isGreeting = (heard: Heard): boolean => heard.kind === "reply" && heard.reply.code === 220;

/** SNI: the name that the certificate is to bear (RFC 8461 section 7.1, RFC 7672 section 8.1); never an address. */
function serverNameOf({ name, tls }: RelayHost): string | undefined {
  const wanted = tls.kind === "dane" ? tls.serverName : name;
  return wanted.startsWith("[") ? undefined : wanted;
}

function noConnection(code: string): FindingName {
  switch (code) {
    case "ECONNREFUSED":
      return "refuses-connections";
    case "timeout":
    case "ETIMEDOUT":
      return "silent";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "no-way";
    case "EADDRNOTAVAIL":
      return "own-address-missing";
    case "shutdown":
      return "stopped-calling";
    default:
      return "no-connection";
  }
}
