/** HELP, RFC 5321 section 4.1.1.8. */
import { type Answer, answer } from "../conversation.ts";

export const help = (): Answer => text;

const text: Answer = answer(
  214,
  "2.0.0",
  "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT: see RFC 6409",
);
