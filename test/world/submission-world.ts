/**
 * A world whose connections speak as a server for submission does: as on port 465, with the log-in done (`state:
 * authenticated`), or as on 587 before TLS (`state: clear`). The queue takes everything until a transcript says otherwise.
 */
import type { Duplex } from "node:stream";
import type { Connection } from "../../src/host/connection.ts";
import { submissionLimits } from "../../src/servers/submission/limits.ts";
import { serveSubmission } from "../../src/servers/submission/server.ts";
import { createSubmission } from "../../src/service/submission/submit-mail.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { memorySendCounts } from "../../src/store/memory/send-counts.ts";
import type { Transcript } from "../transcript/parse.ts";
import type { World } from "../transcript/play.ts";
import type { StoreKind } from "../transcript/run.ts";
import { DOMAIN, HOST, idOf, PASSWORD } from "./cast.ts";
import { ServiceWorld, withLimits } from "./service-world.ts";
import { worldSpool } from "./spool.ts";

const SMALL = { messagesAMinute: 2, recipientsAnHour: 3, recipientsADay: 10, firstsADay: 10 };

export async function submissionWorld({ header }: Transcript, kind: StoreKind): Promise<World> {
  const world = await ServiceWorld.open(kind, header);
  const { clock, directory, authenticator } = world;
  const log = (): void => {};
  const queue = { fails: false };
  const submission = createSubmission({
    directory,
    submit: async () => {
      if (queue.fails) throw new StoreError("io", "the queue fails");
    },
    signer: { sign: async () => "" },
    scanners: [],
    counts: memorySendCounts(),
    limitsOf: () => SMALL,
    spool: await worldSpool(),
    clock,
    log,
    hostName: HOST,
    domains: [DOMAIN],
    local: async (address) =>
      (await directory.byAddress(address)) === undefined
        ? { code: 550, enhanced: "5.1.1", lines: ["There is no such recipient here"] }
        : undefined,
  });
  const state = header.get("state");
  const limits = withLimits(submissionLimits, header);
  const services = { submission, authenticator, clock, log, limits, signal: world.stop.signal, hostName: HOST };
  world.serve = (connection) => serveSubmission(state === "clear" ? clear(connection) : secured(connection), services);
  return {
    async connect(name) {
      const stream = await world.connect(name);
      if (state === "authenticated") await logIn(stream);
      return stream;
    },
    async happen(event) {
      if (event === "the queue fails" || event === "the queue is well again") queue.fails = event === "the queue fails";
      else if (event === "u1 is paused") await directory.setState(idOf("u1"), "paused");
      else await world.happen(event);
    },
    audit: () => world.audit(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function secured(connection: Connection): Connection {
  const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: undefined };
  return { ...connection, tls, startTls: undefined };
}

/** After STARTTLS the same stream goes on, as if the handshake had been: what TLS does to octets is tested with the listener. */
function clear(connection: Connection): Connection {
  return { ...connection, startTls: async () => secured(connection) };
}

/** Reads past the greeting, EHLO and the reply to AUTH. */
function logIn(stream: Duplex): Promise<void> {
  const response = Buffer.from(`\0u1@${DOMAIN}\0${PASSWORD}`).toString("base64");
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const code = /^(235|[45]\d\d) .*\r\n/m.exec(text)?.[1];
      if (code === undefined) return;
      stream.off("data", onData);
      stream.pause();
      if (code === "235") resolve();
      else reject(new Error(text));
    };
    stream.on("data", onData);
    stream.write(`EHLO annas-laptop.lan\r\nAUTH PLAIN ${response}\r\n`);
  });
}
