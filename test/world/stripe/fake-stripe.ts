/**
 * Stripe on loopback: forms in, JSON out, idempotency keys honoured. Requests and answers are held against the published
 * description, and no value with an at sign may ever come (promise D8): what was wrong is thrown when the fake is disposed.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Clock } from "../../../src/host/clock.ts";
import { readForm } from "./form.ts";
import { StripeLedger } from "./ledger.ts";
import { checkAnswer, checkRequest, type Route, routeOf } from "./published-api.ts";
import { answerTo, type Answer, refusal } from "./requests.ts";

/** What happens to the requests that come next. `lost`: carried out, but the answer never arrives; `refused`: the key is wrong. */
export type Fault = "down" | "limited" | "lost" | "silent" | "refused";

export type FakeStripe = AsyncDisposable & {
  readonly ledger: StripeLedger;
  /** Where it listens, as `billing.server` has it. */
  readonly server: string;
  /** Method and path of each, in order. */
  readonly requests: string[];
  /** Of the next requests, one each, `undefined`: none; `always`: of all until it is taken away. */
  readonly faults: (Fault | undefined)[];
  always: Fault | undefined;
  /** Whether a new charge is declined. */
  declines: boolean;
};

export const STRIPE_KEY = "rk_test_fake";

export async function openFakeStripe(clock: Clock): Promise<FakeStripe> {
  const ledger = new StripeLedger(clock);
  const wrong: string[] = [];
  const done = new Map<string, { readonly body: string; readonly answer: Answer }>();
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      wrong.push(String(error));
      response.destroy();
    });
  });

  const perform = (method: string, route: Route, values: Record<string, unknown>, key: string | undefined): Answer => {
    ledger.turn();
    const body = JSON.stringify(values);
    const before = key === undefined ? undefined : done.get(key);
    if (before !== undefined) {
      if (before.body === body) return before.answer;
      return refusal(400, "idempotency_error", "The key was used with other parameters.");
    }
    const answer = answerTo({ ledger, method, route, values, declines: fake.declines });
    if (key !== undefined) done.set(key, { body, answer });
    return answer;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += String(piece);
    const { method = "", url = "", headers } = request;
    const fault = fake.faults.shift() ?? fake.always;
    if (fault === "silent") return;
    const [path = "", query = ""] = url.split("?");
    fake.requests.push(`${method} ${path}`);
    const told = decodeURIComponent(`${JSON.stringify(headers)} ${url} ${body.replaceAll("+", " ")}`);
    if (told.includes("@")) wrong.push(`a value with an at sign came with ${method} ${path}`);
    if (headers.authorization !== `Bearer ${STRIPE_KEY}`) wrong.push(`the wrong key came with ${method} ${path}`);
    if (headers["user-agent"] !== undefined) wrong.push("the machine describes itself");
    const give = ({ status, value }: Answer): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (fault === "down") return give(refusal(503, "api_error", "Down for a moment."));
    if (fault === "limited") return give(refusal(429, "invalid_request_error", "Too many requests.", "rate_limit"));
    if (fault === "refused") return give(refusal(401, "invalid_request_error", "No such key."));
    const route = routeOf(method, path);
    if (route === undefined) {
      wrong.push(`${method} ${path} is not described`);
      return give(refusal(404, "invalid_request_error", "No such path."));
    }
    const values = readForm(method === "GET" ? query : body);
    wrong.push(...checkRequest(method, route, values));
    const key = headers["idempotency-key"];
    const answer = perform(method, route, values, typeof key === "string" ? key : undefined);
    wrong.push(...checkAnswer(method, route, answer.status, answer.value));
    if (fault === "lost") response.destroy();
    else give(answer);
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the fake has no port");
  const fake: FakeStripe = {
    ledger,
    server: `http://127.0.0.1:${at.port}`,
    requests: [],
    faults: [],
    always: undefined,
    declines: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    },
  };
  return fake;
}
