/** One request and its answer for what is no page: a body that is bounded, and an answer made of a few values. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebAnswer } from "../answer.ts";
import type { Outcome } from "../respond.ts";

/** @returns `undefined` when it is longer, or when the peer went away in the middle; what is left is not read */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > maxBytes) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces);
}

export type FoundAnswer = Omit<WebAnswer, "body"> & { readonly body: string | Uint8Array };

/** @param resource what the log calls it: never the path as sent */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  resource: string,
  answer: FoundAnswer,
): Outcome {
  const { code, type, headers } = answer;
  const octets = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  response.writeHead(code, { ...headers, "content-type": type, "content-length": octets.length });
  const isHead = request.method === "HEAD";
  response.end(isHead ? undefined : octets);
  return { resource, code, bytes: isHead ? 0 : octets.length };
}
