/** DATA, RFC 5321 section 4.1.1.4: the message follows, up to a line with a single dot. */
import { type Answer, type Conversation, withoutArgument } from "../conversation.ts";

export const data = (_talk: Conversation, argument: string): Answer => withoutArgument(argument, go);

const go: Answer = {
  reply: { code: 354, enhanced: undefined, lines: ["Go on; end with a line that holds a single dot"] },
  next: { kind: "data" },
};
