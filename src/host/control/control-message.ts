/**
 * What a command and the running service say to one another, in lines of JSON. The command asks with one line and leaves
 * its side open for as long as it wants an answer: when it goes, the work is told. The service tells any number of news,
 * then answers, and the connection ends.
 */

export type ControlRequest = {
  readonly command: string;
  readonly arguments: Readonly<Record<string, unknown>>;
};

export type ControlAnswer =
  | { readonly kind: "done"; readonly value: unknown }
  /** The command could not be done as asked; the sentence says why and what to do. */
  | { readonly kind: "refused"; readonly sentence: string }
  /** Nothing is wrong with the command, but the service is sealed or starting. */
  | { readonly kind: "unavailable"; readonly sentence: string };

/** What a command tells before it answers. */
export type ControlNews =
  | { readonly kind: "line"; readonly text: string }
  /** `total` is absent where it is not known. */
  | { readonly kind: "progress"; readonly step: string; readonly done: number; readonly total?: number };

/** How whoever carries out a command tells while it works. */
export type Telling = {
  /** Passes a line on; fulfils when the next may follow, also when nobody listens any more. */
  readonly line: (text: string) => Promise<void>;
  /** How far the work is; the latest counts, and those between may be left out. */
  readonly progress: (step: string, done: number, total: number | undefined) => void;
  /** Aborted when whoever asked is gone. */
  readonly signal: AbortSignal;
};

/** For whoever wants the answer alone. */
export const silentTelling: Telling = {
  line: () => Promise.resolve(),
  progress: () => {},
  signal: new AbortController().signal,
};

/** A step of work as it travels. */
export function progressNews(step: string, done: number, total: number | undefined): ControlNews {
  return { kind: "progress", step, done, ...(total === undefined ? {} : { total }) };
}

/** Passes news on to where they are told. */
export async function tellNews(telling: Telling, news: ControlNews): Promise<void> {
  if (news.kind === "line") await telling.line(news.text);
  else telling.progress(news.step, news.done, news.total);
}

/** Longer than any request of ours; bounds what a confused client makes the service keep. */
export const MAX_LINE_BYTES: number = 1024 * 1024;
