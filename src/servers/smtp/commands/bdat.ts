/**
 * BDAT, RFC 3030 section 2: a counted piece of the message follows the line. Its octets are read in any case, also when
 * the command is refused, for they are on their way; but not endlessly in one session.
 */
import type { Reply } from "../../../service/delivery/inbound.ts";
import { parseChunk } from "../../../syntax/smtp/command-line.ts";
import { type Answer, type Conversation, stateOf } from "../conversation.ts";

export function bdat(talk: Conversation, argument: string): Answer {
  const chunk = parseChunk(argument);
  // How many octets follow is not known: whatever comes next must not be taken for commands.
  if (chunk.kind === "wrong") return { reply: chunk, next: { kind: "close" } };
  const { maxMessageBytes, maxDiscardBytes } = talk.services.limits;
  const { size, last } = chunk;
  let refusal = outOfOrder[stateOf(talk)];
  if (refusal === undefined && (talk.transaction?.bytes ?? 0) + size > maxMessageBytes) refusal = tooLarge;
  if (refusal !== undefined) talk.discardedBytes += size;
  if (talk.discardedBytes > maxDiscardBytes) return { reply: refusal, next: { kind: "close" } };
  return { reply: undefined, next: { kind: "chunk", size, last, refusal } };
}

const reply = (code: number, enhanced: string, text: string): Reply => ({ code, enhanced, text });
const tooLarge = reply(552, "5.3.4", "The message is too large");
const outOfOrder: Readonly<Record<string, Reply>> = {
  start: reply(503, "5.5.1", "Say EHLO first"),
  ready: reply(503, "5.5.1", "Say MAIL and RCPT first"),
  mail: reply(503, "5.5.1", "No recipient was accepted"),
};
