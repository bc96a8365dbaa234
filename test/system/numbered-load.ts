/**
 * Load for crash tests: senders deliver numbered messages and repeat, with the same octets, only those that got no
 * 250. Afterwards every number that got one must be in its account exactly once.
 */
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DOMAIN, PASSWORD } from "./lab.ts";

type Numbered = { readonly number: number; readonly recipient: string; readonly octets: string };

export class NumberedLoad {
  /** Recipient of every message that got its 250, by number. */
  readonly accepted: Map<number, string> = new Map();
  readonly #accounts: number;
  readonly #maxOctets: number;
  /** Sent without an answer, to be repeated first. */
  readonly #open: Numbered[] = [];
  #next = 0;
  #running = false;
  #senders: Promise<void>[] = [];

  constructor(options: { readonly accounts: number; readonly maxOctets: number }) {
    this.#accounts = options.accounts;
    this.#maxOctets = options.maxOctets;
  }

  /** Starts `count` senders that go on until `stop`; a lost connection is not an error, it is the point. */
  start(port: number, count: number): void {
    this.#running = true;
    this.#senders = Array.from({ length: count }, () => this.#sender(port));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#senders);
  }

  /** Repeats until all that is open got its 250. */
  async finish(port: number): Promise<void> {
    this.#running = false;
    await Promise.all(this.#senders);
    using client = await SmtpClient.open(port);
    for (let message = this.#open.shift(); message !== undefined; message = this.#open.shift())
      await this.#send(client, message);
  }

  async #sender(port: number): Promise<void> {
    let failures = 0;
    while (this.#running && failures < 200) {
      try {
        using client = await SmtpClient.open(port);
        failures = 0;
        for (let n = 0; n < 20 && this.#running; n++) await this.#send(client, this.#open.shift() ?? this.#make());
      } catch {
        // The service was killed: whatever was under way is in #open and goes first on the next connection.
        failures++;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }

  async #send(client: SmtpClient, message: Numbered): Promise<void> {
    try {
      await client.send("sender@example.net", [message.recipient], message.octets);
      this.accepted.set(message.number, message.recipient);
    } catch (error) {
      this.#open.push(message);
      throw error;
    }
  }

  #make(): Numbered {
    const number = this.#next++;
    const recipient = `u${1 + (number % this.#accounts)}@${DOMAIN}`;
    // Mostly small, every sixteenth beyond the size that stays in memory.
    const length = number % 16 === 15 ? this.#maxOctets : 500 + ((number * 7919) % 20_000);
    const line = `${number} `.padEnd(70, "abcdefghij");
    const body = `${line}\r\n`.repeat(Math.ceil(length / 72));
    return {
      number,
      recipient,
      octets: `From: <sender@example.net>\r\nTo: <${recipient}>\r\nSubject: n\r\nX-Number: ${number}\r\n\r\n${body}`,
    };
  }
}

/** How often each number is in the accounts, by UID too: `uids` holds `account/uid` of every copy. */
export async function countNumbers(
  port: number,
  accounts: number,
): Promise<{ readonly copies: ReadonlyMap<number, number>; readonly uids: ReadonlyMap<string, number> }> {
  const copies = new Map<number, number>();
  const uids = new Map<string, number>();
  for (let n = 1; n <= accounts; n++) {
    const imap = await ImapClient.open(port, `u${n}@${DOMAIN}`, PASSWORD);
    await imap.command("SELECT INBOX");
    for (const row of await imap.command("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-NUMBER)]")) {
      const number = Number(/X-Number: (\d+)/i.exec(row)?.[1] ?? Number.NaN);
      const uid = /UID (\d+)/.exec(row)?.[1];
      if (uid === undefined) continue;
      copies.set(number, (copies.get(number) ?? 0) + 1);
      uids.set(`${n}/${uid}`, number);
    }
    await imap.logout();
  }
  return { copies, uids };
}

/** What is wrong: accepted numbers that are not there once, and any number that is there twice. */
export function lossAndDoubles(
  load: NumberedLoad,
  copies: ReadonlyMap<number, number>,
): { readonly lost: number[]; readonly doubled: number[] } {
  const lost = [...load.accepted.keys()].filter((number) => !copies.has(number));
  const doubled = [...copies].filter(([, count]) => count > 1).map(([number]) => number);
  return { lost, doubled };
}
