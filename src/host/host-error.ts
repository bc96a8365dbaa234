/** What the machine or its operator must change before altmail can go on: one clear sentence, shown without a stack. */
export class HostError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "HostError";
  }
}
