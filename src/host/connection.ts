/** One accepted connection as a server sees it: a byte stream with what is known of the other side. */
import type { Duplex } from "node:stream";

export interface Connection {
  readonly stream: Duplex;
  /** The peer's address without port; IPv4 in dotted form also when mapped. Personal: never in a reply to others, never on stdout. */
  readonly peerAddress: string;
  /** What TLS agreed on; undefined while the connection is in the clear. */
  readonly tls: TlsFacts | undefined;
  /**
   * Starts TLS on this stream as the server. Whatever the peer sent before the handshake is discarded. The old
   * `Connection` must not be used afterwards. Absent where TLS is already there or not to be had.
   */
  readonly startTls: (() => Promise<Connection>) | undefined;
}

export type TlsFacts = { readonly protocol: string; readonly cipher: string; readonly serverName: string | undefined };
