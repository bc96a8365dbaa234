/**
 * Plays a transcript against a world. Failures point at the line of the transcript and show both texts. At the end
 * nothing more may have been sent, and the world's own audit must find nothing.
 */
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { LineReader } from "./line-reader.ts";
import { type Captures, fill, matches } from "./match.ts";
import type { Step, Transcript } from "./parse.ts";

/** What a transcript needs of a server under test, in memory or over TCP. */
export interface World extends AsyncDisposable {
  /** Opens connection `name`, at its first use. */
  connect(name: string): Promise<Duplex>;
  /** Makes happen what a `--` line says; throws for a sentence it does not know. */
  happen(event: string): Promise<void>;
  /** Audits the store; throws with what it found. */
  audit(): Promise<void>;
}

/** How client octets are cut into writes: whole runs of lines, one octet each, or every line in two at `at`. */
export type Cut =
  | { readonly kind: "whole" }
  | { readonly kind: "octets" }
  | { readonly kind: "two"; readonly at: number };

type Talk = { readonly stream: Duplex; readonly reader: LineReader };

/** Turns of the event loop in which a server that has nothing to say must stay silent. */
const QUIET_TURNS = 20;

export async function play(transcript: Transcript, world: World, cut: Cut): Promise<void> {
  const captures: Captures = new Map();
  const talks = new Map<string, Talk>();
  const forbidden = new Map<string, string[]>();
  const talk = async (name: string): Promise<Talk> => {
    let found = talks.get(name);
    if (found === undefined) {
      const stream = await world.connect(name);
      found = { stream, reader: new LineReader(stream) };
      talks.set(name, found);
    }
    return found;
  };
  const { steps } = transcript;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (step.kind === "event") await world.happen(step.text);
    else if (step.kind === "forbid")
      forbidden.set(step.connection, [...(forbidden.get(step.connection) ?? []), step.text]);
    else if (step.kind === "send") {
      let octets = step.octets;
      // Lines that follow one another without an answer between them are pipelined: they leave in one write.
      for (let next = steps[i + 1]; next?.kind === "send" && next.connection === step.connection; next = steps[i + 1]) {
        octets += next.octets;
        i++;
      }
      await send((await talk(step.connection)).stream, fill(octets, captures), cut);
    } else {
      await expect(transcript, step, (await talk(step.connection)).reader, captures, forbidden.get(step.connection));
      forbidden.delete(step.connection);
    }
  }
  for (let n = 0; n < QUIET_TURNS; n++) await turn();
  for (const [name, { reader, stream }] of talks) {
    if (reader.unread !== "") throw at(transcript, steps.at(-1), `unexpected S${name}: ${reader.unread}`);
    stream.destroy();
  }
  await world.audit();
}

async function expect(
  transcript: Transcript,
  step: Step & { readonly kind: "expect" },
  reader: LineReader,
  captures: Captures,
  forbidden: readonly string[] | undefined,
): Promise<void> {
  const open = [...step.lines];
  while (open.length > 0) {
    const wanted = open[0];
    if (wanted?.text === "(closed)") {
      const rest = await reader.read();
      if (rest !== undefined) throw at(transcript, step, `expected the end of the connection\n     got: ${rest}`);
      open.shift();
      continue;
    }
    const got = await reader.read();
    if (got === undefined) throw at(transcript, step, `expected: ${wanted?.text}\n     got the end of the connection`);
    const ban = forbidden?.find((text) => matches(text, got, new Map(captures)));
    if (ban !== undefined) throw at(transcript, step, `must not come: ${ban}\n          got: ${got}`);
    const hit = step.ordered
      ? matches(wanted?.text ?? "", got, captures)
        ? 0
        : -1
      : open.findIndex((line) => matches(line.text, got, captures));
    if (hit < 0)
      throw at(
        transcript,
        step,
        `expected: ${open.map((line) => line.text).join("\n      or: ")}\n     got: ${got}`,
        wanted?.line,
      );
    open.splice(hit, 1);
  }
}

async function send(stream: Duplex, octets: string, cut: Cut): Promise<void> {
  for (const piece of pieces(octets, cut)) {
    stream.write(Buffer.from(piece, "latin1"));
    if (cut.kind !== "whole") await turn();
  }
}

/** The writes that make up `octets` under `cut`. */
export function pieces(octets: string, cut: Cut): readonly string[] {
  switch (cut.kind) {
    case "whole":
      return [octets];
    case "octets":
      return octets.split("");
    case "two":
      return octets
        .split(/(?<=\r\n)/)
        .flatMap((line) => [line.slice(0, cut.at), line.slice(cut.at)])
        .filter((piece) => piece !== "");
  }
}

function at(transcript: Transcript, step: Step | undefined, message: string, line?: number): Error {
  const first = step?.kind === "expect" ? step.lines[0]?.line : step?.line;
  const error = new Error(message);
  error.stack = `${message}\n    at ${transcript.file}:${line ?? first ?? 1}:1`;
  return error;
}
