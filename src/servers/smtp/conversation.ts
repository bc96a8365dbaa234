/** What is known in a session, and what a command's handler gives back: the session alone reads, writes and waits. */
import type { Connection } from "../../host/connection.ts";
import type { Reception, Recipient, Reply } from "../../service/delivery/inbound.ts";
import type { PeerVerdict, Visit } from "../../service/peer-limits/peer-limits.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailParameters, RcptParameters } from "../../syntax/smtp/parameters.ts";
import type { SmtpServices } from "./services.ts";

export type Conversation = {
  readonly services: SmtpServices;
  /** Another one after STARTTLS. */
  connection: Connection;
  /** Pseudonym of the session in the log. */
  readonly session: string;
  /** The name given with EHLO or HELO; undefined before. */
  helo: string | undefined;
  /** EHLO rather than HELO. */
  isExtended: boolean;
  transaction: Transaction | undefined;
  /** A recipient was refused since the last MAIL. */
  hasRefused: boolean;
  /** Octets of chunks that were refused in this session. */
  discardedBytes: number;
  /** How the peer stands with the limits on strangers. */
  readonly visit: Visit;
};

export type Transaction = {
  /** Empty for the null path. */
  readonly sender: string;
  readonly parameters: MailParameters;
  readonly recipients: Recipient[];
  /** In the order of the recipients. */
  readonly notices: RcptParameters[];
  /** Open from the first BDAT or from DATA on. */
  reception: Reception | undefined;
  /** Octets of the message so far. */
  bytes: number;
};

/** Where a session stands, RFC 5321 section 4.1.4. */
export type State = "start" | "ready" | "mail" | "rcpt" | "chunks";

export function stateOf({ helo, transaction }: Conversation): State {
  if (helo === undefined) return "start";
  if (transaction === undefined) return "ready";
  if (transaction.reception !== undefined) return "chunks";
  return transaction.recipients.length === 0 ? "mail" : "rcpt";
}

/** What comes after the reply: the next command when not given. */
export type Next =
  | { readonly kind: "data" }
  /** `refusal`: the octets are read and thrown away, and this is said. */
  | { readonly kind: "chunk"; readonly size: number; readonly last: boolean; readonly refusal: Reply | undefined }
  | { readonly kind: "tls" }
  | { readonly kind: "close" }
  /** Closes on a peer that has reached a limit. */
  | { readonly kind: "limited" };

/** The limit on strangers that was reached. */
export type Reached = Pick<PeerVerdict & { readonly kind: "refuse" }, "limit" | "scope">;

export type Answer = {
  /** A reply of one line with enhanced code, or lines without one; undefined: nothing is said now. */
  readonly reply: Reply | { readonly code: number; readonly lines: readonly string[] } | undefined;
  readonly next?: Next;
  /** For so long the peer waits for the reply. */
  readonly delayMs?: number;
  readonly reached?: Reached;
};

export type Handler = (talk: Conversation, argument: string) => Answer | Promise<Answer>;

/** Makes an answer of one line. */
export function answer(code: number, enhanced: string, text: string): Answer {
  return { reply: { code, enhanced, text } };
}

/** The answer as the limits on strangers let it be given. */
export function limited(verdict: PeerVerdict, otherwise: Answer): Answer {
  switch (verdict.kind) {
    case "go":
      return otherwise;
    case "delay":
      return { ...otherwise, delayMs: verdict.delayMs };
    case "refuse":
      // RFC 5321 section 3.8: who says 421 closes.
      return {
        reply: verdict.reply,
        reached: verdict,
        ...(verdict.reply.code === 421 ? { next: { kind: "limited" } as const } : {}),
      };
  }
}

/** Refuses an argument where none belongs. */
export function withoutArgument(argument: string, otherwise: Answer): Answer {
  return argument === "" ? otherwise : answer(501, "5.5.4", "This command takes no argument");
}

/**
 * Ends the transaction, if there is one, and frees what it holds. What came of a message counts, also when it was broken
 * off. @param takenFor accounts that have the message now
 */
export async function dropTransaction(talk: Conversation, takenFor: readonly AccountId[] = []): Promise<void> {
  const { transaction, visit } = talk;
  talk.transaction = undefined;
  if (transaction?.reception === undefined) return;
  visit.atMessage(transaction.bytes, takenFor);
  await transaction.reception[Symbol.asyncDispose]();
}
