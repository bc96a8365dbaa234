/** What `altmail` ends with; `altmail help` prints this table. */
export const EXIT = {
  done: { code: 0, meaning: "done" },
  refused: { code: 1, meaning: "refused or failed; the sentence on stderr says why" },
  usage: { code: 2, meaning: "the command line is wrong" },
  unreachable: { code: 3, meaning: "the service does not run, or is sealed" },
} as const;

export type Exit = keyof typeof EXIT;
