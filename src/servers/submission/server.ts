/**
 * The server for mail from account holders, ports 465 (RFC 8314 section 3.3) and 587 (RFC 6409): RFC 5321 with the
 * extensions that its EHLO lists. Knows no sockets and no ports: with TLS already there it is the one, else the other.
 */
import type { Connection } from "../../host/connection.ts";
import type { SubmissionServerServices } from "./services.ts";
import { SubmissionSession } from "./session.ts";

/** Speaks with one client until the end. Never rejects. */
export function serveSubmission(connection: Connection, services: SubmissionServerServices): Promise<void> {
  return new SubmissionSession(connection, services).run();
}
