/**
 * The server's side of a TLS handshake on a socket that is already open, for implicit TLS and for STARTTLS
 * (RFC 3207). Node tells of its end only by events of the socket: `secure`, and `_tlsError` for failures before and
 * after it; tls.Server hides both but cannot say which socket became which. listener.test.ts holds them to this Node.
 */
import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Clock } from "./clock.ts";

/** Why there is no TLS: a code of Node or OpenSSL, or `timeout`, or `closed`. */
export class HandshakeError extends Error {
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`the TLS handshake failed (${code})`, options);
    this.name = "HandshakeError";
    this.code = code;
  }
}

/** Fulfils with the encrypted socket; on failure both are destroyed. @throws HandshakeError. */
export function shakeHands(
  socket: Socket,
  secureContext: SecureContext,
  timeoutMs: number,
  clock: Clock,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = new TLSSocket(socket, { isServer: true, secureContext });
    const fail = (code: string, cause?: unknown): void => {
      timer[Symbol.dispose]();
      secured.destroy();
      reject(new HandshakeError(code, { cause }));
    };
    const onClose = (): void => fail("closed");
    const onEarlyError = (error: Error): void => fail(codeOf(error), error);
    const timer = clock.after(timeoutMs, () => fail("timeout"));
    secured.once("close", onClose);
    secured.once("_tlsError", onEarlyError);
    secured.on("error", ignore);
    secured.once("secure", () => {
      timer[Symbol.dispose]();
      secured.off("close", onClose);
      secured.off("_tlsError", onEarlyError);
      secured.on("_tlsError", destroyWith);
      resolve(secured);
    });
  });
}

/**
 * Throws away what the peer sent in the clear after STARTTLS (RFC 3207 section 4.2: nothing from before counts), except
 * a ClientHello that was faster than we: it begins with the octets 22, 3 (RFC 8446 section 5.1).
 */
export function discardClear(socket: Socket): void {
  const early: unknown = socket.read();
  if (!(early instanceof Buffer)) return;
  const hello = early.indexOf(Uint8Array.of(22, 3));
  if (hello >= 0) socket.unshift(early.subarray(hello));
}

/** Errors of one socket end that socket; whoever reads it learns so from the stream. */
export function ignore(): void {}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

/** After the handshake Node leaves it to the owner to end a socket whose records do not verify. */
function destroyWith(this: TLSSocket, error: Error): void {
  this.destroy(error);
}
