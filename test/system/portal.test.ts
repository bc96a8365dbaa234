/** The holder's pages in a real browser, each way through them with JavaScript and without; what they look like to axe. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { Secret, TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { paths } from "../../src/servers/web/account/account-paths.ts";
import { furnish, HOLDER_PAGES, OPEN_PAGES } from "../../src/servers/web/account/furnished.fixture.ts";
import { holderRoutes } from "../../src/servers/web/account/holder-routes.ts";
import {
  ADA,
  ELSEWHERE,
  openPortalWorld,
  PASSWORD,
  type PortalWorld,
} from "../../src/servers/web/account/portal-world.fixture.ts";
import { SITE_HOST } from "../world/web-site.ts";
import { axeFaults, heading, isTooWide, openBrowser, openContext, openPage, press } from "./browser.ts";
import { need } from "./program.ts";

let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

/** A world of its own for a test, in the browser of all. */
async function open(context: TestContext): Promise<readonly [PortalWorld, Browser] | undefined> {
  if (!need(context, "chromium")) return undefined;
  browser ??= openBrowser();
  return Promise.all([openPortalWorld(holderRoutes), browser]);
}

const notice = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator(".notice.good", { hasText: text }).waitFor();

async function logIn(page: Page, origin: string): Promise<void> {
  await page.goto(origin + paths.logIn);
  await page.fill("#name", ADA);
  await page.fill("#password", PASSWORD);
  await press(page, "Log in");
}

const codeOf = (secret: string, now: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret.replaceAll(" ", "")) }).generate({ timestamp: now });

