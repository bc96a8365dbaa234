/** Delivery with memory stores that fail on demand, for tests: accounts u1 (with an alias, the operator's), u2 and u3. */
import assert from "node:assert/strict";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Spool } from "../../host/spool/spool.ts";
import { SpoolError } from "../../host/spool/spool-error.ts";
import type { Directory } from "../../store/directory.ts";
import { failingMailStore } from "../../store/failing/mail-store.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { InboundQueue } from "../../store/inbound-queue.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryInboundQueue } from "../../store/memory/inbound-queue.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import { createCapture } from "./capture.ts";
import type { Examiner } from "./examiner.ts";
import type { Envelope, Inbound, Reception, Recipient, Reply } from "./inbound.ts";
import { createInbound, type InboundServices } from "./receive.ts";

const NAMES: readonly string[] = ["u1", "u2", "u3"];

export const idOf = (name: string): AccountId => accountId(name.slice(1).padStart(32, "0"));

const envelope: Envelope = {
  peerAddress: "192.0.2.7",
  helo: "client.example.net",
  protocol: "ESMTP",
  tls: undefined,
  sender: "bob@example.net",
  session: "s",
  ret: undefined,
  envid: undefined,
  notices: [],
};

export type DeliveringWishes = {
  readonly memoryBytes?: number;
  readonly feedback?: NonNullable<InboundServices["feedback"]>;
  readonly receipts?: NonNullable<InboundServices["receipts"]>;
  readonly examiner?: (world: Delivering) => Examiner;
  /** Of every message that comes in. */
  readonly envelope?: Partial<Envelope>;
};

export class Delivering implements AsyncDisposable {
  readonly quotaBytes = 100_000;
  readonly clock: FakeClock = new FakeClock("2026-06-01T12:00:00Z");
  readonly mail: ReturnType<typeof failingMailStore> = failingMailStore(memoryMailStore({ clock: this.clock }));
  readonly directory: Directory = memoryDirectory();
  readonly queue: InboundQueue = memoryInboundQueue();
  readonly events: string[] = [];
  readonly records: { readonly name: string; readonly fields: Readonly<Record<string, unknown>> }[] = [];
  readonly log: Log = (name, fields) => {
    this.events.push(name);
    this.records.push({ name, fields });
  };
  readonly inbound: Inbound;
  readonly #envelope: Envelope;
  openSpoolFiles = 0;
  spoolIsFull = false;

  private constructor({ memoryBytes = 256 * 1024, feedback, receipts, examiner, envelope: more }: DeliveringWishes) {
    this.#envelope = { ...envelope, ...more };
    const intake = createCapture({ spool: this.#spool(), memoryBytes });
    const { clock, mail, directory, queue, log } = this;
    const place = { hostName: "mx.example.test", domains: ["example.test"], operator: "u1@example.test" };
    const services = { clock, mail, directory, queue, log, intake, ...place };
    this.inbound = createInbound({
      ...services,
      ...(feedback !== undefined && { feedback }),
      ...(receipts !== undefined && { receipts }),
      ...(examiner !== undefined && { examiner: examiner(this) }),
    });
  }

  static async open(wishes: DeliveringWishes = {}): Promise<Delivering> {
    const world = new Delivering(wishes);
    const { quotaBytes } = world;
    for (const name of NAMES) {
      const id = idOf(name);
      const rest = { state: "active" as const, language: "en" as const, createdAt: 0, passwordHash: "" };
      await world.directory.add([{ id, primary: `${name}@example.test`, quotaBytes, ...rest }]);
      await world.mail.create(id, { quotaBytes });
    }
    await world.directory.addAlias(idOf("u1"), "alias@example.test");
    return world;
  }

  /** Sends a message up to its last octet. */
  async begin(addresses: readonly string[], text: string): Promise<Reception> {
    const recipients: Recipient[] = [];
    for (const address of addresses) {
      const found = await this.inbound.recipient(address, undefined, recipients);
      if ("code" in found) assert.fail(found.text);
      recipients.push(found);
    }
    const reception = this.inbound.receive(this.#envelope, recipients);
    const octets = Buffer.from(text);
    for (let at = 0; at < octets.length; at += 700) await reception.write(octets.subarray(at, at + 700));
    return reception;
  }

  /** Sends a message; `meanwhile` happens before its last octet is acted on. */
  async receive(addresses: readonly string[], text: string, meanwhile: () => void = () => {}): Promise<Reply> {
    await using reception = await this.begin(addresses, text);
    meanwhile();
    return await reception.finish();
  }

  /** What lies in a mailbox of `name`. */
  async mails(name: string, mailbox = "INBOX"): Promise<string[]> {
    this.mail.heal();
    const reader = this.mail.read(idOf(name));
    const inbox = (await reader.mailbox(mailbox)) ?? assert.fail(`no ${mailbox}`);
    const texts: string[] = [];
    for await (const rows of reader.rows(inbox.id, range(1, 1000), "facts"))
      for (const row of rows) {
        const pieces: Uint8Array[] = [];
        for await (const piece of reader.octets(row.content, 0, row.size)) pieces.push(piece);
        texts.push(Buffer.concat(pieces).toString());
      }
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mail.heal();
    for (const name of NAMES) assert.deepEqual(await this.mail.check(idOf(name)), []);
  }

  #spool(): Spool {
    return {
      create: async () => {
        if (this.spoolIsFull) throw new SpoolError("full", "no space for tests");
        this.openSpoolFiles++;
        const written: Uint8Array[] = [];
        return {
          write: async (octets) => void written.push(octets.slice()),
          finish: async () => ({
            size: written.reduce((sum, piece) => sum + piece.length, 0),
            async *pieces() {
              yield* written;
            },
          }),
          [Symbol.asyncDispose]: async () => void this.openSpoolFiles--,
        };
      },
    };
  }
}
