/** NOOP, RFC 5321 section 4.1.1.9: nothing, with any argument. */
import { type Answer, answer } from "../conversation.ts";

export const noop = (): Answer => ok;

const ok: Answer = answer(250, "2.0.0", "Nothing done");
