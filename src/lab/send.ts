/**
 * Sends one short message to the lab: as another mail server would, RFC 5321 with STARTTLS, or as the mail client of one
 * of its accounts, with TLS from the first octet (RFC 8314 section 3.3) and a log-in (RFC 4954 section 4).
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { systemClock } from "../host/clock.ts";
import { MINUTE } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import type { SmtpReply } from "../syntax/smtp/reply-reader.ts";
import { formatDate } from "../syntax/smtp/trace.ts";
import { Dialogue } from "./dialogue.ts";

export type Demo = {
  readonly host: string;
  readonly port: number;
  readonly recipient: string;
  readonly subject: string;
  /** The account that sends; without it a stranger does. */
  readonly account?: {
    readonly address: string;
    readonly password: string;
    /** PEM: the lab's own. */
    readonly authority: Uint8Array;
  };
};

const STRANGER = "hello@example.net";
const PATIENCE_MS: number = 5 * MINUTE;

/** @returns the reply to the message, or the refusal that came before. @throws HostError when nobody listens. */
export async function sendDemo({ host, port, recipient, subject, account }: Demo): Promise<string> {
  const sender = account?.address ?? STRANGER;
  if (/[\r\n<>]/.test(recipient + subject + sender))
    throw new HostError("an address or a subject is one line without < and >");
  const way = { host, port, clock: systemClock, patienceMs: PATIENCE_MS };
  using dialogue = await Dialogue.open(
    account === undefined ? way : { ...way, tls: { authority: account.authority, serverName: "localhost" } },
  );
  const name = hostname() || "localhost";
  await dialogue.hear();
  await dialogue.say(`EHLO ${name}`);
  const lines = [`MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, "DATA", messageOf(sender, recipient, subject)];
  if (account !== undefined) lines.unshift(`AUTH PLAIN ${plain(account.address, account.password)}`);
  else if ((await dialogue.say("STARTTLS")).code === 220) {
    await dialogue.startTls();
    await dialogue.say(`EHLO ${name}`);
  }
  let reply: SmtpReply | undefined;
  for (const line of lines) {
    reply = await dialogue.say(line);
    if (reply.code >= 400) break;
  }
  await dialogue.say("QUIT");
  return textOf(reply);
}

function messageOf(sender: string, recipient: string, subject: string): string {
  return [
    `From: A friend <${sender}>`,
    `To: <${recipient}>`,
    `Subject: ${subject}`,
    `Date: ${formatDate(systemClock.now())}`,
    `Message-ID: <${randomUUID()}@${sender.slice(sender.lastIndexOf("@") + 1)}>`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    "This came by SMTP, and where it lies it rests encrypted.",
    ".",
  ].join("\r\n");
}

/** RFC 4616 section 2. */
const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString("base64");

function textOf(reply: SmtpReply | undefined): string {
  if (reply === undefined) return "";
  const { code, enhanced, lines } = reply;
  return `${code} ${enhanced === undefined ? "" : `${enhanced} `}${lines.join(" ")}`;
}
