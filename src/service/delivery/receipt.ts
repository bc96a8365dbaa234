/**
 * Tells a sender in the world that mail was delivered, where the sending host asked for it (RFC 3461 section 4.1,
 * NOTIFY=SUCCESS): a signed report with the null sender, through the queue. It names recipients as they were addressed,
 * returns the header at most, and goes once a message. Failures need none: what cannot be delivered is refused at RCPT.
 *
 * What was wanted of TLS for the message is wanted for its receipt (RFC 8689 section 6), which quotes its header. One that
 * asks for TLS is not lost where the way back knows less: it has the null sender (section 5 there).
 */
import { createHash } from "node:crypto";
import { type Clock, DAY } from "../../host/clock.ts";
import { firstOctets } from "../../store/content-of.ts";
import { type DeliveryId, deliveryId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { composeStatusReport } from "../../syntax/message/dsn.ts";
import { newField } from "../../syntax/message/header-edit.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { octetsOf } from "../../syntax/message/octets.ts";
import { textOf } from "../notices/letter.ts";
import { type OwnLetterPost, postOwnLetter } from "../queue/own-letter.ts";
import { tlsWishOf } from "../submission/tls-wish.ts";
import type { Envelope } from "./inbound.ts";

/** A message that was delivered to recipients whose delivery is to be told. */
export type Receipt = {
  readonly delivery: DeliveryId;
  readonly arrivedAt: number;
  /** Its sender is not the null path. */
  readonly envelope: Pick<Envelope, "sender" | "envid" | "requireTls">;
  readonly recipients: readonly { readonly address: string; readonly orcpt: string | undefined }[];
  readonly content: ContentSource;
};

/** Durable in the queue when it fulfils. @throws StoreError, SpoolError */
export type SendReceipt = (receipt: Receipt) => Promise<void>;

export type ReceiptOptions = OwnLetterPost & {
  readonly clock: Clock;
  readonly hostName: string;
  /** Ours: receipts come from postmaster there. */
  readonly domain: string;
};

/** Nobody waits longer for good news. */
const LIFE_MS: number = DAY;
const MOST_HEADER_BYTES = 64 * 1024;
/** For the hosts behind the first (RFC 8689 section 3). */
const TLS_OPTIONAL = octetsOf(newField("TLS-Required", "No").raw);

export function createReceipts(options: ReceiptOptions): SendReceipt {
  const { clock, hostName, domain } = options;
  return async ({ delivery, arrivedAt, envelope, recipients, content }) => {
    const { sender, envid, requireTls = false } = envelope;
    const now = clock.now();
    const beginning = await firstOctets(content, MOST_HEADER_BYTES);
    const fields = headerFields(beginning);
    const tlsWish = tlsWishOf(requireTls, fields);
    const id = deliveryId(createHash("sha256").update(`receipt ${delivery}`).digest("hex").slice(0, 32));
    const list = recipients.map(({ address }) => `  ${address}`).join("\n");
    const letter = composeStatusReport({
      from: `Mail Delivery System <postmaster@${domain}>`,
      to: `<${sender}>`,
      subject: "Delivery report: your message was delivered",
      text: textOf(["As you asked: your message was delivered to", list]),
      date: now,
      messageId: `${id}@${hostName}`,
      reportingHost: hostName,
      envid,
      arrivedAt,
      statuses: recipients.map(({ address, orcpt }) => ({
        recipient: address,
        orcpt,
        action: "delivered",
        status: "2.0.0",
        remoteHost: undefined,
        diagnostic: undefined,
        retriedUntil: undefined,
      })),
      returned: { kind: "headers", octets: beginning.subarray(0, fields.at(-1)?.end ?? 0) },
      boundary: `=_${id}`,
    });
    await postOwnLetter(options, {
      id,
      sender: "",
      to: sender,
      domain,
      mustBeSigned: false,
      destinationPrefix: "",
      tlsWish,
      messageId: undefined,
      ret: undefined,
      envid: undefined,
      submittedAt: now,
      deadline: now + LIFE_MS,
      content: tlsWish === "optional" ? Buffer.concat([TLS_OPTIONAL, letter]) : letter,
    });
  };
}