for (const javaScript of [true, false]) {
  const mode = `JavaScript ${javaScript ? "on" : "off"}`;

  test(`W4: log in, look around, change the password, end sessions, log out, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [world, chromium] = opened;
    await using _ = world;
    const { origin } = world.site;
    await using visitor = await openContext(chromium, { javaScript });
    const { page, complaints, asked } = await openPage(visitor);
    await page.goto(origin + paths.wishes);
    await heading(page, "Log in");
    await page.fill("#name", "ada");
    await page.fill("#password", "not this one");
    await press(page, "Log in");
    await page.locator(".problems").waitFor();
    assert.equal(await page.inputValue("#name"), "ada");
    assert.equal(await page.inputValue("#password"), "");
    await page.fill("#password", PASSWORD);
    await page.check("#stay");
    await press(page, "Log in");
    await heading(page, "Your account");
    for (const path of HOLDER_PAGES.slice(1)) {
      await page.goto(origin + paths.overview);
      await page.locator(`nav.index a[href="${path}"]`).click();
      assert.equal(await page.locator("h1").count(), 1, path);
      await page.getByRole("link", { name: "Back to your account" }).waitFor();
    }
    await using elsewhere = await openContext(chromium, { javaScript });
    const other = await openPage(elsewhere);
    await logIn(other.page, origin);
    await heading(other.page, "Your account");
    await page.goto(origin + paths.password);
    await page.fill("#now", PASSWORD);
    await page.fill("#password", "many words in a row");
    await page.fill("#again", "many words in a row");
    await press(page, "Change the password");
    await notice(page, "is changed");
    await other.page.reload();
    await heading(other.page, "Log in");
    await other.page.fill("#name", ADA);
    await other.page.fill("#password", "many words in a row");
    await press(other.page, "Log in");
    await heading(other.page, "Your account");
    await page.goto(origin + paths.sessions);
    await press(page, "End all others");
    await notice(page, "All other");
    await other.page.reload();
    await heading(other.page, "Log in");
    await page.goto(origin + paths.overview);
    await press(page, "Log out");
    await notice(page, "logged out");
    const [cookie, ...more] = await visitor.cookies();
    assert.deepEqual([cookie?.expires, more], [-1, []], "of the form alone, and gone with the browser");
    assert.deepEqual(await world.sessions.list(world.ada.id, world.clock.now()), []);
    assert.deepEqual(
      asked.filter((url) => new URL(url).origin !== origin),
      [],
    );
    assert.equal(await page.locator("script").count(), 0);
    assert.deepEqual(
      complaints.filter((text) => !/status of 422/.test(text)),
      [],
    );
  });

  test(`A3: aliases, app passwords and wishes are made and taken back, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [world, chromium] = opened;
    await using _ = world;
    const { origin } = world.site;
    await using visitor = await openContext(chromium, { javaScript });
    const { page } = await openPage(visitor);
    await logIn(page, origin);
    await page.goto(origin + paths.aliases);
    await page.fill("#name", "support");
    await press(page, "Make the alias");
    await page.locator(".problems").waitFor();
    await page.fill("#name", "shop.ada");
    await press(page, "Make the alias");
    await notice(page, "is made");
    await press(page, `Remove: shop.ada@${SITE_HOST}`);
    await notice(page, "is removed");
    await page.goto(origin + paths.appPasswords);
    await page.fill("#label", "Mutt");
    await press(page, "Make an app password");
    await heading(page, "App password for Mutt");
    assert.match(await page.locator(".secret").innerText(), /\S{10}/);
    await page.goto(origin + paths.appPasswords);
    await press(page, "Revoke: Mutt");
    await notice(page, "revoked");
    await page.goto(origin + paths.wishes);
    await page.fill("#junk", "soon");
    await press(page, "Save the days");
    await page.locator(".problems a").click();
    assert.equal(new URL(page.url()).hash, "#junk");
  });

  test(`A4: a recovery address is given, and leads back in after a lost password, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [world, chromium] = opened;
    await using _ = world;
    const { origin } = world.site;
    await using visitor = await openContext(chromium, { javaScript });
    const { page } = await openPage(visitor);
    await logIn(page, origin);
    await page.getByRole("link", { name: "Give one." }).click();
    await page.fill("#address", ELSEWHERE);
    await page.fill("#now", PASSWORD);
    await press(page, "Mail the link");
    await notice(page, "mailed a link");
    await using elsewhere = await openContext(chromium, { javaScript });
    const other = (await openPage(elsewhere)).page;
    await other.goto(origin + world.link());
    await press(other, "Confirm the address");
    await heading(other, "The address is confirmed");
    await other.goto(origin + paths.logIn);
    await other.getByRole("link", { name: "I have lost my password" }).click();
    await other.fill("#name", "ada");
    await press(other, "Mail the link");
    await heading(other, "Look into your other mailbox");
    while (!world.letters.some(({ notice: { kind } }) => kind === "reset-link")) await page.reload();
    await other.goto(origin + world.link());
    await other.fill("#password", "many words in a row");
    await other.fill("#again", "many words in a row");
    await press(other, "Set the password");
    await notice(other, "password is changed");
    await page.reload();
    await heading(page, "Log in");
  });

  test(`two-step log-in is turned on with a picture, asked for, and turned off, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [world, chromium] = opened;
    await using _ = world;
    const { origin } = world.site;
    await using visitor = await openContext(chromium, { javaScript });
    const { page } = await openPage(visitor);
    await logIn(page, origin);
    await page.goto(origin + paths.secondStep);
    await page.getByText("app passwords only").waitFor();
    await page.getByRole("img", { name: "QR code" }).waitFor();
    const secret = await page.locator(".secret").innerText();
    await page.fill("#code", codeOf(secret, world.clock.now()));
    await page.fill("#now", PASSWORD);
    await press(page, "Turn on two-step log-in");
    await heading(page, "Your recovery codes");
    const codes = await page.locator(".secret li").allInnerTexts();
    assert.equal(codes.length, 10);
    await page.goto(origin + paths.overview);
    await press(page, "Log out");
    await logIn(page, origin);
    await heading(page, "Second step");
    await page.goto(origin + paths.overview);
    await heading(page, "Log in");
    await page.goto(origin + paths.code);
    await page.fill("#code", codes[0] ?? "");
    await press(page, "Go on");
    await heading(page, "Your account");
    await page.goto(origin + paths.secondStep);
    await page.fill("#code", codes[1] ?? "");
    await page.fill("#now", PASSWORD);
    await press(page, "Turn it off");
    await heading(page, "Two-step log-in is off");
  });

  test(`D5: an account is closed by password, mailed link and button, ${mode}`, async (context) => {
    const opened = await open(context);
    if (opened === undefined) return;
    const [world, chromium] = opened;
    await using _ = world;
    const { origin } = world.site;
    await using visitor = await openContext(chromium, { javaScript });
    const { page } = await openPage(visitor);
    await logIn(page, origin);
    await page.goto(origin + paths.close);
    await page.fill("#now", PASSWORD);
    await press(page, "Mail the link");
    await notice(page, "in your INBOX");
    await page.goto(origin + world.link());
    await page.getByText(ADA).waitFor();
    await press(page, "Close the account for good");
    await heading(page, "The account is being closed");
    assert.equal((await world.home.directory.byId(world.ada.id))?.state, "closing");
    await page.goto(origin + paths.overview);
    await heading(page, "Log in");
  });
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    "long-title": "off",
    "no-trailing-whitespace": "off",
    "require-sri": ["error", { target: "crossorigin" }],
  },
});

