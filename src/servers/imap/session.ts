/**
 * One client's session: its state (RFC 9051 section 3), who it is, what it has selected, and the means that commands
 * work with. It reads nothing from the socket; conversation.ts does.
 */
import { randomBytes } from "node:crypto";
import type { Connection } from "../../host/connection.ts";
import type { Proven } from "../../service/accounts/proof.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailboxChange } from "../../store/mail-store.ts";
import type { Client } from "./client.ts";
import type { AccountListener, OpenAccount } from "./open-account.ts";
import type { Output } from "./output.ts";
import type { ImapServices } from "./services.ts";
import type { View } from "./view.ts";
import type { WorkerSessions } from "./worker-sessions.ts";

export type State = "not-authenticated" | "authenticated" | "selected";

export class Session implements AccountListener {
  readonly services: ImapServices;
  readonly client: Client;
  readonly output: Output;
  /** Names the session in the log. */
  readonly id: string = randomBytes(6).toString("hex");
  readonly address: string;
  /** Set once the client has shown that it knows mod-sequences (RFC 7162 section 3.1). */
  condstore = false;
  /** What the client says it is (RFC 2971), for the access log. */
  clientName: string | undefined;
  failedLogins = 0;
  readonly #sessions: WorkerSessions;
  #account: OpenAccount | undefined;
  #revocation: Disposable | undefined;
  /** Takes the name of a client that says it after its log-in. */
  #named: ((clientName: string) => void) | undefined;
  #view: View | undefined;

  constructor(connection: Connection, services: ImapServices, sessions: WorkerSessions, client: Client) {
    this.services = services;
    this.address = connection.peerAddress;
    this.client = client;
    this.output = client.output;
    this.#sessions = sessions;
    sessions.add(this);
  }

  get state(): State {
    if (this.#account === undefined) return "not-authenticated";
    return this.#view === undefined ? "authenticated" : "selected";
  }

  /** The account; only after log-in. */
  get account(): OpenAccount {
    if (this.#account === undefined) throw new Error("the session is not logged in");
    return this.#account;
  }

  /** The selected mailbox; only in the selected state. */
  get view(): View {
    if (this.#view === undefined) throw new Error("no mailbox is selected");
    return this.#view;
  }

  get accountId(): AccountId | undefined {
    return this.#account?.id;
  }

  logIn(login: Proven): void {
    this.#account = this.#sessions.open(login.account, this);
    this.#revocation = this.services.authenticator.onRevoked(login, () =>
      this.client.end("This account may not log in any more"),
    );
    this.client.trust();
  }

  /** For the list that the holder is shown. */
  noteLogIn(account: AccountId): void {
    const { clientName: named, address } = this;
    this.#named = this.services.logIns?.note({ account, protocol: "imap", named, address });
  }

  /** The client says what it is (RFC 2971), before or after its log-in. */
  name(clientName: string): void {
    this.clientName = clientName;
    this.#named?.(clientName);
  }

  select(view: View): void {
    this.#view = view;
  }

  unselect(): void {
    this.#view = undefined;
  }

  /**
   * RFC 7162 section 3.1: from the first command that shows it, the client knows mod-sequences, and hears the highest
   * of the mailbox that is selected.
   */
  enableCondstore(): void {
    if (this.condstore) return;
    this.condstore = true;
    if (this.#view !== undefined)
      this.output.text(`* OK [HIGHESTMODSEQ ${this.#view.modSeq}] Mod-sequences are on\r\n`);
  }

  /** Tells what has changed in the selected mailbox, if one is. */
  async report(mayExpunge: boolean): Promise<void> {
    await this.#view?.report(this.output, { mayExpunge, condstore: this.condstore });
  }

  changed(change: MailboxChange): void {
    if (this.#view === undefined) return;
    this.#view.noticed(change);
    if (this.#view.isBehind) this.client.poke();
  }

  stop(): void {
    this.client.end("[UNAVAILABLE] The service is stopping; please come back soon");
  }

  [Symbol.dispose](): void {
    this.#view = undefined;
    this.#revocation?.[Symbol.dispose]();
    this.#sessions.remove(this);
    if (this.#account !== undefined) this.#sessions.close(this.#account, this);
  }
}
