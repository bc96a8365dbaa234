/** DATA, RFC 5321 section 4.1.1.4: the message follows, up to a line with a single dot. */
import { type Answer, answer, type Conversation, withoutArgument } from "../conversation.ts";

export function data(talk: Conversation, argument: string): Answer {
  // RFC 3030 section 3: without BDAT there are no octets that are not lines.
  if (talk.transaction?.parameters.body === "BINARYMIME")
    return answer(503, "5.5.1", "A message of BODY=BINARYMIME is sent with BDAT");
  return withoutArgument(argument, go);
}

const go: Answer = {
  reply: { code: 354, lines: ["Go on; end with a line that holds a single dot"] },
  next: { kind: "data" },
};
