/** Plays every transcript of the server for submission. docs/testing.md explains the format and what is played how. */
import { transcripts } from "./transcript/run.ts";
import { submissionWorld } from "./world/submission-world.ts";

transcripts("src/servers/submission/**/*.transcript", submissionWorld);
