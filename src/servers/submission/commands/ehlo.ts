/**
 * EHLO and HELO, RFC 5321 section 4.1.1.1: who the client says it is, and what we can do. Either forgets the transaction.
 * The name is recorded and kept out of what leaves. Before TLS nothing is offered but the way there.
 */
import { parseClientName } from "../../../syntax/smtp/command-line.ts";
import { type Answer, type Conversation, dropTransaction } from "../conversation.ts";

export async function ehlo(talk: Conversation, argument: string): Promise<Answer> {
  const refusal = await introduce(talk, argument);
  return refusal ?? { reply: { code: 250, enhanced: undefined, lines: [talk.services.hostName, ...offers(talk)] } };
}

export async function helo(talk: Conversation, argument: string): Promise<Answer> {
  const refusal = await introduce(talk, argument);
  return refusal ?? { reply: { code: 250, enhanced: undefined, lines: [talk.services.hostName] } };
}

async function introduce(talk: Conversation, argument: string): Promise<Answer | undefined> {
  const name = parseClientName(argument);
  if (typeof name !== "string") return { reply: { code: name.code, enhanced: name.enhanced, lines: [name.text] } };
  await dropTransaction(talk);
  talk.helo = name;
  return undefined;
}

function offers({ connection, services, account }: Conversation): readonly string[] {
  if (connection.tls === undefined) return ["ENHANCEDSTATUSCODES", "PIPELINING", "STARTTLS"];
  const { maxMessageBytes, maxRecipients } = services.limits;
  const lines = [
    "PIPELINING",
    `SIZE ${maxMessageBytes}`,
    "8BITMIME",
    "SMTPUTF8",
    "ENHANCEDSTATUSCODES",
    "CHUNKING",
    "DSN",
    // RFC 8689 section 2.
    "REQUIRETLS",
    // RFC 9422.
    `LIMITS RCPTMAX=${maxRecipients}`,
  ];
  // RFC 4954 section 4: a second log-in is refused, so it is not offered.
  if (account === undefined) lines.push("AUTH PLAIN LOGIN");
  return lines;
}
