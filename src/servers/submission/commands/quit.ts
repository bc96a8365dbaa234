/** QUIT, RFC 5321 section 4.1.1.10: the end. */
import { type Answer, answer, type Conversation, withoutArgument } from "../conversation.ts";

export const quit = (_talk: Conversation, argument: string): Answer => withoutArgument(argument, bye);

const bye: Answer = { ...answer(221, "2.0.0", "Bye"), next: { kind: "close", why: "quit" } };
