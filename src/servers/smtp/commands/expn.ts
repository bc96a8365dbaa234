/** EXPN, RFC 5321 section 4.1.1.7: there are no lists here, and none would be shown. */
import { type Answer, answer } from "../conversation.ts";

export const expn = (): Answer => no;

const no: Answer = answer(502, "5.5.1", "There are no lists here");
