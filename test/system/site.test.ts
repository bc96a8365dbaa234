/** The public site and the frame of the portal in a real browser, with JavaScript and without; and in lynx. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { HtmlValidate } from "html-validate";
import type { Browser, Page } from "playwright-core";
import { portalFixture } from "../world/portal-fixture.ts";
import { REAL_PAGES, startSite, type WebSite } from "../world/web-site.ts";
import { axeFaults, isTooWide, openBrowser, openContext, openPage } from "./browser.ts";
import { walkPortal } from "./portal-walk.ts";
import { need, run } from "./program.ts";

let started: Promise<readonly [WebSite, Browser]> | undefined;
after(async () => {
  const [site, browser] = (await started) ?? [];
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

/** One site and one browser for all tests of this file; each test has a context, and so cookies, of its own. */
async function open(context: TestContext): Promise<readonly [WebSite, Browser] | undefined> {
  if (!need(context, "chromium")) return undefined;
  started ??= Promise.all([startSite({ folder: REAL_PAGES, application: portalFixture }), openBrowser()]);
  return started;
}

const pagesOf = ({ site }: WebSite): readonly string[] =>
  [...site.resources.keys()].filter((path) => !/\.[a-z]+$/.test(path));
const FORMS = ["/account/form", "/account/form?wrong", "/sv/account/form?wrong", "/account/log-in"];
const ERRORS = ["/no-such-page", "/sv/no-such-page"];

for (const javaScript of [true, false])
  test(`W1: no public page sets a cookie or has a script, JavaScript ${javaScript ? "on" : "off"}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [site, browser] = opened;
    await using visitor = await openContext(browser, { javaScript });
    const { page, asked, complaints } = await openPage(visitor);
    for (const path of pagesOf(site)) {
      const answer = await page.goto(site.origin + path);
      assert.equal(answer?.status(), 200, path);
      const headers = (await answer?.allHeaders()) ?? {};
      assert.equal(headers["set-cookie"], undefined, path);
      assert.match(headers["content-security-policy"] ?? "", /^default-src 'none'; (?!.*script-src)/, path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.equal(await page.locator("script, iframe, object, [style], [onclick]").count(), 0, path);
      assert.equal(await page.locator("h1").count(), 1, path);
    }
    assert.deepEqual(await visitor.cookies(), []);
    assert.deepEqual(complaints, []);
    const files = new Set(asked.map((url) => new URL(url).pathname).filter((path) => /\.[a-z]+$/.test(path)));
    assert.deepEqual([...files].toSorted(), [site.site.frame.iconPath, site.site.frame.stylePath].toSorted());
  });

test("W2: no page, public or private, makes the browser ask anybody else", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  await using visitor = await openContext(browser);
  const { page, asked } = await openPage(visitor);
  for (const path of [...pagesOf(site), ...FORMS, ...ERRORS]) await page.goto(site.origin + path);
  assert.ok(asked.length > pagesOf(site).length);
  assert.deepEqual(
    asked.filter((url) => new URL(url).origin !== site.origin),
    [],
  );
});

// In the dark only colours are others, and a whole look takes long.
for (const scheme of ["light", "dark"] as const)
  test(`axe finds nothing, ${scheme}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [site, browser] = opened;
    await using visitor = await openContext(browser, { scheme });
    const { page } = await openPage(visitor);
    for (const path of [...pagesOf(site), ...FORMS, ...ERRORS]) {
      await page.goto(site.origin + path);
      assert.deepEqual(await axeFaults(page, scheme === "dark" ? ["color-contrast"] : []), [], path);
    }
  });

test("every page is valid HTML", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  const validator = new HtmlValidate({
    extends: ["html-validate:recommended", "html-validate:document"],
    rules: {
      "long-title": "off",
      "no-trailing-whitespace": "off",
      "require-sri": ["error", { target: "crossorigin" }],
    },
  });
  await using visitor = await openContext(browser);
  const { page } = await openPage(visitor);
  for (const path of [...pagesOf(site), ...FORMS, ...ERRORS]) {
    const answer = await page.goto(site.origin + path);
    const { results } = await validator.validateString((await answer?.text()) ?? "");
    const faults = results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line }) => `${line} ${ruleId}: ${message}`),
    );
    assert.deepEqual(faults, [], path);
  }
});

test("a window of 320 pixels shows every page without scrolling sideways", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  await using visitor = await openContext(browser, { width: 320 });
  const { page } = await openPage(visitor);
  for (const path of [...pagesOf(site), ...FORMS, ...ERRORS]) {
    await page.goto(site.origin + path);
    assert.equal(await isTooWide(page), false, path);
  }
});

test("a keyboard reaches the text first, and every page has its own language and its twin", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  await using visitor = await openContext(browser, { javaScript: true });
  const { page } = await openPage(visitor);
  await page.goto(site.origin + "/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.className"), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "main");
  await page.locator(".language").click();
  assert.deepEqual([new URL(page.url()).pathname, await page.locator("html").getAttribute("lang")], ["/sv/", "sv"]);
});

