/**
 * The SMTP server for mail from outside, port 25: RFC 5321 with the extensions that its EHLO lists. Knows no sockets
 * and no ports.
 */
import type { Connection } from "../../host/connection.ts";
import type { SmtpServices } from "./services.ts";
import { SmtpSession } from "./session.ts";

/** Speaks with one peer until the end. Never rejects. */
export function serveSmtp(connection: Connection, services: SmtpServices): Promise<void> {
  return new SmtpSession(connection, services).run();
}
