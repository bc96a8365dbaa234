/** What is told of a host's reply, or of our own finding where no reply came. */
import { type FindingName, found } from "../../service/queue/findings.ts";
import { restated, verifiedBy } from "../../service/queue/reply-words.ts";
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

/** @param about what fills the sentence of this name */
export function ownReply(speaker: Speaker, enhanced: string, name: FindingName, about?: number): RemoteReply {
  return { host: speaker.name, code: undefined, enhanced, ...found(name, about), tls: tlsWords(speaker.tls) };
}

/** Why there was no answer: RFC 3463 section 3.5, `X.4.2` bad connection, and section 3.6, `X.5.0` of the protocol. */
export function lossReply(speaker: Speaker, why: Loss): RemoteReply {
  switch (why) {
    case "closed":
      return ownReply(speaker, "4.4.2", "closed");
    case "timeout":
      return ownReply(speaker, "4.4.2", "late");
    case "not-smtp":
      return ownReply(speaker, "4.5.0", "not-smtp");
    case "shutdown":
      return ownReply(speaker, "4.3.2", "stopped-speaking");
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

/** True for the class 2 of codes, which all mean that it was done. */
export function isDone(heard: Heard): boolean {
  return heard.kind === "reply" && heard.reply.code < 300;
}

function tlsWords(tls: SessionTls | undefined): string | undefined {
  if (tls === undefined) return undefined;
  const verified = tls.verified === undefined ? "" : `, ${verifiedBy(tls.verified)}`;
  return `${tls.protocol} ${tls.cipher}${verified}`;
}
