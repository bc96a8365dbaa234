/** What a command and the running service say to one another: one line of JSON each way, then the connection ends. */

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

/** Longer than any request of ours; bounds what a confused client makes the service keep. */
export const MAX_LINE_BYTES: number = 1024 * 1024;
