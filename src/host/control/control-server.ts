/**
 * The door for the operator's commands: a Unix socket in HOME/run. Who may open it is decided by the file system
 * (0600 inside a folder of 0700): only the service's own user, who could read its memory as well, and root.
 * A connection carries one request, any number of news, and one answer, each a line of JSON. A client that takes lines
 * slowly holds the work back; one that goes ends it by the signal. What a handler throws becomes a neutral answer; the
 * handler's owner logs it.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  type ControlAnswer,
  type ControlNews,
  type ControlRequest,
  MAX_LINE_BYTES,
  progressNews,
  type Telling,
} from "./control-message.ts";

export type ControlHandler = (request: ControlRequest, telling: Telling) => Promise<ControlAnswer>;

/** A client sends its line at once; this is for one that hangs. */
const REQUEST_MS = 10_000;

export class ControlServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens the socket. The caller holds the home's lock, so one that lies there is a dead process's and is replaced. */
  static async open(path: string, handler: ControlHandler): Promise<ControlServer> {
    rmSync(path, { force: true });
    const server = createServer({ allowHalfOpen: true });
    const control = new ControlServer(server);
    server.on("connection", (socket) => {
      control.#sockets.add(socket);
      socket.once("close", () => control.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      void serve(socket, handler);
    });
    server.listen(path);
    await once(server, "listening");
    chmodSync(path, 0o600);
    return control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function serve(socket: Socket, handler: ControlHandler): Promise<void> {
  try {
    const line = await readLine(socket);
    const request = line === undefined ? undefined : parseRequest(line);
    const answer: ControlAnswer =
      request === undefined
        ? { kind: "refused", sentence: "the request is not one line of JSON with a command: use the altmail command" }
        : await handler(request, tellingTo(socket));
    socket.end(`${JSON.stringify(answer)}\n`);
  } catch {
    socket.end(`${JSON.stringify({ kind: "refused", sentence: "the service failed at this command" })}\n`);
  }
}

/** Tells to a client until it closes its side. */
function tellingTo(socket: Socket): Telling {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  socket.once("end", leave);
  socket.once("close", leave);
  if (socket.readableEnded || socket.destroyed) leave();
  // Without reading nobody learns of its end.
  socket.resume();
  const write = (news: ControlNews): boolean => socket.write(`${JSON.stringify(news)}\n`);
  return {
    async line(text) {
      if (gone.signal.aborted || write({ kind: "line", text })) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off("drain", done);
          gone.signal.removeEventListener("abort", done);
          resolve();
        };
        socket.on("drain", done);
        gone.signal.addEventListener("abort", done);
      });
    },
    progress(step, done, total) {
      // It is out of date before a slow client took what waits.
      if (!gone.signal.aborted && socket.writableLength === 0) write(progressNews(step, done, total));
    },
    signal: gone.signal,
  };
}

/** The first line; `undefined` when the other side ended, went silent or sent too much before it ended one. */
async function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (line: string | undefined): void => {
      socket.setTimeout(0);
      socket.removeAllListeners("data");
      resolve(line);
    };
    socket.setTimeout(REQUEST_MS, () => finish(undefined));
    socket.once("close", () => finish(undefined));
    socket.once("end", () => finish(undefined));
    socket.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (chunk.includes(0x0a)) {
        const [line] = Buffer.concat(chunks).toString("utf8").split("\n", 1);
        finish(line);
      } else if (size > MAX_LINE_BYTES) finish(undefined);
    });
  });
}

function parseRequest(line: string): ControlRequest | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("command" in value) || typeof value.command !== "string")
      return undefined;
    const given = "arguments" in value ? value.arguments : {};
    if (typeof given !== "object" || given === null) return undefined;
    return { command: value.command, arguments: given as ControlRequest["arguments"] };
  } catch {
    return undefined;
  }
}
