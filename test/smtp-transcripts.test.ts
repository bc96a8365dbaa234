/** Plays every transcript of the SMTP server. docs/testing.md explains the format and what is played how. */
import { transcripts } from "./transcript/run.ts";
import { smtpWorld } from "./world/smtp-world.ts";

transcripts("src/servers/smtp/**/*.transcript", smtpWorld);
