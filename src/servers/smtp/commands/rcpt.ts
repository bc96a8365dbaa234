/** RCPT, RFC 5321 section 4.1.1.3: adds a recipient. Whether it exists is decided here, not after the message. */
import { formatAddress, needsUtf8 } from "../../../syntax/smtp/address.ts";
import { parseRcpt } from "../../../syntax/smtp/path.ts";
import { type Answer, answer, type Conversation } from "../conversation.ts";

export async function rcpt(talk: Conversation, argument: string): Promise<Answer> {
  const command = parseRcpt(argument);
  if (command.kind === "wrong") return { reply: command };
  const { transaction, services } = talk;
  if (transaction === undefined) return answer(503, "5.5.1", "Say MAIL before RCPT");
  // RFC 5321 section 4.5.3.1.10: 452, so that the peer sends the rest with another message.
  if (transaction.recipients.length >= services.limits.maxRecipients)
    return answer(452, "4.5.3", "Too many recipients; send to the others in another message");
  const address = command.recipient === undefined ? "postmaster" : formatAddress(command.recipient);
  if (needsUtf8(address) && !transaction.parameters.smtpUtf8)
    return answer(553, "5.6.7", "An address beyond ASCII needs the parameter SMTPUTF8 of MAIL");
  const found = await services.inbound.recipient(address, transaction.parameters.size, transaction.recipients);
  if ("code" in found) return { reply: found };
  transaction.recipients.push(found);
  transaction.notices.push(command.parameters);
  return ok;
}

const ok: Answer = answer(250, "2.1.5", "Recipient ok");
