/**
 * The one place where what was thrown becomes an answer. A store that does not answer is NO with a code of RFC 5530 and
 * a sentence; anything else is our bug: a neutral text with a number that the log knows, too.
 */
import { randomBytes } from "node:crypto";
import { faultPlaces } from "../../host/fault.ts";
import { StoreError, type StoreErrorCode } from "../../store/store-error.ts";
import { no, type Reply } from "./reply.ts";
import type { Session } from "./session.ts";
import { MailboxGone } from "./view.ts";

const ANSWERS: Readonly<Record<StoreErrorCode, Reply>> = {
  busy: no("INUSE", "The account is busy with another change; try again in a moment"),
  full: no("UNAVAILABLE", "The server has no space left and its operators have been told; try again later"),
  io: no("UNAVAILABLE", "The account's storage does not answer; try again later"),
  key: no("UNAVAILABLE", "The account cannot be opened at the moment; try again later"),
  "no-account": {
    ...no("UNAVAILABLE", "The account does not exist any more"),
    bye: "The account does not exist any more",
  },
  gone: no("EXPUNGEISSUED", "A message was removed meanwhile"),
  closed: { ...no("UNAVAILABLE", "The service is stopping"), bye: "[UNAVAILABLE] The service is stopping" },
};

/** Turns what a command threw into its answer and logs what the operators must know. */
export function replyToFailure(error: unknown, session: Session, command: string): Reply {
  const { log } = session.services;
  const who = { session: session.id, account: session.accountId, address: session.address, command };
  if (error instanceof MailboxGone)
    return { ...no("NONEXISTENT", "The selected mailbox was deleted"), bye: "The selected mailbox was deleted" };
  if (error instanceof StoreError) {
    log("imap.store", { ...who, code: error.code, step: error.message });
    return ANSWERS[error.code];
  }
  const incident = randomBytes(4).toString("hex");
  const isError = error instanceof Error;
  log("imap.bug", {
    ...who,
    incident,
    error: isError ? error.name : typeof error,
    stack: isError ? faultPlaces(error).join(" | ") : undefined,
  });
  return no("SERVERBUG", `Something went wrong here; the operators know it as incident ${incident}`);
}
