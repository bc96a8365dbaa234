/** Plays every transcript of the SMTP and the IMAP server. docs/testing.md explains the format and what is played how. */
import { transcripts } from "./transcript/run.ts";
import { imapWorld } from "./world/imap-world.ts";
import { smtpWorld } from "./world/smtp-world.ts";

transcripts("src/servers/imap/**/*.transcript", imapWorld);
transcripts("src/servers/smtp/**/*.transcript", smtpWorld);
