/** STARTTLS, RFC 3207: from here on encrypted, and nothing that was said before counts. */
import { type Answer, answer, type Conversation, withoutArgument } from "../conversation.ts";

export function startTls(talk: Conversation, argument: string): Answer {
  if (talk.connection.tls !== undefined) return answer(503, "5.5.1", "TLS has been started already");
  if (talk.connection.startTls === undefined) return answer(454, "4.7.0", "TLS is not to be had just now");
  return withoutArgument(argument, go);
}

const go: Answer = { ...answer(220, "2.0.0", "Start TLS now"), next: { kind: "tls" } };
