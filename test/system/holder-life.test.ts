/**
 * W1, D5: the whole life of an account at the real service, without a script: somebody signs up with an invitation, reads
 * mail with a mail program, and closes the account on the website; after ten minutes at most nothing lets in or takes mail.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { DOMAIN, Lab } from "./lab.ts";
import { PortalVisitor } from "./portal-visitor.ts";
import { until } from "./world/until.ts";

const ADDRESS = `newcomer@${DOMAIN}`;
const SECRET = "eleven brown hens in the rain";
const GONE_MS = 600_000;

/** Says these lines over IMAP, each when the one before was answered, and gives what was heard. */
async function imap(lab: Lab, ...lines: readonly string[]): Promise<string> {
  const socket = connect({
    host: "127.0.0.1",
    port: lab.imapPort,
    servername: "localhost",
    ca: readFileSync(lab.caFile),
  });
  socket.setEncoding("utf8");
  let heard = "";
  socket.on("data", (text) => {
    heard += String(text);
  });
  await until("the server greets", () => heard.startsWith("* OK"), 10_000);
  for (const [n, line] of lines.entries()) {
    socket.write(`t${n} ${line}\r\n`);
    await until(`an answer to ${line}`, () => new RegExp(`^t${n} `, "m").test(heard), 10_000);
  }
  socket.destroy();
  return heard;
}

test("D5, M1: who is invited opens an account on the website, uses it, and closes it for good", async (context: TestContext) => {
  const lab = await Lab.start({ site: true, accounts: 1 });
  context.after(() => lab[Symbol.asyncDispose]());
  const code = lab.command("invite").stdout.trim();
  assert.match(code, /^[a-z0-9-]{20,}$/);

  const visitor = new PortalVisitor(lab);
  const first = await visitor.ask("/account/sign-up");
  const whole = await visitor.send(first, "/account/sign-up", { name: "newcomer" });
  assert.equal(whole.code, 200, whole.body);
  const typed = { name: "newcomer", password: SECRET, again: SECRET, terms: "yes" };
  const unknown = await visitor.send(whole, "/account/sign-up", { ...typed, code: "abcd" });
  assert.equal(unknown.code, 422, unknown.body);
  const opened = await visitor.send(whole, "/account/sign-up", { ...typed, code });
  assert.deepEqual([opened.code, opened.location], [303, "/account/opened"], opened.body);

  const login = `LOGIN ${ADDRESS} "${SECRET}"`;
  assert.match(await imap(lab, login, "SELECT INBOX"), /^t1 OK/m);

  await visitor.logIn(ADDRESS, SECRET);
  assert.match((await visitor.ask("/account/")).body, new RegExp(ADDRESS));

  const close = await visitor.ask("/account/close");
  assert.equal((await visitor.send(close, "/account/close", { now: "a wrong one" })).code, 422);
  assert.equal((await visitor.send(close, "/account/close", { now: SECRET })).code, 303);
  // In quoted-printable a long line goes on behind "=".
  const mail = (await imap(lab, login, "SELECT INBOX", "FETCH 1:* BODY.PEEK[TEXT]")).replaceAll("=\r\n", "");
  const link = new RegExp(`https://localhost:${lab.webPort}(/account/link/close/[A-Za-z0-9_-]+)`).exec(mail)?.[1];
  assert.ok(link !== undefined, mail);
  const shown = await visitor.ask(link);
  assert.equal((await visitor.send(shown, link)).code, 303);

  assert.match(await imap(lab, login), /^t0 NO/m);
  assert.equal((await visitor.ask("/account/")).code, 303);
  await until("the account is gone", () => !lab.command("account", "list").stdout.includes(ADDRESS), GONE_MS);
  const again = await visitor.ask("/account/sign-up");
  assert.equal((await visitor.send(again, "/account/sign-up", { name: "newcomer" })).code, 422);
});
