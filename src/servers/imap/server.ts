/**
 * The IMAP server: IMAP4rev1 (RFC 3501) with the extensions that capabilities.ts names, on connections with implicit TLS
 * (RFC 8314 section 3.2). It knows neither sockets nor ports: host/listener.ts hands it connections.
 */
import type { Connection } from "../../host/connection.ts";
import { Client } from "./client.ts";
import { converse, type End } from "./conversation.ts";
import { PeerGone } from "./output.ts";
import type { ImapServices } from "./services.ts";
import { Session } from "./session.ts";
import { workerSessions } from "./worker-sessions.ts";

/**
 * Serves one client until either side ends the session; the stream is ended then. Never rejects for what a peer does.
 * Sessions of one mail store share what they know of an account.
 */
export async function serveImap(connection: Connection, services: ImapServices): Promise<void> {
  const { stream } = connection;
  // Promise F1: nobody is served without TLS.
  if (connection.tls === undefined && services.allowCleartext !== true) {
    stream.destroy();
    return;
  }
  const client = new Client(stream, services.clock, services.limits);
  using session = new Session(connection, services, workerSessions(services), client);
  let end: End | undefined;
  try {
    end = await converse(session);
    await client.close(end.farewell);
  } catch (error) {
    if (!(error instanceof PeerGone)) throw error;
    stream.destroy();
  } finally {
    client[Symbol.dispose]();
    services.log("imap.closed", {
      session: session.id,
      account: session.accountId,
      address: session.address,
      tls: connection.tls?.protocol,
      reason: end?.reason ?? "gone",
      commands: end?.commands,
      bytes: client.output.total,
    });
  }
}
