/** What lies in an INBOX, read by IMAP as its holder would. */
import { ImapClient } from "../../clients/imap-client.ts";
import { PASSWORD } from "../lab.ts";
import { until } from "./until.ts";

export class Inbox implements Disposable {
  readonly #client: ImapClient;

  private constructor(client: ImapClient) {
    this.#client = client;
  }

  static async open(port: number, user: string): Promise<Inbox> {
    return new Inbox(await ImapClient.open(port, user, PASSWORD));
  }

  /** Every message, oldest first, an octet a character. */
  async messages(): Promise<readonly string[]> {
    await this.#client.command("SELECT INBOX");
    const rows = await this.#client.command("UID FETCH 1:* BODY.PEEK[]");
    return rows.flatMap((row) => {
      const [start, size] = /^\* \d+ FETCH [^\r]*\{(\d+)\}\r\n/.exec(row) ?? [];
      return start === undefined ? [] : [row.slice(start.length, start.length + Number(size))];
    });
  }

  /** Those that hold all of these texts, when there is one at least. */
  arrived(...texts: readonly string[]): Promise<readonly string[]> {
    return until(`a message with ${texts.join(", ")} in INBOX`, async () => {
      const found = (await this.messages()).filter((message) => texts.every((text) => message.includes(text)));
      return found.length > 0 && found;
    });
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}
