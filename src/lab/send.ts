/** Sends one short message to the lab as another mail server would: RFC 5321 with STARTTLS (RFC 3207). */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { hostname } from "node:os";
import { connect, type TLSSocket } from "node:tls";
import { randomUUID } from "node:crypto";
import { HostError } from "../host/host-error.ts";

export type Demo = {
  readonly host: string;
  readonly port: number;
  readonly recipient: string;
  readonly subject: string;
};

const SENDER = "hello@example.net";

/** @returns the reply to the message, or the refusal that came before. @throws HostError when nobody listens. */
export async function sendDemo({ host, port, recipient, subject }: Demo): Promise<string> {
  if (/[\r\n<>]/.test(recipient + subject)) throw new HostError("an address or a subject is one line without < and >");
  let socket: Socket | TLSSocket = createConnection({ host, port });
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new HostError(`nobody answers on port ${port}: start the lab first`, { cause: error });
  }
  let replies = readReplies(socket);
  const say = async (line: string | undefined): Promise<string> => {
    if (line !== undefined) socket.write(`${line}\r\n`);
    const { value, done } = await replies.next();
    return done === true ? "the lab closed the connection" : value;
  };
  const name = hostname() || "localhost";
  await say(undefined);
  await say(`EHLO ${name}`);
  if ((await say("STARTTLS")).startsWith("220")) {
    // Between mail servers TLS is taken wherever it is offered, whoever signed the certificate (RFC 7435).
    socket = connect({ socket, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    replies = readReplies(socket);
    await say(`EHLO ${name}`);
  }
  const message = [
    `From: A friend <${SENDER}>`,
    `To: <${recipient}>`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${randomUUID()}@example.net>`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    "This came in by SMTP and rests encrypted.",
    ".",
  ].join("\r\n");
  let reply = "";
  for (const line of [`MAIL FROM:<${SENDER}>`, `RCPT TO:<${recipient}>`, "DATA", message]) {
    reply = await say(line);
    if (!/^[23]/.test(reply)) break;
  }
  await say("QUIT");
  socket.destroy();
  return reply;
}

/** Whole replies, the lines of each joined by line feeds. */
async function* readReplies(socket: Socket): AsyncGenerator<string, void> {
  let buffered = "";
  let lines: string[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const parts = (buffered + String(chunk)).split("\r\n");
    buffered = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      if (/^\d{3}(?:$| )/.test(line)) {
        yield lines.join("\n");
        lines = [];
      }
    }
  }
}
