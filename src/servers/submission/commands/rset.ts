/** RSET, RFC 5321 section 4.1.1.5: forgets the transaction, neither the name of the client nor its log-in. */
import { type Answer, answer, type Conversation, dropTransaction, withoutArgument } from "../conversation.ts";

export async function rset(talk: Conversation, argument: string): Promise<Answer> {
  if (argument === "") await dropTransaction(talk);
  return withoutArgument(argument, ok);
}

const ok: Answer = answer(250, "2.0.0", "Forgotten");
