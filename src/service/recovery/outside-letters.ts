/**
 * Letters to a mailbox elsewhere: to a recovery address, and to one that shall be. Through the queue to the world, signed,
 * with the null sender: nobody is told of their fate, and no bounce can come back. Nothing in them names an address of the
 * account (promise A6): they come from `postmaster`, have no trace field, and their ids are made of random octets or hashes.
 */
import { hash } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import { contentOf } from "../../store/content-of.ts";
import type { Language } from "../../store/directory.ts";
import { deliveryId } from "../../store/ids.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import { composeMessage } from "../../syntax/message/compose.ts";
import { textOf } from "../notices/letter.ts";
import type { HolderNotice, OutsideNotice } from "../notices/notices.ts";
import { letterOf } from "../notices/tellings.ts";
import type { DkimSigner } from "../submission/dkim-signer.ts";
import { signedLetter } from "../submission/signed-letter.ts";

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

export type OutsideOptions = {
  readonly queue: OutboundQueue;
  readonly signer: DkimSigner;
  /** Something is in the queue. */
  readonly wake: () => void;
  readonly clock: Clock;
  readonly hostName: string;
  /** The first of ours: letters come from postmaster there. */
  readonly domain: string;
};

/** What is not urgent is tried as long as ordinary mail is (RFC 5321 section 4.5.4.1). */
const LIFE_MS: number = 5 * DAY;

export function createOutsideLetters(options: OutsideOptions): PostOutside {
  const { queue, signer, wake, clock, hostName, domain } = options;
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
    // Without a key that signs yet it goes as it is: who waits for a link is helped by it all the same.
    const bytes = (await signedLetter(signer, domain, letter, now)) ?? letter;
    const end = "until" in notice ? Math.max(now, notice.until) : now + LIFE_MS;
    await queue.add(
      {
        id,
        account: undefined,
        sender: "",
        messageId: undefined,
        body: "7BIT",
        smtpUtf8: false,
        requireTls: false,
        ret: "HDRS",
        envid: undefined,
        submittedAt: now,
      },
      [
        {
          address: to,
          destination: to.slice(to.lastIndexOf("@") + 1),
          notify: { success: false, failure: false, delay: false },
          orcpt: undefined,
        },
      ],
      { dueAt: now, deadline: end, delayAt: end },
      contentOf(bytes),
    );
    wake();
  };
}
