/** One question to one server: a datagram with a port of its own each time, or a TCP connection (RFC 1035 section 4.2). */
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import type { Clock } from "../clock.ts";

export type NameServer = { readonly address: string; readonly port: number };

export type Exchange = {
  readonly server: NameServer;
  readonly query: Uint8Array;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

/**
 * Sends the query and gives every datagram that comes back from this server to `read`, until that returns a value; fulfils
 * with it, or with `undefined` when time is over or nobody listens there.
 */
export function askByDatagram<T>(
  { server, query, timeoutMs, clock }: Exchange,
  read: (octets: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    // Connected: the kernel drops what comes from elsewhere, and a closed port is told at once.
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    const timer = clock.after(timeoutMs, () => end(undefined));
    let ended = false;
    const end = (value: T | undefined): void => {
      if (ended) return;
      ended = true;
      timer[Symbol.dispose]();
      socket.close();
      resolve(value);
    };
    socket.on("error", () => end(undefined));
    socket.on("message", (octets) => {
      const value = read(octets);
      if (value !== undefined) end(value);
    });
    socket.on("connect", () => {
      if (!ended) socket.send(query);
    });
    socket.connect(server.port, server.address);
  });
}

const LENGTH_BYTES = 2;

/** Asks over TCP; fulfils with the octets of the response, or `undefined`. */
export function askByStream({ server, query, timeoutMs, clock }: Exchange): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.address, port: server.port });
    const end = (octets: Uint8Array | undefined): void => {
      timer[Symbol.dispose]();
      socket.destroy();
      resolve(octets);
    };
    const timer = clock.after(timeoutMs, () => end(undefined));
    let got: Buffer = Buffer.alloc(0);
    socket.on("error", () => end(undefined));
    socket.on("close", () => end(undefined));
    socket.on("data", (piece: Buffer) => {
      got = Buffer.concat([got, piece]);
      if (got.length < LENGTH_BYTES) return;
      const whole = LENGTH_BYTES + got.readUInt16BE(0);
      if (got.length >= whole) end(got.subarray(LENGTH_BYTES, whole));
    });
    socket.on("connect", () => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
  });
}
