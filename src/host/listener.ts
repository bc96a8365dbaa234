/**
 * Accepts connections on one port and hands each to a server as a `Connection`: in the clear, with implicit TLS
 * (RFC 8314 section 3), or with STARTTLS to be had (RFC 3207). Bounds connections in all and per peer, ends those
 * whose handshake takes too long, and keeps every fault of one connection to that connection. Works alone and in
 * workers of node:cluster, which share the port. It says nothing to peers but `refuse`; protocols are the servers'.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { type Clock, MINUTE, SECOND } from "./clock.ts";
import type { Connection, TlsFacts } from "./connection.ts";
import type { Log } from "./events/events.ts";
import { faultPlaces } from "./fault.ts";
import { codeOf, discardClear, HandshakeError, ignore, shakeHands } from "./listener-handshake.ts";
import { listening } from "./port-error.ts";
import { type PeerLimits, Peers, peerOf, plainAddress } from "./listener-peers.ts";

export type ListenerOptions = {
  /** What the log calls it: "smtp", "imap". */
  readonly name: string;
  readonly host: string;
  /** 0: any free port; see `Listener.port`. */
  readonly port: number;
  readonly limits: PeerLimits & { readonly handshakeTimeoutMs: number };
  readonly log: Log;
  readonly clock: Clock;
  /** Speaks with one peer. When it ends, the connection is closed; what it wrote is still sent. */
  readonly handler: (connection: Connection) => Promise<void>;
  /** Sent to whom the bounds turn away, before closing. */
  readonly refuse?: Uint8Array;
} & ({ readonly tls: "none" } | { readonly tls: "implicit" | "starttls"; readonly context: () => SecureContext });

export interface Listener {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Stops accepting and fulfils when every handler has ended; destroys what is left when `signal` aborts. */
  close(signal: AbortSignal): Promise<void>;
}

/** How long a closed connection may take to empty what was written and to close its side. */
const LINGER_MS = 5 * SECOND;
/** What of a closed connection is read on meanwhile: what a peer had sent before it can have heard, not what it sends for ever. */
const LINGER_BYTES = 256 * 1024;
/** Until the kernel asks a silent peer whether it is still there. */
const KEEP_ALIVE_MS = 5 * MINUTE;
/** Handshakes at one time only to say `refuse`; beyond it a connection is just closed. */
const REFUSALS = 32;

/** Opens the port. @throws HostError when it is taken or may not be had. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const listener = new OpenListener(options);
  await listener.open();
  return listener;
}

class OpenListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #peers: Peers;
  readonly #sockets = new Set<Socket>();
  readonly #running = new Set<Promise<void>>();
  #refusals = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#peers = new Peers(options.limits);
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      (socket) => this.#accept(socket),
    );
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === "object" ? address.port : this.#options.port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async open(): Promise<void> {
    const { host, port, name, log } = this.#options;
    // So that 0.0.0.0 and :: may be listened on side by side.
    this.#server.listen({ host, port, ipv6Only: host.includes(":") });
    await listening(this.#server, this.#options);
    this.#server.on("error", (error) => log("listener.failed", { listener: name, code: codeOf(error) }));
    log("listener.opened", { listener: name, port: this.port });
  }

  async close(signal: AbortSignal): Promise<void> {
    const destroyAll = (): void => {
      for (const socket of this.#sockets) socket.destroy();
    };
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    if (signal.aborted) destroyAll();
    else signal.addEventListener("abort", destroyAll, { once: true });
    await Promise.all([...this.#running, closed]);
    signal.removeEventListener("abort", destroyAll);
  }

  #accept(socket: Socket): void {
    socket.on("error", ignore);
    const peerAddress = plainAddress(socket.remoteAddress ?? "");
    // A peer that is gone already has no address.
    if (peerAddress === "") {
      socket.destroy();
      return;
    }
    const peer = peerOf(peerAddress);
    const entered = this.#peers.enter(peer);
    if (entered !== "entered") {
      this.#options.log("connection.refused", { listener: this.#options.name, reason: entered, client: peerAddress });
      this.#track(this.#refuse(socket), socket);
      return;
    }
    socket.once("close", () => this.#peers.leave(peer));
    this.#track(this.#serve(socket, peerAddress), socket);
  }

  #track(work: Promise<void>, socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #serve(socket: Socket, peerAddress: string): Promise<void> {
    const { tls, handler } = this.#options;
    let stream: Duplex = socket;
    const startTls = async (): Promise<Connection> => {
      stream = await this.#secure(socket, peerAddress);
      return { stream, peerAddress, tls: factsOf(stream), startTls: undefined };
    };
    try {
      await handler(
        tls === "implicit"
          ? await startTls()
          : { stream, peerAddress, tls: undefined, startTls: tls === "starttls" ? startTls : undefined },
      );
      this.#part(stream);
    } catch (error) {
      if (!(error instanceof HandshakeError) && !isOfPeer(error, stream))
        this.#options.log("connection.failed", { listener: this.#options.name, ...describe(error) });
      stream.destroy();
    }
  }

  async #refuse(socket: Socket): Promise<void> {
    const { tls, refuse } = this.#options;
    if (refuse === undefined || this.#refusals >= REFUSALS) {
      socket.destroy();
      return;
    }
    this.#refusals += 1;
    socket.once("close", () => {
      this.#refusals -= 1;
    });
    try {
      const stream = tls === "implicit" ? await this.#secure(socket, plainAddress(socket.remoteAddress ?? "")) : socket;
      stream.write(refuse);
      this.#part(stream);
    } catch {
      socket.destroy();
    }
  }

  async #secure(socket: Socket, client: string): Promise<TLSSocket> {
    const { name, log, clock, limits } = this.#options;
    if (this.#options.tls === "none") throw new HandshakeError("no-tls");
    discardClear(socket);
    try {
      return await shakeHands(socket, this.#options.context(), limits.handshakeTimeoutMs, clock);
    } catch (error) {
      log("tls.refused", { listener: name, code: codeOf(error), client });
      throw error;
    }
  }

  /** Sends what is written, then closes. Reading on until the peer closes keeps the last reply from being reset away. */
  #part(stream: Duplex): void {
    if (stream.destroyed) return;
    const timer = this.#options.clock.after(LINGER_MS, () => stream.destroy());
    stream.once("close", () => timer[Symbol.dispose]());
    let bytes = 0;
    stream.on("data", (octets: Uint8Array) => {
      bytes += octets.length;
      if (bytes >= LINGER_BYTES) stream.pause();
    });
    stream.end();
    stream.resume();
  }
}

function factsOf(stream: Duplex): TlsFacts | undefined {
  if (!(stream instanceof TLSSocket)) return undefined;
  const serverName = "servername" in stream && typeof stream.servername === "string" ? stream.servername : undefined;
  return { protocol: stream.getProtocol() ?? "", cipher: stream.getCipher().standardName, serverName };
}

const GONE: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** Whether the connection broke, rather than our program. */
function isOfPeer(error: unknown, stream: Duplex): boolean {
  return error === stream.errored || GONE.has(codeOf(error)) || codeOf(error).startsWith("ERR_SSL_");
}

/** What may be said of a fault anywhere: its class and places in the program. A message could quote what a peer sent. */
function describe(error: unknown): { readonly error: string; readonly at: string } {
  if (!(error instanceof Error)) return { error: typeof error, at: "" };
  return { error: error.name, at: faultPlaces(error).join(" ") };
}
