/** Plays the transcripts of mail that is examined before it is stored. docs/testing.md explains the format. */
import { transcripts } from "./transcript/run.ts";
import { arrivingWorld } from "./world/arriving-world.ts";

transcripts("src/service/delivery/**/*.transcript", arrivingWorld);
