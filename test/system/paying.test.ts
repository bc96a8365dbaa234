/** Sign-up and the pages about the contract in a real browser, with JavaScript and without; by keyboard; as narrow as a telephone. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import {
  axeFaults,
  heading,
  isTooWide,
  openBrowser,
  openContext,
  openPage,
  press,
  type VisitorOptions,
} from "./browser.ts";
import { order } from "./order.ts";
import { need } from "./program.ts";
import { PASSWORD, type PayingWorld, payingWorld } from "../../src/servers/web/sign-up/paying-world.fixture.ts";

let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

async function open(context: TestContext): Promise<readonly [PayingWorld, Browser] | undefined> {
  if (!need(context, "chromium")) return undefined;
  browser ??= openBrowser();
  return Promise.all([payingWorld(), browser]);
}

/** A browser that is logged in as somebody who bought an account. */
async function holder(world: PayingWorld, opened: Browser, options: VisitorOptions): Promise<BrowserContext> {
  const { visitor } = await world.holder();
  const [name = "", value = ""] = visitor.cookie.split("=");
  const context = await openContext(opened, options);
  await context.addCookies([{ name, value, url: world.portal.site.origin, secure: true }]);
  return context;
}

for (const javaScript of [true, false]) {
  const mode = `JavaScript ${javaScript ? "on" : "off"}`;

  test(`W4: from a name to an open account, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    await using world = opened[0];
    await using visitor = await openContext(opened[1], { javaScript });
    const { page, asked, complaints } = await openPage(visitor);
    const { origin } = world.portal.site;
    const session = await order(page, origin, { name: "anna", password: PASSWORD });
    world.paying.fake.ledger.pay(session, "delayed");
    await page.reload();
    await heading(page, "Your payment is on its way");
    world.paying.fake.ledger.settleDelayed(session, true);
    await page.getByRole("link", { name: "Look again" }).click();
    await heading(page, "Your account is open");
    assert.deepEqual(
      (await visitor.cookies()).map(({ name, secure, httpOnly, sameSite }) => [name, secure, httpOnly, sameSite]),
      [["__Host-visit", true, true, "Lax"]],
    );
    assert.ok(asked.every((url) => new URL(url).origin === origin));
    assert.deepEqual(complaints, []);
  });

  test(`W4: another plan, an end that is taken back, cards, and withdrawal, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    await using world = opened[0];
    await using visitor = await holder(world, opened[1], { javaScript });
    const { page, asked, complaints } = await openPage(visitor);
    const { origin } = world.portal.site;
    await page.goto(`${origin}/account/plan`);
    const follow = (name: string): Promise<void> => page.getByRole("link", { name }).click();
    const good = (text: string): Promise<void> => page.locator(".notice.good", { hasText: text }).waitFor();
    await follow("Change the plan");
    await page.getByLabel("large").check();
    await press(page, "Change with obligation to pay");
    await good("The plan is changed");
    await follow("Let it end");
    await press(page, "Let it end");
    await good("It will end");
    await follow("Let it go on");
    await press(page, "Let it go on, with obligation to pay");
    await good("It goes on");
    await follow("Cards and invoices");
    await press(page, "Make the link");
    const link = page.getByRole("link", { name: "To your cards and invoices at Stripe" });
    assert.match((await link.getAttribute("href")) ?? "", /^https:\/\/billing\.stripe\.com\//);
    await follow("Back to plan and payment");
    await follow("Withdraw from contract");
    await press(page, "Confirm withdrawal");
    await good("we received it on Saturday 10 January 2026, 10:00 UTC");
    assert.ok(asked.every((url) => new URL(url).origin === origin));
    assert.deepEqual(complaints, []);
  });
}

const PAGES = ["", "/change", "/end", "/pay", "/cards", "/withdraw"].map((path) => `/account/plan${path}`);

for (const [look, options] of [
  ["light", {}],
  ["dark", { scheme: "dark" }],
  ["narrow", { width: 320 }],
] as const)
  test(`axe finds nothing, and no page scrolls sideways, ${look}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    await using world = opened[0];
    await using visitor = await holder(world, opened[1], options);
    const { page } = await openPage(visitor);
    const { origin } = world.portal.site;
    const check = async (what: string): Promise<void> => {
      // In the dark only colours are others, and a narrow window has the same parts: a whole look takes long.
      if (look !== "narrow")
        assert.deepEqual(await axeFaults(page, look === "dark" ? ["color-contrast"] : []), [], what);
      assert.equal(await isTooWide(page), false, what);
    };
    for (const language of ["", "/sv"]) {
      for (const path of [...PAGES, "/account/sign-up", "/account/paid/none", "/account/opened"]) {
        await page.goto(`${origin}${language}${path}`);
        await check(path);
      }
      await page.goto(`${origin}${language}/account/sign-up`);
      await page.fill("#name", "a");
      await page.locator("button").click();
      await check("a name that is too short");
      await page.fill("#name", "anna");
      await page.locator("button").click();
      await check("everything");
      // What a browser would ask for is sent empty, so that the server says what is wrong.
      await page.evaluate("document.forms[0].noValidate = true");
      await page.locator("button").click();
      await page.locator(".problems").waitFor();
      await check("what is wrong");
    }
    await order(page, origin, { name: "berta", password: PASSWORD });
    await check("the link to Stripe");
  });

test("a keyboard alone signs up; the list of what is wrong leads to the fields", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  await using world = opened[0];
  await using visitor = await openContext(opened[1]);
  const { page } = await openPage(visitor);
  const focused = (): Promise<string> => page.evaluate("document.activeElement.id || document.activeElement.tagName");
  const tabTo = async (id: string): Promise<void> => {
    for (let n = 0; n < 40 && (await focused()) !== id; n++) await page.keyboard.press("Tab");
    assert.equal(await focused(), id);
  };
  await page.goto(`${world.portal.site.origin}/account/sign-up`);
  await tabTo("name");
  await page.keyboard.type("postmaster");
  await page.keyboard.press("Enter");
  await page.locator(".problems a").waitFor();
  await page.locator(".problems a").focus();
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "name");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("anna");
  await page.keyboard.press("Enter");
  await page.locator("#password").waitFor();
  for (const id of ["password", "again"]) {
    await tabTo(id);
    await page.keyboard.type(PASSWORD);
  }
  await tabTo("plan");
  for (const id of ["plan", "terms", "begin"]) {
    await tabTo(id);
    await page.keyboard.press("Space");
  }
  await tabTo("BUTTON");
  await page.keyboard.press("Enter");
  await heading(page, /pay at Stripe/);
});
