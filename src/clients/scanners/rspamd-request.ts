/**
 * One request to rspamd over HTTP, on a connection of its own: rspamd closes idle connections when it likes and sends
 * answers that HTTP does not permit (204 with a body), and neither must hit the next message.
 */
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { ScanFailure } from "../../rules/scan-verdict.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { messagePieces } from "./message-pieces.ts";
import { connectOptions, type Place } from "./place.ts";

export type RspamdRequest = {
  readonly path: string;
  /** Several values of a name are several fields. What HTTP does not take is taken out. */
  readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What is posted; without it, GET. */
  readonly content: ContentSource | undefined;
};

export type RspamdReply = { readonly status: number; readonly server: string | undefined; readonly body: Uint8Array };

/** A field that is longer says nothing that a scanner needs. */
const MAX_FIELD = 1000;

/** Asks once. @throws {UnreadableMessage} */
export async function askRspamd(
  place: Place,
  { path, fields, content }: RspamdRequest,
  maxAnswerBytes: number,
  signal: AbortSignal,
): Promise<RspamdReply | ScanFailure> {
  const at = connectOptions(place);
  const asking = request({
    ...("path" in at ? { socketPath: at.path } : at),
    path,
    method: content === undefined ? "GET" : "POST",
    headers: {
      host: "rspamd",
      ...(content === undefined ? {} : { "content-length": String(content.size) }),
      ...headersOf(fields),
    },
    agent: false,
    signal,
  });
  const answer = answerTo(asking, maxAnswerBytes);
  try {
    if (content !== undefined) await send(asking, content);
    if (!asking.destroyed) asking.end();
    return await answer;
  } finally {
    asking.destroy();
  }
}

/** Stops early when an answer came, or when the connection is lost: then `asking` is destroyed. */
async function send(asking: ClientRequest, content: ContentSource): Promise<void> {
  let isAnswered = false;
  let wake = (): void => {};
  asking.on("response", () => {
    isAnswered = true;
  });
  for (const event of ["drain", "response", "close"]) asking.on(event, () => wake());
  const isUseless = (): boolean => isAnswered || asking.destroyed;
  for await (const piece of messagePieces(content)) {
    if (isUseless()) return;
    asking.write(piece);
    while (asking.writableNeedDrain && !isUseless())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

/** Settles with the first thing that is certain. Errors after it, and there are some, are heard and mean nothing. */
function answerTo(asking: ClientRequest, maxAnswerBytes: number): Promise<RspamdReply | ScanFailure> {
  return new Promise((resolve) => {
    asking.on("error", (error) => resolve(failureOf(error)));
    asking.on("close", () => resolve("closed"));
    asking.on("response", (response: IncomingMessage) => {
      const { statusCode = 0, headers } = response;
      const { server } = headers;
      const give = (body: Uint8Array): void =>
        resolve({ status: statusCode, server: typeof server === "string" ? server : undefined, body });
      // It has no body (RFC 9110 section 15.3.5); rspamd sends one, which is then an error of the connection.
      if (statusCode === 204) give(new Uint8Array(0));
      const pieces: Uint8Array[] = [];
      let size = 0;
      response.on("data", (piece: Uint8Array) => {
        size += piece.length;
        if (size <= maxAnswerBytes) return void pieces.push(piece);
        resolve("garbled");
        asking.destroy();
      });
      response.on("error", () => resolve("closed"));
      response.on("end", () => give(Buffer.concat(pieces)));
    });
  });
}

function failureOf(error: Error): ScanFailure {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("HPE_")) return "garbled";
  return code === "ECONNRESET" || code === "EPIPE" ? "closed" : "unreachable";
}

function headersOf(fields: RspamdRequest["fields"]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const fit = (typeof value === "string" ? [value] : value).flatMap((text) => fieldValue(text) ?? []);
    if (fit.length > 0) headers[name] = fit;
  }
  return headers;
}

/** UTF-8, one character an octet, as Node writes header fields; without signs that end them. */
function fieldValue(text: string): string | undefined {
  if (text.length > MAX_FIELD) return undefined;
  return Buffer.from(text.replaceAll(/\p{Cc}/gu, "")).toString("latin1");
}
