/** A worker for the crew's tests: small, real, and as badly behaved as its supervisor asks. */
import { createServer } from "node:net";
import { once } from "node:events";
import { serveSupervisor } from "../worker/worker-link.ts";

type Start = { readonly port?: number; readonly fail?: string; readonly slot?: number };

serveSupervisor(
  async (value, { bus }) => {
    const { port, fail, slot } = value as Start;
    if (fail !== undefined) throw new Error(fail);
    const server = createServer((socket) => socket.end(`${process.pid}\n`));
    if (port !== undefined) {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    }
    let elected = false;
    let told: unknown;
    let lost = 0;
    let cancelled = 0;
    const heard: unknown[] = [];
    bus.onLost(() => (lost += 1));
    bus.subscribe("t", (notice) => heard.push(notice));
    return {
      elected: () => void (elected = true),
      told: (what, news) => void (told = { what, news }),
      async answer({ command, arguments: given }, telling) {
        if (command === "count")
          for (let n = 0; n < Number(given["lines"]) && !telling.signal.aborted; n++) await telling.line(`${n}`);
        if (command === "wait" && !telling.signal.aborted) {
          telling.progress("waiting", 0, undefined);
          await once(telling.signal, "abort");
          cancelled += 1;
        }
        if (command === "tell and die") await telling.line("before");
        if (command === "tell and die") process.kill(process.pid, "SIGKILL");
        if (command === "die") process.kill(process.pid, "SIGKILL");
        if (command === "publish") bus.publish("t", given as { readonly n: number });
        return { kind: "done", value: { pid: process.pid, slot, elected, told, lost, heard, cancelled } };
      },
      async stop() {
        server.close();
      },
    };
  },
  (error) => (error instanceof Error ? error.message : "?"),
);
