/** Gives one command to the running service and waits for its answer. */
import { once } from "node:events";
import { createConnection } from "node:net";
import { HostError } from "../host-error.ts";
import type { ControlAnswer, ControlRequest } from "./control-message.ts";
import { readLine } from "./control-server.ts";

/**
 * @returns `undefined` when no service listens there.
 * @throws HostError when the service ended before it answered, or may not be asked.
 */
export async function askService(path: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  const socket = createConnection({ path, allowHalfOpen: true });
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
  socket.on("error", () => socket.destroy());
  socket.end(`${JSON.stringify(request)}\n`);
  const line = await readLine(socket, 0);
  socket.destroy();
  if (line === undefined)
    throw new HostError("the service ended before it answered: see whether the command was done, and repeat it if not");
  return JSON.parse(line) as ControlAnswer;
}
