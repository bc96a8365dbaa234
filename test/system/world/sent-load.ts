/** Load for crash tests of the queue: clients that submit numbered messages until they are told to stop, and note which got their 250. */
import { setTimeout as pause } from "node:timers/promises";
import { DOMAIN, PASSWORD } from "../lab.ts";
import { SubmissionClient } from "./submission-client.ts";

export type SentLoadOptions = {
  readonly port: number;
  readonly accounts: number;
  /** Each message goes to one recipient at each of some of these. */
  readonly destinations: readonly string[];
};

const AGAIN_MS = 25;

export class SentLoad {
  /** Recipients of every message that got its 250, by number. Unanswered ones are not repeated: they may arrive once or never. */
  readonly accepted: Map<number, readonly string[]> = new Map();
  readonly #options: SentLoadOptions;
  #next = 0;
  #isRunning = false;
  #clients: readonly Promise<void>[] = [];

  constructor(options: SentLoadOptions) {
    this.#options = options;
  }

  start(count: number): void {
    this.#isRunning = true;
    this.#clients = Array.from({ length: count }, (_, n) => this.#client(n));
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#clients);
  }

  async #client(n: number): Promise<void> {
    const user = `u${1 + (n % this.#options.accounts)}@${DOMAIN}`;
    while (this.#isRunning) {
      try {
        using client = await SubmissionClient.open(this.#options.port, user, PASSWORD);
        while (this.#isRunning) await this.#send(client, user);
      } catch {
        // The service was killed, which is the point.
        await pause(AGAIN_MS);
      }
    }
  }

  async #send(client: SubmissionClient, from: string): Promise<void> {
    const number = this.#next++;
    const { destinations } = this.#options;
    const to = destinations
      .slice(0, 1 + (number % destinations.length))
      .map((_, n) => `r${number}@${destinations[(number + n) % destinations.length]}`);
    // Mostly small, every twentieth beyond what one piece holds.
    const lines = number % 20 === 19 ? 5000 : 10 + (number % 50);
    const text = `From: <${from}>\r\nTo: <${to[0]}>\r\nSubject: n\r\nX-Number: ${number}\r\n\r\n${`${number} is a line of this message, long enough to weigh\r\n`.repeat(lines)}`;
    await client.send({ from, to, text });
    this.accepted.set(number, to);
  }
}
