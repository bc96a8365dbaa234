/** VRFY, RFC 5321 section 4.1.1.6: nobody is told who has an account here (RFC 5321 section 7.3). */
import { type Answer, answer, type Conversation } from "../conversation.ts";

export const vrfy = (_talk: Conversation, argument: string): Answer =>
  argument === "" ? answer(501, "5.5.4", "Say whom to verify") : unsaid;

const unsaid: Answer = answer(252, "2.5.1", "This is not told; send the mail and see");