async function htmlFaults(text: string): Promise<readonly string[]> {
  const { results } = await validator.validateString(text);
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}

test("every page is valid HTML, fits 320 pixels, and axe finds nothing, in both languages and schemes", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [world, chromium] = opened;
  await using _ = world;
  const { origin } = world.site;
  await furnish(world);
  await using visitor = await openContext(chromium, { width: 320 });
  const { page } = await openPage(visitor);
  const look = async (path: string): Promise<void> => {
    const answer = await page.goto(origin + path);
    assert.deepEqual(await htmlFaults((await answer?.text()) ?? ""), [], path);
    assert.equal(await isTooWide(page), false, path);
    assert.deepEqual(await axeFaults(page), [], path);
    // In the dark only colours are others, and words have none of their own.
    if (path.startsWith("/sv")) return;
    await page.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await axeFaults(page, ["color-contrast"]), [], path);
    await page.emulateMedia({ colorScheme: "light" });
  };
  const both = (list: readonly string[]): readonly string[] => list.flatMap((path) => [path, `/sv${path}`]);
  for (const path of both([...OPEN_PAGES, world.link()])) await look(path);
  await logIn(page, origin);
  for (const path of both(HOLDER_PAGES)) await look(path);
});

test("so are pages that answer a form: what is wrong, what is shown once, the second step", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [world, chromium] = opened;
  await using _ = world;
  const { origin } = world.site;
  await using visitor = await openContext(chromium, { width: 320 });
  const { page } = await openPage(visitor);
  const pressAndLook = async (button: string): Promise<void> => {
    const answered = page.waitForResponse((response) => response.status() !== 303);
    await press(page, button);
    assert.deepEqual(await htmlFaults(await (await answered).text()), [], button);
    assert.equal(await isTooWide(page), false, button);
    assert.deepEqual(await axeFaults(page), [], button);
  };
  await page.goto(origin + paths.logIn);
  await page.fill("#name", "nobody");
  await page.fill("#password", "no word at all");
  await pressAndLook("Log in");
  await logIn(page, origin);
  await page.goto(origin + paths.appPasswords);
  await page.fill("#label", "a label of the greatest length that is taken, which is 64 letters");
  await pressAndLook("Make an app password");
  await page.goto(origin + paths.secondStep);
  const secret = await page.locator(".secret").innerText();
  await page.fill("#code", "000000");
  await page.fill("#now", PASSWORD);
  await pressAndLook("Turn on two-step log-in");
  await page.fill("#code", codeOf(secret, world.clock.now()));
  await page.fill("#now", PASSWORD);
  await pressAndLook("Turn on two-step log-in");
  await heading(page, "Your recovery codes");
  await page.goto(origin + paths.secondStep);
  assert.deepEqual(await axeFaults(page), []);
  await page.goto(origin + paths.overview);
  await press(page, "Log out");
  await page.fill("#name", "ada");
  await page.fill("#password", PASSWORD);
  await pressAndLook("Log in");
  await heading(page, "Second step");
});

test("a keyboard alone logs in, makes an alias and logs out", async (context) => {
  const opened = await open(context);
  if (opened === undefined) return;
  const [world, chromium] = opened;
  await using _ = world;
  const { origin } = world.site;
  await using visitor = await openContext(chromium);
  const { page } = await openPage(visitor);
  const tabTo = async (wanted: string): Promise<void> => {
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(wanted)})`)) return;
    }
    assert.fail(`no key leads to ${wanted}`);
  };
  await page.goto(origin + paths.logIn);
  await tabTo("#name");
  await page.keyboard.type("ada");
  await tabTo("#password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Your account");
  await tabTo(`nav a[href="${paths.aliases}"]`);
  await page.keyboard.press("Enter");
  await heading(page, "Aliases");
  await tabTo("#name");
  await page.keyboard.type("ada.shop");
  await page.keyboard.press("Enter");
  await notice(page, "is made");
  await page.goto(origin + paths.overview);
  await tabTo(`form[action="${paths.logOut}"] button`);
  await page.keyboard.press("Space");
  await notice(page, "logged out");
});