for (const javaScript of [true, false])
  test(`W4: forms, log-in and log-out work, JavaScript ${javaScript ? "on" : "off"}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [site, browser] = opened;
    await using visitor = await openContext(browser, { javaScript });
    const { page, complaints } = await openPage(visitor);
    await page.goto(`${site.origin}/account/`);
    assert.equal(new URL(page.url()).pathname, "/account/log-in");
    await page.goto(`${site.origin}/account/form`);
    await page.fill("#address", "anna");
    await page.fill("#password", "a sentence of some length");
    await page.getByRole("button", { name: "Go on to payment" }).click();
    await page.locator(".problems").waitFor();
    assert.match(await page.title(), /^Problem: /);
    await page.locator(".problems a").last().click();
    assert.equal(new URL(page.url()).hash, "#terms");
    await page.fill("#password", "a sentence of some length");
    await page.check("#terms");
    await page.getByRole("button", { name: "Go on to payment" }).click();
    await page.locator(".problems").waitFor({ state: "detached" });
    await page.goto(`${site.origin}/account/log-in`);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Account" }).waitFor();
    const cookies = await visitor.cookies();
    assert.deepEqual(
      cookies.map(({ name, path, httpOnly, secure, sameSite, expires }) => ({
        name,
        path,
        httpOnly,
        secure,
        sameSite,
        expires,
      })),
      [{ name: "__Host-visit", path: "/", httpOnly: true, secure: true, sameSite: "Lax", expires: -1 }],
    );
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    assert.deepEqual(
      complaints.filter((text) => !/status of 422/.test(text)),
      [],
    );
  });

test("W3: only who stays logged in has a cookie that outlives the browser", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  await using visitor = await openContext(browser);
  const { page } = await openPage(visitor);
  await page.goto(`${site.origin}/account/log-in`);
  await page.check("#stay");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Account" }).waitFor();
  const [cookie] = await visitor.cookies();
  assert.ok((cookie?.expires ?? 0) > Date.now() / 1000 + 86_400);
  await visitor.clearCookies();
  await page.goto(`${site.origin}/account/`);
  assert.equal(new URL(page.url()).pathname, "/account/log-in");
});

test("another site can send no form in a visitor's name", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [site, browser] = opened;
  await using visitor = await openContext(browser);
  const { page } = await openPage(visitor);
  await page.goto(`${site.origin}/account/log-in`);
  const token = await page.locator("input[name=form]").inputValue();
  await page.goto("about:blank");
  const answered = page.waitForResponse(`${site.origin}/account/log-in`);
  await page.setContent(
    `<form method="post" action="${site.origin}/account/log-in"><input name="form" value="${token}"><button>x</button></form>`,
  );
  await page.locator("button").click();
  assert.equal((await answered).status(), 403);
});

test("lynx shows every page as text", async (context) => {
  const opened = await open(context);
  if (opened === undefined || !need(context, "lynx")) return;
  const [site] = opened;
  const file = join(site.authorityFile, "../page.html");
  for (const path of pagesOf(site)) {
    const resource = site.site.resources.get(path);
    writeFileSync(file, resource?.encoded.identity ?? "");
    const text = await run("lynx", ["-dump", "-nolist", "-width=80", "-display_charset=utf-8", file]);
    const heading = /<h1>([^<]+)<\/h1>/.exec(resource?.encoded.identity.toString() ?? "")?.[1] ?? "";
    assert.ok(text.includes(Buffer.from(heading.slice(0, 30).replaceAll("&amp;", "&")).toString("latin1")), path);
    assert.doesNotMatch(text, /\[(?:INLINE|EMBED|IMAGE)\]|<(?:a|p|div|span)\b/, path);
  }
  rmSync(file);
});

/** What a page says one below the other: cells of a table stand side by side, and may break within a line. */
const SAID = ["h1", "h2", "p", "label", "legend", ".hint", ".wrong", "dt", "dd", "button", "caption"];
const saidBy = (page: Page): Promise<readonly string[]> =>
  page.evaluate(
    `[...document.querySelectorAll("${SAID.map((one) => `main ${one}`).join()}")].map((one) => one.innerText)`,
  );

test("W4: lynx and w3m show every page of the portal as text, all of it and in order", async (context) => {
  const opened = await open(context);
  if (opened === undefined || !need(context, "lynx", "w3m")) return;
  const [site, browser] = opened;
  const file = join(site.authorityFile, "../page.html");
  const programs = {
    lynx: ["-dump", "-nolist", "-width=80", "-display_charset=utf-8", "-assume_charset=utf-8", file],
    w3m: ["-dump", "-cols", "80", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", file],
  };
  let pages = 0;
  await walkPortal(browser, "en", async (name, page) => {
    writeFileSync(file, await page.content());
    const said = await saidBy(page);
    pages += 1;
    for (const [program, args] of Object.entries(programs)) {
      const text = Buffer.from(await run(program, args), "latin1").toString();
      assert.doesNotMatch(text, /\[(?:INLINE|EMBED|IMAGE)\]|<(?:a|p|br|div|span)\b|undefined/, `${program} ${name}`);
      // Lines break where each of them likes.
      const whole = text.replaceAll(/\s/g, "");
      let at = 0;
      for (const one of said) {
        const found = whole.indexOf(one.replaceAll(/\s/g, ""), at);
        assert.notEqual(found, -1, `${program} ${name}: not there, or too early: ${one}\n${text}`);
        at = found;
      }
    }
  });
  assert.ok(pages > 60, String(pages));
  rmSync(file);
});
