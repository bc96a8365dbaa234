/**
 * Registers the transcripts of a folder as tests, over stores and over ways to cut the client's octets.
 *
 * `npm test`: in memory whole and cut in two at every octet; on SQLite whole and one octet a write.
 * `npm run test:cuts` (ALTMAIL_CUTS=all): every way of cutting on every store.
 */
import { globSync } from "node:fs";
import { test } from "node:test";
import { readTranscript, type Transcript } from "./parse.ts";
import { type Cut, play, type World } from "./play.ts";

export type StoreKind = "memory" | "sqlite";

export function transcripts(
  pattern: string,
  start: (transcript: Transcript, store: StoreKind) => Promise<World>,
): void {
  const files = globSync(pattern).toSorted();
  if (files.length === 0) throw new Error(`no transcript fits ${pattern}`);
  const all = process.env["ALTMAIL_CUTS"] === "all";
  for (const file of files) {
    const transcript = readTranscript(file);
    const once = async (store: StoreKind, cut: Cut): Promise<void> => {
      await using world = await start(transcript, store);
      await play(transcript, world, cut);
    };
    const inTwo = async (store: StoreKind): Promise<void> => {
      for (let at = 1; at < longestLine(transcript); at++) await once(store, { kind: "two", at });
    };
    const name = `${file}: ${transcript.title}`;
    test(`${name} [memory, whole]`, () => once("memory", { kind: "whole" }));
    test(`${name} [memory, cut in two at every octet]`, () => inTwo("memory"));
    test(`${name} [sqlite, whole]`, () => once("sqlite", { kind: "whole" }));
    test(`${name} [sqlite, octet by octet]`, () => once("sqlite", { kind: "octets" }));
    if (!all) continue;
    test(`${name} [memory, octet by octet]`, () => once("memory", { kind: "octets" }));
    test(`${name} [sqlite, cut in two at every octet]`, () => inTwo("sqlite"));
  }
}

/** Octets of the longest line that the client sends. */
function longestLine(transcript: Transcript): number {
  let longest = 0;
  for (const step of transcript.steps) {
    if (step.kind !== "send") continue;
    for (const line of step.octets.split(/(?<=\r\n)/)) longest = Math.max(longest, line.length);
  }
  return longest;
}
