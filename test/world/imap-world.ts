/** A world whose connections speak IMAP, with the log-in done where the transcript's `state:` says so. */
import type { Duplex } from "node:stream";
import { serveImap } from "../../src/servers/imap/server.ts";
import { imapLimits } from "../../src/servers/imap/limits.ts";
import { createCapture } from "../../src/service/delivery/capture.ts";
import type { World } from "../transcript/play.ts";
import type { Transcript } from "../transcript/parse.ts";
import type { StoreKind } from "../transcript/run.ts";
import { DOMAIN, HOST, PASSWORD } from "./cast.ts";
import { ServiceWorld, withLimits } from "./service-world.ts";
import { worldSpool } from "./spool.ts";

export async function imapWorld({ header }: Transcript, kind: StoreKind): Promise<World> {
  const world = await ServiceWorld.open(kind, header);
  const limits = withLimits(imapLimits, header);
  const intake = createCapture({ spool: await worldSpool() });
  world.serve = (connection) =>
    serveImap(connection, {
      mail: world.mail,
      authenticator: world.authenticator,
      intake,
      clock: world.clock,
      log: () => {},
      limits,
      signal: world.stop.signal,
      hostName: HOST,
      allowCleartext: true,
    });
  return withState(world, header.get("state"));
}

function withState(world: ServiceWorld, state: string | undefined): World {
  if (state === undefined) return world;
  const login = `pre1 LOGIN u1@${DOMAIN} ${PASSWORD}\r\n`;
  const before = state === "selected" ? [login, "pre2 SELECT INBOX\r\n"] : [login];
  return {
    async connect(name) {
      const stream = await world.connect(name);
      for (const line of before) await exchange(stream, line);
      return stream;
    },
    happen: (event) => world.happen(event),
    audit: () => world.audit(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** Sends a line and reads until its tagged answer. */
function exchange(stream: Duplex, line: string): Promise<void> {
  const tag = line.slice(0, line.indexOf(" "));
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const answer = new RegExp(`^${tag} (\\w+).*\r\n`, "m").exec(text);
      if (answer === null) return;
      stream.off("data", onData);
      stream.pause();
      if (answer[1] === "OK") resolve();
      else reject(new Error(text));
    };
    stream.on("data", onData);
    stream.resume();
    stream.write(line);
  });
}
