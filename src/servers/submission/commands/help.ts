/** HELP, RFC 5321 section 4.1.1.8. */
import { type Answer, answer, type Conversation } from "../conversation.ts";

export const help = ({ connection }: Conversation): Answer => (connection.tls === undefined ? clear : inTls);

const clear: Answer = answer(214, "2.0.0", "EHLO STARTTLS NOOP HELP QUIT: see RFC 3207; all else comes with TLS");
const inTls: Answer = answer(214, "2.0.0", "EHLO HELO AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT: see RFC 6409");
