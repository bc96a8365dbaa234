/** A visitor of the website of a real service, without a script and with one cookie: asks for pages and sends their forms. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Lab } from "./lab.ts";

export type Shown = { readonly code: number; readonly body: string; readonly location: string };

/** What a browser sends of the form at `path`: what stands hidden in it, and what was typed. */
export function filledIn(page: Shown, path: string, typed: Readonly<Record<string, string>>): string {
  const forms = page.body.matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/gs);
  const [, , inner] = [...forms].find(([, action]) => action === path) ?? assert.fail(`no form ${path}: ${page.body}`);
  const hidden = inner?.matchAll(/<input type="hidden"(?: id="[^"]*")? name="([^"]+)" value="([^"]*)">/g) ?? [];
  const fields = new URLSearchParams(
    Array.from(hidden, ([, name = "", value = ""]): [string, string] => [name, value]),
  );
  for (const [name, value] of Object.entries(typed)) fields.set(name, value);
  return fields.toString();
}

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

  /** Fills in the form at `path` of a page that was shown, and sends it. */
  async send(page: Shown, path: string, typed: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.ask(path, filledIn(page, path, typed));
  }

  async logIn(name: string, password: string): Promise<void> {
    const page = await this.ask("/account/log-in");
    const { code, location, body } = await this.send(page, "/account/log-in", { name, password });
    assert.deepEqual([code, location], [303, "/account/"], body);
  }
}
