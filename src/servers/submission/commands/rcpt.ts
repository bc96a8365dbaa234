/** RCPT, RFC 5321 section 4.1.1.3: adds a recipient, anywhere in the world. */
import { formatAddress, needsUtf8 } from "../../../syntax/smtp/address.ts";
import { parseRcpt } from "../../../syntax/smtp/path.ts";
import { type Answer, answer, type Conversation } from "../conversation.ts";

export async function rcpt(talk: Conversation, argument: string): Promise<Answer> {
  const command = parseRcpt(argument);
  if (command.kind === "wrong") return answer(command.code, command.enhanced, command.text);
  const { transaction, services } = talk;
  if (transaction === undefined) return answer(503, "5.5.1", "Say MAIL before RCPT");
  // RFC 5321 section 4.5.3.1.10: 452, so that the client sends the rest with another message.
  if (transaction.recipients >= services.limits.maxRecipients)
    return answer(452, "4.5.3", "Too many recipients; send to the others in another message");
  const { recipient, parameters } = command;
  if (recipient !== undefined && needsUtf8(formatAddress(recipient)) && !transaction.smtpUtf8)
    return answer(553, "5.6.7", "An address beyond ASCII needs the parameter SMTPUTF8 of MAIL");
  const reply = await transaction.draft.recipient(recipient, parameters);
  if (reply.code < 400) transaction.recipients++;
  return { reply };
}
