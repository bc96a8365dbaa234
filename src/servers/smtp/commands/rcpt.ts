/** RCPT, RFC 5321 section 4.1.1.3: adds a recipient. Whether it exists is decided here, not after the message. */
import { formatAddress, needsUtf8 } from "../../../syntax/smtp/address.ts";
import { parseRcpt } from "../../../syntax/smtp/path.ts";
import type { Recipient, Reply } from "../../../service/delivery/inbound.ts";
import type { FoundRecipient } from "../../../service/peer-limits/peer-limits.ts";
import { accountId } from "../../../store/ids.ts";
import { type Answer, answer, type Conversation, limited } from "../conversation.ts";

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
  const verdict = talk.visit.atRecipient(asFound(found));
  if ("code" in found || verdict.kind === "refuse") {
    talk.hasRefused = true;
    return limited(verdict, "code" in found ? { reply: found } : ok);
  }
  transaction.recipients.push(found);
  transaction.notices.push(command.parameters);
  return limited(verdict, ok);
}

/** 550 is said of recipients that are none of ours: unknown, closed, of other domains. */
function asFound(found: Recipient | Reply): FoundRecipient {
  if ("account" in found) return { kind: "known", account: accountId(found.account) };
  return { kind: found.code === 550 ? "unknown" : "turned-away" };
}

const ok: Answer = answer(250, "2.1.5", "Recipient ok");
