/**
 * A port at which nothing answers: its queue of connections is full and nobody takes any out, so the kernel drops what
 * more comes, as a firewall does. (A port without a listener would refuse, which is an answer.)
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PYTHON } from "./foreign-verifier.ts";

const PROGRAM = `
import socket, sys
place = (sys.argv[1], int(sys.argv[2]))
server = socket.socket()
server.bind(place)
server.listen(0)
first = socket.create_connection(place)
print("full", flush=True)
sys.stdin.read()
`;

/** Until it is disposed. */
export async function silencePort(address: string, port: number): Promise<AsyncDisposable> {
  const child = spawn(PYTHON, ["-c", PROGRAM, address, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => Promise.reject(new Error(`${address}:${port} cannot be had`))),
  ]);
  return {
    async [Symbol.asyncDispose]() {
      // It ends with its input, as it also does when this process dies.
      child.stdin.end();
      await exited;
    },
  };
}
