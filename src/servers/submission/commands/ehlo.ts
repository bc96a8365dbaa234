/**
 * EHLO and HELO, RFC 5321 section 4.1.1.1: who the client says it is, and what we can do. Either forgets the transaction.
 * Whatever it says is taken (RFC 5321 section 4.1.4): people call their machines as they like. It is kept out of what leaves,
 * and recorded only when it is a name. Before TLS nothing is offered but the way there.
 */
import { type Answer, answer, type Conversation, dropTransaction } from "../conversation.ts";

export async function ehlo(talk: Conversation, argument: string): Promise<Answer> {
  const refusal = await introduce(talk, argument);
  return refusal ?? { reply: { code: 250, enhanced: undefined, lines: [talk.services.hostName, ...offers(talk)] } };
}

export async function helo(talk: Conversation, argument: string): Promise<Answer> {
  const refusal = await introduce(talk, argument);
  return refusal ?? { reply: { code: 250, enhanced: undefined, lines: [talk.services.hostName] } };
}

async function introduce(talk: Conversation, argument: string): Promise<Answer | undefined> {
  if (argument === "") return answer(501, "5.5.4", "Say who you are: EHLO and a name");
  await dropTransaction(talk);
  talk.helo = argument;
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
