/**
 * The web server of somebody who collects reports on TLS (RFC 8460 section 5.4), on port 443 of an address of its own: needs
 * root. Its certificate is as wrong as those that it wants to hear of.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { buffer } from "node:stream/consumers";
import type { HostCertificate } from "./certificates.ts";

export type Posted = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  /** What was answered. */
  readonly code: number;
};

export type ReportCollector = AsyncDisposable & { readonly posted: readonly Posted[] };

/** @param codes what the first requests are answered; all further ones as the last */
export async function startReportCollector(
  address: string,
  { certificate, key }: HostCertificate,
  codes: readonly number[],
): Promise<ReportCollector> {
  const posted: Posted[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const { method = "", url = "", headers } = request;
    const code = codes[posted.length] ?? codes.at(-1) ?? 200;
    posted.push({ method, url, headers, body, code });
    response.writeHead(code).end("thank you");
  };
  const server = createServer({ cert: certificate, key }, (request, response) => {
    // Who goes away before the end has posted nothing.
    take(request, response).catch(() => response.destroy());
  }).listen(443, address);
  await once(server, "listening");
  return {
    posted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
