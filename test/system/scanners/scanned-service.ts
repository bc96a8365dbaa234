/** The whole service with real scanners: a home like a lab's, whose settings name them, and clients of strangers and holders. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Place } from "../../../src/clients/scanners/place.ts";
import { ImapClient } from "../../clients/imap-client.ts";
import { SmtpClient } from "../../clients/smtp-client.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD } from "../lab.ts";
import { SubmissionClient } from "../world/submission-client.ts";
import { SENDER } from "./samples.ts";

export const HOLDER: string = `u1@${DOMAIN}`;

export class ScannedService implements AsyncDisposable {
  readonly lab: Lab;
  readonly #stack: AsyncDisposableStack;

  private constructor(lab: Lab, stack: AsyncDisposableStack) {
    this.lab = lab;
    this.#stack = stack;
  }

  /** @param scanners lines of the table in the settings */
  static async start(scanners: readonly string[]): Promise<ScannedService> {
    await using stack = new AsyncDisposableStack();
    const home = mkdtempSync(join(tmpdir(), "altmail-scanned-"));
    stack.defer(() => rmSync(home, { recursive: true, force: true }));
    const basePort = await freeBasePort();
    await Lab.start({ home, basePort }).then((lab) => lab.stop());
    appendFileSync(join(home, "altmail.toml"), ["[scanners]", ...scanners, ""].join("\n"));
    const lab = stack.use(await Lab.start({ home, basePort, asItLies: true }));
    return new ScannedService(lab, stack.move());
  }

  /** A stranger sends; fulfils with the reply to the message, whatever it is. */
  async arrive(text: string, to: readonly string[] = [HOLDER]): Promise<string> {
    using client = await SmtpClient.open(this.lab.smtpPort);
    return await client.send(SENDER, to, text).catch(replyOf);
  }

  /** A holder sends; fulfils with the reply to the message. */
  async leave(text: string): Promise<string> {
    using client = await SubmissionClient.open(this.lab.basePort + 465, HOLDER, PASSWORD);
    return await client.send({ from: HOLDER, to: [`u2@${DOMAIN}`], text: text.replace(SENDER, HOLDER) }).catch(replyOf);
  }

  read(user: string = HOLDER): Promise<ImapClient> {
    return ImapClient.open(this.lab.imapPort, user, PASSWORD);
  }

  /** The newest message of a mailbox, its header unfolded; undefined when there is none. */
  async newest(mailbox: string, user: string = HOLDER): Promise<string | undefined> {
    using client = await this.read(user);
    await client.command(`SELECT ${mailbox}`);
    const rows = await client.command("FETCH * BODY.PEEK[]").catch(() => []);
    return rows.find((row) => row.includes("FETCH"))?.replaceAll(/\r\n[ \t]/g, " ");
  }

  async count(mailbox: string, user: string = HOLDER): Promise<number> {
    using client = await this.read(user);
    const [row = ""] = await client.command(`STATUS ${mailbox} (MESSAGES)`);
    return Number(/MESSAGES (\d+)/.exec(row)?.[1]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A place as settings name it. */
export function named(place: Place): string {
  return JSON.stringify(place.kind === "socket" ? place.path : `${place.host}:${place.port}`);
}

/** Tells whether anyone talks with who listens at a Unix socket. */
export function isConnected(place: Place): boolean {
  if (place.kind !== "socket") throw new Error("only sockets of this machine are looked at");
  const lines = readFileSync("/proc/net/unix", "latin1").split("\n");
  return lines.filter((line) => line.endsWith(` ${place.path}`)).length > 1;
}

function replyOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^expected \d+, got /, "") : String(error);
}
