/** A world whose connections speak SMTP as a server of the outside would find them, STARTTLS included. */
import type { Connection } from "../../src/host/connection.ts";
import { smtpLimits } from "../../src/servers/smtp/limits.ts";
import { serveSmtp } from "../../src/servers/smtp/server.ts";
import { createCapture } from "../../src/service/delivery/capture.ts";
import type { Examiner } from "../../src/service/delivery/examiner.ts";
import { createInbound } from "../../src/service/delivery/receive.ts";
import { type PeerLimits, peerLimits } from "../../src/service/peer-limits/limits.ts";
import { createPeerGate } from "../../src/service/peer-limits/peer-limits.ts";
import { memoryInboundQueue } from "../../src/store/memory/inbound-queue.ts";
import type { Transcript } from "../transcript/parse.ts";
import type { World } from "../transcript/play.ts";
import type { StoreKind } from "../transcript/run.ts";
import { DOMAIN, HOST } from "./cast.ts";
import { ServiceWorld, withLimits } from "./service-world.ts";
import { worldSpool } from "./spool.ts";

/** @param examinerOf makes what looks at mail before it is stored; without it mail is taken as it comes */
export async function smtpWorld(
  { header }: Transcript,
  kind: StoreKind,
  examinerOf?: (world: ServiceWorld) => Examiner,
): Promise<World> {
  const world = await ServiceWorld.open(kind, header);
  const { clock, mail, directory } = world;
  const log = (): void => {};
  const inbound = createInbound({
    mail,
    directory,
    queue: memoryInboundQueue(),
    intake: createCapture({ spool: await worldSpool() }),
    clock,
    log,
    hostName: HOST,
    domains: [DOMAIN],
    operator: `u1@${DOMAIN}`,
    ...(examinerOf !== undefined && { examiner: examinerOf(world) }),
  });
  const limits = withLimits({ ...smtpLimits, ...strangers }, header);
  const services = {
    inbound,
    clock,
    log,
    limits,
    gate: createPeerGate({ clock, limits: strangersWithin(limits) }),
    signal: world.stop.signal,
    hostName: HOST,
  };
  world.serve = (connection) => serveSmtp(withStartTls(connection), services);
  return world;
}

/** Of the limits on strangers those that `limits:` may change. */
const strangers = {
  openFromHost: peerLimits.host.open,
  messagesFromHost: peerLimits.host.messages.most,
  unknownFromHost: peerLimits.host.unknown.most,
  badCommandsFromHost: peerLimits.host.badCommands.most,
  messagesToRecipient: peerLimits.recipientFromNetwork,
};

function strangersWithin(wanted: typeof strangers): PeerLimits {
  const { host } = peerLimits;
  return {
    ...peerLimits,
    host: {
      ...host,
      open: wanted.openFromHost,
      messages: { ...host.messages, most: wanted.messagesFromHost },
      unknown: { ...host.unknown, most: wanted.unknownFromHost },
      badCommands: { ...host.badCommands, most: wanted.badCommandsFromHost },
    },
    recipientFromNetwork: wanted.messagesToRecipient,
    strangers: 64,
    recipients: 64,
  };
}

/** After STARTTLS the same stream goes on, as if the handshake had been: what TLS does to octets is tested with the listener. */
function withStartTls(connection: Connection): Connection {
  const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: undefined };
  return { ...connection, startTls: async () => ({ ...connection, tls, startTls: undefined }) };
}
