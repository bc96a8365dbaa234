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
  const { code, enhanced, lines } = reply;
  return {
    host: speaker.name,
    code,
    enhanced: enhanced ?? `${Math.trunc(code / 100)}.0.0`,
    words: wordsOf({ ...reply, lines: lines.map((line) => without(enhanced, line)) }, speaker.maxWords),
    ...(enhanced === undefined || lines.length > 1 ? { said: saidIn(reply, speaker.maxWords) } : {}),
    tls: tlsWords(speaker.tls),
  };
}

/** Codes are still in the lines where not every line has the same. */
const hasCode = (enhanced: string, line: string): boolean => line === enhanced || line.startsWith(`${enhanced} `);
const without = (enhanced: string | undefined, line: string): string =>
  enhanced !== undefined && hasCode(enhanced, line) ? line.slice(enhanced.length) : line;

function saidIn({ enhanced, lines }: SmtpReply, most: number): string {
  const isStripped = enhanced !== undefined && !lines.some((line) => hasCode(enhanced, line));
  const said = lines.map((line) => (isStripped ? `${enhanced} ${line}` : line).trim()).join("\n");
  return said.length > most ? `${said.slice(0, Math.max(0, most - 3))}...` : said;
}

/** What the host said means something else to us: its own words stay what they are. */
function restated(reply: RemoteReply, enhanced: string): RemoteReply {
  return { ...reply, enhanced, said: reply.said ?? `${reply.enhanced} ${reply.words}`.trim() };
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
      : restated(remoteReply(speaker, heard.reply), "4.5.0");
}

/** What is wrong between us and the host is no word on the message. */
export function temporarily(reply: RemoteReply): RemoteReply {
  return restated(reply, reply.enhanced.replace(/^5/, "4"));
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
