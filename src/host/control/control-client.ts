/** Gives one command to the running service, passes on what it tells, and waits for its answer. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { HostError } from "../host-error.ts";
import {
  type ControlAnswer,
  type ControlNews,
  type ControlRequest,
  silentTelling,
  type Telling,
  tellNews,
} from "./control-message.ts";

/**
 * @param telling Gets news one after the other: while it takes a line, the service waits. Its signal ends the command.
 * @returns `undefined` when no service listens there.
 * @throws HostError when the service ended before it answered, or may not be asked, or the signal aborted.
 */
export async function askService(
  path: string,
  request: ControlRequest,
  telling: Telling = silentTelling,
): Promise<ControlAnswer | undefined> {
  const socket = createConnection({ path });
  try {
    await once(socket, "connect");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ECONNREFUSED") return undefined;
    if (code === "EACCES")
      throw new HostError(
        "the control socket belongs to another user: run this as the user of the service, or as root",
      );
    throw error;
  }
  const leave = (): void => void socket.destroy();
  telling.signal.addEventListener("abort", leave, { once: true });
  if (telling.signal.aborted) leave();
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesOf(socket)) {
      const message = JSON.parse(line) as ControlNews | ControlAnswer;
      if (message.kind !== "line" && message.kind !== "progress") return message;
      await tellNews(telling, message);
    }
  } catch (error) {
    // What breaks is the connection; a fault of ours has no code.
    if (!(error instanceof Error && "code" in error)) throw error;
  } finally {
    telling.signal.removeEventListener("abort", leave);
    socket.destroy();
  }
  throw new HostError("the service ended before it answered: see whether the command was done, and repeat it if not");
}

/** Lines as they come, of any length; what follows the last line's end is none. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString("utf8");
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
  }
}
