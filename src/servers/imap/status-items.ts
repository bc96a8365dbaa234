/** The line of STATUS, RFC 9051 section 7.3.4, from the counters that every commit keeps true. */
import type { MailboxState } from "../../store/mail-store.ts";
import type { StatusItem } from "../../syntax/imap/command.ts";
import { statusResponse } from "../../syntax/imap/response.ts";

/** Writes the response for one mailbox. RECENT is 0 always (RFC 9051 does not have it any more). */
export function statusLine(state: MailboxState, items: readonly StatusItem[]): string {
  return statusResponse(
    state.name,
    items.map((item) => [item, valueOf(state, item)] as const),
  );
}

function valueOf(state: MailboxState, item: StatusItem): number {
  switch (item) {
    case "MESSAGES":
      return state.messages;
    case "RECENT":
      return 0;
    case "UIDNEXT":
      return state.uidNext;
    case "UIDVALIDITY":
      return state.uidValidity;
    case "UNSEEN":
      return state.unseen;
    case "DELETED":
      return state.deleted;
    case "SIZE":
      return state.octets;
    case "HIGHESTMODSEQ":
      return state.highestModSeq;
  }
}
