/**
 * How the library of Stripe reaches its server: with a deadline for the whole exchange and a bound on the answer, neither of
 * which it has, and without the headers in which it describes this machine.
 */
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import type Stripe from "stripe";
import type { Clock } from "../../host/clock.ts";

export type StripeHttpLimits = {
  /** From the first octet sent to the last one read. Stripe itself gives up after 80 s. */
  readonly timeoutMs: number;
  /** A page of 100 subscriptions with their invoices has some 2 MiB. */
  readonly maxAnswerBytes: number;
  readonly connections: number;
};

export const stripeHttpLimits: StripeHttpLimits = Object.freeze({
  timeoutMs: 30_000,
  maxAnswerBytes: 16 * 1024 * 1024,
  connections: 8,
});

/** Of the headers that the library sends, those that the protocol needs. */
const SENT: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "content-type",
  "content-length",
  "idempotency-key",
  "stripe-version",
]);

type LibraryHttp = Stripe.HttpClient;
type LibraryAnswer = Stripe.HttpClientResponse;

export function createStripeHttp(clock: Clock, limits: StripeHttpLimits): LibraryHttp & Disposable {
  const options = { keepAlive: true, maxSockets: limits.connections };
  const agents = { http: new PlainAgent(options), https: new Agent({ ...options, minVersion: "TLSv1.2" }) };
  return {
    getClientName: () => "altmail",
    makeRequest(host, port, path, method, headers, data, protocol, _timeoutMs) {
      return new Promise((resolve, reject) => {
        const abort = new AbortController();
        const timer = clock.after(limits.timeoutMs, () => abort.abort());
        const sent = Object.entries(headers).filter(([name]) => SENT.has(name.toLowerCase()));
        const isPlain = protocol === "http";
        const send = isPlain ? plainRequest : request;
        const asking = send({
          host,
          port,
          path,
          method,
          headers: Object.fromEntries(sent),
          agent: isPlain ? agents.http : agents.https,
          signal: abort.signal,
        });
        asking.on("error", (error) => {
          timer[Symbol.dispose]();
          reject(error);
        });
        asking.on("response", (response) => {
          read(response, limits.maxAnswerBytes)
            .then((text) => resolve(answerOf(response, text)), reject)
            .finally(() => timer[Symbol.dispose]());
        });
        asking.end(data);
      });
    },
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function read(response: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) throw new Error("The answer of Stripe is longer than any it gives.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function answerOf(response: IncomingMessage, text: string): LibraryAnswer {
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    getStatusCode: () => response.statusCode ?? 0,
    getHeaders: () => Object.fromEntries(headers),
    getRawResponse: () => response,
    toStream: () => response,
    toJSON: async () => JSON.parse(text) as unknown,
  };
}
