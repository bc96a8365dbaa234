/** What is told of a host's reply, or of our own finding where no reply came. */
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { type SmtpReply, wordsOf } from "../../syntax/smtp/reply-reader.ts";
import type { SessionTls } from "./delivered.ts";
import type { Heard, Loss } from "./wire.ts";

/** Who is spoken with, as far as it goes into every reply. */
export type Speaker = {
  /** The host's name. */
  readonly name: string;
  readonly tls: SessionTls | undefined;
  readonly maxWords: number;
};

/** A host that gives no enhanced code has said nothing but the class (RFC 3463 section 2). */
export function remoteReply(speaker: Speaker, reply: SmtpReply): RemoteReply {
  return {
    host: speaker.name,
    code: reply.code,
    enhanced: reply.enhanced ?? `${Math.trunc(reply.code / 100)}.0.0`,
    words: wordsOf(reply, speaker.maxWords),
    tls: tlsWords(speaker.tls),
  };
}

/** @param words a sentence of ours */
export function ownReply(speaker: Speaker, enhanced: string, words: string): RemoteReply {
  return { host: speaker.name, code: undefined, enhanced, words, tls: tlsWords(speaker.tls) };
}

/** Why there was no answer: RFC 3463 section 3.5, `X.4.2` bad connection, and section 3.6, `X.5.0` of the protocol. */
export function lossReply(speaker: Speaker, why: Loss): RemoteReply {
  switch (why) {
    case "closed":
      return ownReply(speaker, "4.4.2", "The host closed the connection before it had answered");
    case "timeout":
      return ownReply(speaker, "4.4.2", "The host did not answer in time");
    case "not-smtp":
      return ownReply(speaker, "4.5.0", "The host sent something that is not an SMTP reply");
    case "shutdown":
      return ownReply(speaker, "4.3.2", "Our service was stopped while it spoke with the host");
  }
}

/** Of a reply that makes no sense where it came. */
export function heardReply(speaker: Speaker, heard: Heard): RemoteReply {
  return heard.kind === "lost"
    ? lossReply(speaker, heard.why)
    : heard.reply.code >= 400
      ? remoteReply(speaker, heard.reply)
      : { ...remoteReply(speaker, heard.reply), enhanced: "4.5.0" };
}

/** What is wrong between us and the host is no word on the message. */
export function temporarily(reply: RemoteReply): RemoteReply {
  return { ...reply, enhanced: reply.enhanced.replace(/^5/, "4") };
}

/** True for the class 2 of codes, which all mean that it was done. */
export function isDone(heard: Heard): boolean {
  return heard.kind === "reply" && heard.reply.code < 300;
}

function tlsWords(tls: SessionTls | undefined): string | undefined {
  if (tls === undefined) return undefined;
  const verified =
    tls.verified === undefined ? "" : `, certificate verified by ${tls.verified === "dane" ? "DANE" : "an authority"}`;
  return `${tls.protocol} ${tls.cipher}${verified}`;
}
