/** MAIL, RFC 5321 section 4.1.1.2: opens a transaction. */
import { formatAddress, needsUtf8 } from "../../../syntax/smtp/address.ts";
import { parseMail } from "../../../syntax/smtp/path.ts";
import { type Answer, answer, type Conversation, limited } from "../conversation.ts";

export function mail(talk: Conversation, argument: string): Answer {
  const command = parseMail(argument);
  if (command.kind === "wrong") return { reply: command };
  const { maxMessageBytes } = talk.services.limits;
  const { parameters } = command;
  // RFC 1870 section 6.1.
  if (parameters.size !== undefined && parameters.size > maxMessageBytes)
    return answer(552, "5.3.4", `The message is too large: ${maxMessageBytes} octets are taken at most`);
  // RFC 8689 section 2: offered inside TLS alone. The message rests with us: what follows is for its receipt.
  if (parameters.requireTls && talk.connection.tls === undefined)
    return answer(555, "5.5.4", "REQUIRETLS is a parameter for connections with TLS");
  const sender = command.sender === undefined ? "" : formatAddress(command.sender);
  // RFC 6531 section 3.5.
  if (needsUtf8(sender) && !parameters.smtpUtf8)
    return answer(553, "5.6.7", "An address beyond ASCII needs the parameter SMTPUTF8");
  const verdict = talk.visit.atMail();
  if (verdict.kind === "refuse") return limited(verdict, ok);
  talk.hasRefused = false;
  talk.transaction = { sender, parameters, recipients: [], notices: [], reception: undefined, bytes: 0 };
  return limited(verdict, ok);
}

const ok: Answer = answer(250, "2.1.0", "Sender ok");
