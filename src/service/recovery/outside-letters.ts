/**
 * Letters to a mailbox elsewhere: to a recovery address, and to one that shall be. Through the queue to the world, signed,
 * with the null sender: nobody is told of their fate, and no bounce can come back. Nothing in them names an address of the
 * account (promise A6): they come from `postmaster`, have no trace field, and their ids are made of random octets or hashes.
 */
import { hash } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import type { Language } from "../../store/directory.ts";
import { deliveryId } from "../../store/ids.ts";
import { composeMessage } from "../../syntax/message/compose.ts";
import { textOf } from "../notices/letter.ts";
import type { HolderNotice, OutsideNotice } from "../notices/notices.ts";
import { letterOf } from "../notices/tellings.ts";
import { type OwnLetterPost, postOwnLetter } from "../queue/own-letter.ts";

export type OutsideLetter = {
  /** Canonical and ASCII. */
  readonly to: string;
  readonly language: Language;
  readonly notice: OutsideNotice | HolderNotice;
  /** Unique to what it tells of: the queue takes one letter an occasion and address, while it knows that. */
  readonly occasion: string;
};

/** Fulfils when the letter is durable in the queue. @throws StoreError */
export type PostOutside = (letter: OutsideLetter) => Promise<void>;

export type OutsideOptions = OwnLetterPost & {
  readonly clock: Clock;
  readonly hostName: string;
  /** The first of ours: letters come from postmaster there. */
  readonly domain: string;
};

/** What is not urgent is tried as long as ordinary mail is (RFC 5321 section 4.5.4.1). */
const LIFE_MS: number = 5 * DAY;

export function createOutsideLetters(options: OutsideOptions): PostOutside {
  const { clock, hostName, domain } = options;
  const contact = `postmaster@${domain}`;
  return async ({ to, language, notice, occasion }) => {
    const now = clock.now();
    const id = deliveryId(hash("sha256", `outside\n${notice.kind}\n${to}\n${occasion}`).slice(0, 32));
    const { subject, paragraphs } = letterOf(notice, language, { domain, contact });
    const letter = composeMessage({
      from: { name: "AltMail", address: contact },
      to: { name: "", address: to },
      subject,
      text: textOf(paragraphs),
      date: now,
      messageId: `${id}@${hostName}`,
    });
    await postOwnLetter(options, {
      id,
      sender: "",
      to,
      domain,
      // Who waits for a link is helped by it all the same.
      mustBeSigned: false,
      destinationPrefix: "",
      messageId: undefined,
      ret: "HDRS",
      envid: undefined,
      submittedAt: now,
      deadline: "until" in notice ? Math.max(now, notice.until) : now + LIFE_MS,
      content: letter,
    });
  };
}
