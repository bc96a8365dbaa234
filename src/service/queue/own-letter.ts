/**
 * A letter of the service's own on its way to the world: signed by a domain of ours and put into the outbound queue for one
 * recipient. It belongs to no account, and nobody is told of its fate (RFC 3461 section 4.1, NEVER): none causes another.
 */
import { isAscii as isAsciiOctets } from "node:buffer";
import { contentOf } from "../../store/content-of.ts";
import type { Outbound, OutboundMail, TlsWish } from "../../store/outbound-queue.ts";
import { isAscii } from "../../syntax/message/octets.ts";
import type { DkimSigner } from "../submission/dkim-signer.ts";
import { signedLetter } from "../submission/signed-letter.ts";
import { destinationOf } from "./enqueue.ts";
import { placeOf } from "./optional-tls.ts";

/** By its `id` the queue takes it once. */
export type OwnLetter = Pick<Outbound, "id" | "sender" | "messageId" | "ret" | "envid" | "submittedAt"> & {
  readonly to: string;
  /** One of ours, which signs. */
  readonly domain: string;
  /** Without a key that signs yet, a letter that must be signed is not sent; others go as they are. */
  readonly mustBeSigned: boolean;
  /** Sets it apart in the queue from other mail to the domain; empty: it is not. */
  readonly destinationPrefix: string;
  /** Of the message that it answers (RFC 8689 section 6); absent: the destination decides. */
  readonly tlsWish?: TlsWish;
  /** Epoch milliseconds: until then it is tried. */
  readonly deadline: number;
  readonly content: Uint8Array;
};

export type OwnLetterPost = {
  readonly queue: OutboundMail;
  readonly signer: DkimSigner;
  /** Something is in the queue. */
  readonly wake: () => void;
};

/** Durable in the queue when it fulfils with `queued`. @throws StoreError */
export async function postOwnLetter(
  { queue, signer, wake }: OwnLetterPost,
  letter: OwnLetter,
): Promise<"queued" | "unsigned"> {
  const { id, sender, messageId, ret, envid, submittedAt, to, domain, mustBeSigned, destinationPrefix } = letter;
  const { tlsWish = "policy" } = letter;
  const signed = await signedLetter(signer, domain, letter.content, submittedAt);
  if (signed === undefined && mustBeSigned) return "unsigned";
  const content = signed ?? letter.content;
  await queue.add(
    {
      id,
      account: undefined,
      sender,
      messageId,
      body: isAsciiOctets(content) ? "7BIT" : "8BITMIME",
      smtpUtf8: !isAscii(to),
      tlsWish,
      ret,
      envid,
      submittedAt,
    },
    [
      {
        address: to,
        destination: `${destinationPrefix}${placeOf(destinationOf(to), tlsWish)}`,
        notify: { success: false, failure: false, delay: false },
        orcpt: undefined,
      },
    ],
    { dueAt: submittedAt, deadline: letter.deadline, delayAt: letter.deadline },
    contentOf(content),
  );
  wake();
  return "queued";
}
