/** Plays every transcript of the IMAP server. docs/testing.md explains the format and what is played how. */
import { transcripts } from "./transcript/run.ts";
import { imapWorld } from "./world/imap-world.ts";

transcripts("src/servers/imap/**/*.transcript", imapWorld);
