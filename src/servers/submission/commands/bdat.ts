/**
 * BDAT, RFC 3030 section 2: a counted piece of the message follows the line. Its octets are read in any case, also when
 * the command is refused, for they are on their way; but not endlessly, and hardly any before the log-in.
 */
import { type SubmissionReply, submissionReply } from "../../../service/submission/submission.ts";
import { parseChunk } from "../../../syntax/smtp/command-line.ts";
import { type Answer, answer, type Conversation, type State, stateOf } from "../conversation.ts";

export function bdat(talk: Conversation, argument: string): Answer {
  const chunk = parseChunk(argument);
  // How many octets follow is not known: whatever comes next must not be taken for commands.
  if (chunk.kind === "wrong")
    return { ...answer(chunk.code, chunk.enhanced, chunk.text), next: { kind: "close", why: "errors" } };
  const { maxMessageBytes, maxDiscardBytes, maxStrangerDiscardBytes } = talk.services.limits;
  const { size, last } = chunk;
  let refusal = outOfOrder[stateOf(talk)];
  if (refusal === undefined && (talk.transaction?.bytes ?? 0) + size > maxMessageBytes)
    refusal = submissionReply(552, "5.3.4", "The message is too large");
  if (refusal !== undefined) talk.discardedBytes += size;
  if (talk.discardedBytes > (talk.account === undefined ? maxStrangerDiscardBytes : maxDiscardBytes))
    return { reply: refusal, next: { kind: "close", why: "errors" } };
  return { reply: undefined, next: { kind: "chunk", size, last, refusal } };
}

const outOfOrder: Partial<Readonly<Record<State, SubmissionReply>>> = {
  start: submissionReply(503, "5.5.1", "Say EHLO first"),
  stranger: submissionReply(530, "5.7.0", "Log in first: AUTH PLAIN or AUTH LOGIN"),
  ready: submissionReply(503, "5.5.1", "Say MAIL and RCPT first"),
  mail: submissionReply(503, "5.5.1", "No recipient was accepted"),
};
