/** What is known in a session, and what a command's handler gives back: the session alone reads, writes and waits. */
import type { Connection } from "../../host/connection.ts";
import type { Proven } from "../../service/accounts/proof.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Draft, SubmissionReply } from "../../service/submission/submission.ts";
import type { SubmissionServerServices } from "./services.ts";

export type Conversation = {
  readonly services: SubmissionServerServices;
  /** Another one after STARTTLS. */
  connection: Connection;
  /** Pseudonym of the session in the log. */
  readonly session: string;
  /** What was said with EHLO or HELO, whatever it is; undefined before. */
  helo: string | undefined;
  /** Who logged in; undefined before. */
  account: AccountId | undefined;
  failedLogins: number;
  /** Octets of chunks that were refused. */
  discardedBytes: number;
  transaction: Transaction | undefined;
  /** Sends a challenge and waits for the client's line: undefined when there will be none. */
  readonly ask: (challenge: string) => Promise<Uint8Array | "too-long" | undefined>;
};

export type Transaction = {
  readonly draft: Draft;
  readonly smtpUtf8: boolean;
  recipients: number;
  /** A BDAT has come. */
  hasChunks: boolean;
  /** Octets of the message so far. */
  bytes: number;
};

/**
 * Where a session stands: without TLS, before EHLO, before the log-in, and then as RFC 5321 section 4.1.4 has it.
 */
export type State = "clear" | "start" | "stranger" | "ready" | "mail" | "rcpt" | "chunks";

export function stateOf({ connection, helo, account, transaction }: Conversation): State {
  if (connection.tls === undefined) return "clear";
  if (helo === undefined) return "start";
  if (account === undefined) return "stranger";
  if (transaction === undefined) return "ready";
  if (transaction.hasChunks) return "chunks";
  return transaction.recipients === 0 ? "mail" : "rcpt";
}

/** What comes after the reply: the next command when not given. */
export type Next =
  | { readonly kind: "data" }
  /** `refusal`: the octets are read and thrown away, and this is said. */
  | {
      readonly kind: "chunk";
      readonly size: number;
      readonly last: boolean;
      readonly refusal: SubmissionReply | undefined;
    }
  | { readonly kind: "tls" }
  | { readonly kind: "logged-in"; readonly login: Proven }
  /** `errors`: with 421 after the reply. */
  | { readonly kind: "close"; readonly why: "quit" | "errors" };

export type Answer = {
  /** `enhanced` is undefined in greeting, EHLO's answer and 3xx replies; undefined as a whole: nothing is said now. */
  readonly reply:
    | { readonly code: number; readonly enhanced: string | undefined; readonly lines: readonly string[] }
    | undefined;
  readonly next?: Next;
};

export type Handler = (talk: Conversation, argument: string) => Answer | Promise<Answer>;

/** Makes an answer of one line. */
export function answer(code: number, enhanced: string, text: string): Answer {
  return { reply: { code, enhanced, lines: [text] } };
}

/** Refuses an argument where none belongs. */
export function withoutArgument(argument: string, otherwise: Answer): Answer {
  return argument === "" ? otherwise : answer(501, "5.5.4", "This command takes no argument");
}

/** Ends the transaction, if there is one, and frees what it holds. */
export async function dropTransaction(talk: Conversation): Promise<void> {
  const draft = talk.transaction?.draft;
  talk.transaction = undefined;
  await draft?.[Symbol.asyncDispose]();
}
