/** MAIL, RFC 5321 section 4.1.1.2: opens a transaction, for a sender that is the account's own (RFC 6409 section 6.1). */
import { formatAddress, needsUtf8 } from "../../../syntax/smtp/address.ts";
import { parseMail } from "../../../syntax/smtp/path.ts";
import { senderOk } from "../../../service/submission/refusals.ts";
import { type Answer, answer, type Conversation } from "../conversation.ts";

export async function mail(talk: Conversation, argument: string): Promise<Answer> {
  const command = parseMail(argument);
  if (command.kind === "wrong") return answer(command.code, command.enhanced, command.text);
  const { parameters, sender } = command;
  const { maxMessageBytes } = talk.services.limits;
  // RFC 1870 section 6.1.
  if (parameters.size !== undefined && parameters.size > maxMessageBytes)
    return answer(552, "5.3.4", `The message is too large: ${maxMessageBytes} octets are taken at most`);
  // RFC 3030 section 3: not offered.
  if (parameters.body === "BINARYMIME") return answer(555, "5.5.4", "BODY is 7BIT or 8BITMIME here");
  // RFC 6531 section 3.5.
  if (sender !== undefined && needsUtf8(formatAddress(sender)) && !parameters.smtpUtf8)
    return answer(553, "5.6.7", "An address beyond ASCII needs the parameter SMTPUTF8");
  const { account, helo = "", session, connection } = talk;
  if (account === undefined) return answer(530, "5.7.0", "Log in first");
  // As a header that is UTF-8 has it: one character an octet.
  const name = Buffer.from(helo).toString("latin1");
  const submitter = { account, session, client: connection.peerAddress, helo: name };
  const draft = await talk.services.submission.mail(submitter, { sender, parameters });
  if ("code" in draft) return { reply: draft };
  talk.transaction = { draft, smtpUtf8: parameters.smtpUtf8, recipients: 0, hasChunks: false, bytes: 0 };
  return { reply: senderOk };
}
