/**
 * Implements `Notices` by local delivery into INBOX. What quota an account has does not matter here: it is asked for mail
 * from outside only.
 *
 * A notice has a delivery id made of its kind, account and occasion, which the store takes once. Stores know delivery ids
 * for 9 days: who tells the same occasion again after that tells it twice, so callers note what they have told.
 */
import { hash } from "node:crypto";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { contentOf } from "../../store/content-of.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { type DeliveryId, deliveryId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { composeMessage } from "../../syntax/message/compose.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import { textOf } from "./letter.ts";
import type { HolderNotice, Notices, OperatorNotice } from "./notices.ts";
import { letterOf } from "./tellings.ts";

export type NoticesOptions = {
  readonly mail: MailStore;
  readonly directory: Directory;
  /** The address of the account that the operator reads. */
  readonly operator: string;
  /** The first of ours: notices come from `postmaster` there, whose mail the operator reads. */
  readonly domain: string;
  /** Ends the message ids. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly log: Log;
};

export function createNotices({ mail, directory, operator, domain, hostName, clock, log }: NoticesOptions): Notices {
  const contact = `postmaster@${domain}`;

  const put = async (account: Account, notice: HolderNotice | OperatorNotice, occasion: string): Promise<void> => {
    const id = idOf(notice.kind, account, occasion);
    const letter = letterOf(notice, account.language, { domain, contact });
    const now = clock.now();
    const bytes = composeMessage({
      from: { name: "AltMail", address: contact },
      to: { name: "", address: account.primary },
      subject: letter.subject,
      text: textOf(letter.paragraphs),
      date: now,
      messageId: `${id}@${hostName}`,
    });
    const { kind } = await mail.write(account.id).deliver({
      id,
      fingerprint: hash("sha256", `notice ${id}`, "buffer"),
      into: "INBOX",
      mail: {
        content: contentOf(bytes),
        derived: parseMessage(bytes),
        flags: { system: 0, keywords: [] },
        internalDate: now - (now % 1000),
        zoneMinutes: 0,
      },
    });
    log("notice.told", { kind: notice.kind, account: account.id, repeated: kind === "repeated" });
  };

  return {
    async tell(id, notice, occasion) {
      const account = await directory.byId(id);
      if (account === undefined || account.state === "closing") {
        log("notice.untold", { kind: notice.kind, reason: "the account is gone" });
        return;
      }
      await put(account, notice, occasion);
    },

    async tellOperator(notice, occasion) {
      const account = await directory.byAddress(operator);
      if (account === undefined || account.state === "closing") {
        log("notice.untold", { kind: notice.kind, reason: "the operator has no account" });
        throw new StoreError("no-account", 'The operator has no account here: make it with "altmail account add".');
      }
      await put(account, notice, occasion);
    },
  };
}

function idOf(kind: string, account: Account, occasion: string): DeliveryId {
  return deliveryId(hash("sha256", `notice\n${kind}\n${account.id}\n${occasion}`).slice(0, 32));
}
