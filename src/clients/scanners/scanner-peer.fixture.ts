/** Scanners for tests, good and bad: a script for each connection. And messages, in memory and in pieces. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MailToScan } from "../../service/delivery/inbound-scanner.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Place } from "./place.ts";

export type Peer = { readonly place: Place; readonly sockets: readonly Socket[] } & AsyncDisposable;

/** Listens on a socket in the file system, or on a port; `script` is called for each connection. */
export async function openPeer(script: (socket: Socket) => void, kind: Place["kind"] = "socket"): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-scanner-"));
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    script(socket);
  });
  const path = join(folder, "peer");
  if (kind === "socket") server.listen(path);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const place: Place =
    typeof address === "object" && address !== null
      ? { kind: "port", host: "127.0.0.1", port: address.port }
      : { kind: "socket", path };
  return {
    place,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a connection says, as latin1: calls `whole` once with all of it when `isWhole` is true of it. */
export function hear(socket: Socket, isWhole: (text: string) => boolean, whole: (text: string) => void): void {
  let text = "";
  let isDone = false;
  socket.on("data", (octets: Buffer) => {
    text += octets.toString("latin1");
    if (isDone || !isWhole(text)) return;
    isDone = true;
    whole(text);
  });
}

export function message(text: string): ContentSource {
  const bytes = Buffer.from(text, "latin1");
  return {
    size: bytes.length,
    bytes,
    async *pieces() {
      yield bytes;
    },
  };
}

/** A message that is not in memory: `pulled` counts what was read of it, `isReleased` whether its reader let it go. */
export class LargeMessage implements ContentSource {
  readonly size: number;
  readonly bytes = undefined;
  readonly #failAt: number;
  pulled: number = 0;
  isReleased: boolean = false;

  /** @param failAt octets after which it cannot be read */
  constructor(size: number, failAt: number = Number.POSITIVE_INFINITY) {
    this.size = size;
    this.#failAt = failAt;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      while (this.pulled < this.size) {
        if (this.pulled >= this.#failAt) throw new Error("the disk is gone");
        const length = Math.min(128 * 1024, this.size - this.pulled);
        this.pulled += length;
        yield Buffer.alloc(length, "a line of sixteen\n");
      }
    } finally {
      this.isReleased = true;
    }
  }
}

export function mail(content: ContentSource, more: Partial<MailToScan> = {}): MailToScan {
  return {
    content,
    sender: "ann@example.org",
    recipients: ["bob@example.net"],
    peer: { address: "192.0.2.9", helo: "mx.example.org" },
    id: "0123456789abcdef",
    user: undefined,
    ...more,
  };
}
