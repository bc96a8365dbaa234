/** A visitor of the website of a real service, without a script and with one cookie: asks for pages and sends their forms. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Lab } from "./lab.ts";

export type Shown = { readonly code: number; readonly body: string; readonly location: string };

export class PortalVisitor {
  readonly #port: number;
  readonly #ca: Buffer;
  #cookie = "";

  constructor({ webPort, caFile }: Lab) {
    this.#port = webPort;
    this.#ca = readFileSync(caFile);
  }

  async ask(path: string, body?: string): Promise<Shown> {
    const sent = request({
      host: "127.0.0.1",
      port: this.#port,
      path,
      method: body === undefined ? "GET" : "POST",
      agent: false,
      servername: "localhost",
      ca: this.#ca,
      headers: {
        host: `localhost:${this.#port}`,
        "user-agent": "Lynx/2.9.2",
        ...(this.#cookie === "" ? {} : { cookie: this.#cookie }),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
    });
    sent.end(body);
    const [response] = await once(sent, "response");
    let text = "";
    for await (const piece of response) text += String(piece);
    const [set] = response.headers["set-cookie"] ?? [];
    if (set !== undefined) this.#cookie = set.split(";", 1)[0] ?? "";
    return { code: response.statusCode, body: text, location: response.headers.location ?? "" };
  }

  /** Sends these fields to `path`, with the token of a page that was shown. */
  send(page: Shown, path: string, typed: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const token = /<input type="hidden" name="form" value="([^"]+)">/.exec(page.body)?.[1] ?? assert.fail(page.body);
    return this.ask(path, new URLSearchParams({ form: token, ...typed }).toString());
  }

  async logIn(name: string, password: string): Promise<void> {
    const page = await this.ask("/account/log-in");
    const { code, location, body } = await this.send(page, "/account/log-in", { name, password });
    assert.deepEqual([code, location], [303, "/account/"], body);
  }
}
