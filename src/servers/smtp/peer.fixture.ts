/**
 * A peer of the SMTP server for tests: a pair of streams in memory, memory stores with accounts u1 and u2, a clock to
 * move.
 */
import assert from "node:assert/strict";
import { type Duplex, duplexPair } from "node:stream";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Connection } from "../../host/connection.ts";
import type { Log } from "../../host/events/events.ts";
import { createCapture } from "../../service/delivery/capture.ts";
import type { SendReceipt } from "../../service/delivery/receipt.ts";
import { createInbound } from "../../service/delivery/receive.ts";
import type { PeerGate } from "../../service/peer-limits/peer-limits.ts";
import type { Directory } from "../../store/directory.ts";
import { type AccountId, accountId, uid } from "../../store/ids.ts";
import type { InboundQueue } from "../../store/inbound-queue.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryInboundQueue } from "../../store/memory/inbound-queue.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import { type SmtpLimits, smtpLimits } from "./limits.ts";
import { serveSmtp } from "./server.ts";

export const idOf = (name: string): AccountId => accountId(name.slice(1).padStart(32, "0"));

/** Text lines of `size` octets in all. */
export const messageOf = (size: number): string => `${"x".repeat(62)}\r\n`.repeat(Math.ceil(size / 64)).slice(-size);

type PeerOptions = {
  readonly limits?: SmtpLimits;
  readonly tls?: boolean;
  readonly gate?: PeerGate;
  readonly receipts?: SendReceipt;
};

export class Peer implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock("2026-06-01T12:00:00Z");
  readonly mail: MailStore = memoryMailStore({ clock: this.clock });
  readonly directory: Directory = memoryDirectory();
  readonly queue: InboundQueue = memoryInboundQueue();
  readonly stop: AbortController = new AbortController();
  readonly events: [name: string, fields: Readonly<Record<string, unknown>>][] = [];
  closed: Promise<void> = Promise.resolve();
  /** Octets that came in all. */
  received = 0;
  /** Of these, octets that were expected. */
  heard = 0;
  #client: Duplex | undefined;
  #text = "";
  #writes = 0;
  #arrived: (() => void) | undefined;

  static async open(options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer();
    const accounts = ["u1", "u2"].map((name) => ({
      id: idOf(name),
      primary: `${name}@example.test`,
      state: "active" as const,
      language: "en" as const,
      quotaBytes: 1_000_000,
      createdAt: 0,
      passwordHash: "",
    }));
    await peer.directory.add(accounts);
    await peer.directory.addAlias(idOf("u1"), "alias@example.test");
    for (const { id, quotaBytes } of accounts) await peer.mail.create(id, { quotaBytes });
    peer.#connect(options);
    return peer;
  }

  /** Past the greeting and EHLO. */
  static async ready(options: PeerOptions = {}): Promise<Peer> {
    const peer = await Peer.open(options);
    await peer.expect(/^220 /);
    peer.send("EHLO client.example.net\r\n");
    await peer.expect(/250 DSN\r\n|250 STARTTLS\r\n/);
    return peer;
  }

  send(text: string): void {
    this.#client?.write(Buffer.from(text));
  }

  /** Octets that were sent and that nobody has read. */
  get unread(): number {
    return this.#client?.writableLength ?? 0;
  }

  /** Is gone, as when its network fails. */
  vanish(): void {
    this.#client?.destroy();
  }

  /** Sends no more. */
  end(): void {
    this.#client?.end();
  }

  /** Waits until what has come since the last call fits. Returns in how many writes it came. */
  async expect(pattern: RegExp): Promise<number> {
    for (let turns = 0; !pattern.test(this.#text); turns++) {
      if (turns > 500) assert.match(this.#text, pattern);
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        setImmediate(resolve);
      });
    }
    const writes = this.#writes;
    this.heard = this.received;
    this.#text = "";
    this.#writes = 0;
    return writes;
  }

  /** What lies in the INBOX of `name`. */
  async mails(name: string): Promise<string[]> {
    const reader = this.mail.read(idOf(name));
    const inbox = (await reader.mailbox("INBOX")) ?? assert.fail("no INBOX");
    const texts: string[] = [];
    const all = range(1, Math.max(1, inbox.uidNext - uid(1)));
    for await (const rows of reader.rows(inbox.id, all, "facts"))
      for (const row of rows) {
        const pieces: Uint8Array[] = [];
        for await (const piece of reader.octets(row.content, 0, row.size)) pieces.push(piece);
        texts.push(Buffer.concat(pieces).toString());
      }
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.destroy();
    this.stop.abort();
    await this.closed;
    for (const name of ["u1", "u2"]) assert.deepEqual(await this.mail.check(idOf(name)), []);
  }

  #connect({ limits = smtpLimits, tls = false, gate, receipts }: PeerOptions): void {
    const [client, server] = duplexPair();
    // As a reset does on a real socket.
    client.once("close", () => server.destroy());
    this.#client = client;
    client.on("data", (octets: Buffer) => {
      this.#writes++;
      this.received += octets.length;
      this.#text += octets.toString();
      this.#arrived?.();
    });
    const log: Log = (name, fields) => void this.events.push([name, fields]);
    const secured: Connection = {
      stream: server,
      peerAddress: "192.0.2.7",
      tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: undefined },
      startTls: undefined,
    };
    const clear: Connection = { ...secured, tls: undefined, startTls: tls ? async () => secured : undefined };
    const spool = { create: () => Promise.reject(new Error("no message here is large")) };
    const { clock, directory, mail, queue } = this;
    const inbound = createInbound({
      directory,
      mail,
      queue,
      clock,
      log,
      intake: createCapture({ spool }),
      hostName: "mx.example.test",
      domains: ["example.test"],
      operator: "u1@example.test",
      ...(receipts === undefined ? {} : { receipts }),
    });
    this.closed = serveSmtp(clear, {
      inbound,
      clock,
      log,
      limits,
      ...(gate === undefined ? {} : { gate }),
      signal: this.stop.signal,
      hostName: "mx.example.test",
    });
  }
}
