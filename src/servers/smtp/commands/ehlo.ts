/** EHLO and HELO, RFC 5321 section 4.1.1.1: who the peer is, and what we can do. Either forgets the transaction. */
import { parseClientName } from "../../../syntax/smtp/command-line.ts";
import { type Answer, type Conversation, dropTransaction } from "../conversation.ts";

export async function ehlo(talk: Conversation, argument: string): Promise<Answer> {
  const name = parseClientName(argument);
  if (typeof name !== "string") return { reply: name };
  await dropTransaction(talk);
  talk.helo = name;
  talk.isExtended = true;
  const { connection, services } = talk;
  const lines = [
    services.hostName,
    "PIPELINING",
    `SIZE ${services.limits.maxMessageBytes}`,
    "8BITMIME",
    "SMTPUTF8",
    "ENHANCEDSTATUSCODES",
    "CHUNKING",
    "BINARYMIME",
    // RFC 9422.
    `LIMITS RCPTMAX=${services.limits.maxRecipients}`,
    // RFC 8689 section 2: inside TLS alone.
    ...(connection.tls === undefined ? [] : ["REQUIRETLS"]),
    "DSN",
  ];
  // RFC 3207 section 4.2: not offered again inside TLS.
  if (connection.startTls !== undefined) lines.push("STARTTLS");
  return { reply: { code: 250, lines } };
}

export async function helo(talk: Conversation, argument: string): Promise<Answer> {
  const name = parseClientName(argument);
  if (typeof name !== "string") return { reply: name };
  await dropTransaction(talk);
  talk.helo = name;
  talk.isExtended = false;
  return { reply: { code: 250, lines: [talk.services.hostName] } };
}
