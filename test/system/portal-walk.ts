/**
 * A walk through every page of the portal in a browser, as somebody sees it who signs up, pays, furnishes the account and
 * leaves: also what is shown once, what says that something is wrong, and what a mailed link leads to. The pages are found
 * by their fields, not by their words, so the walk is the same in every language.
 */
import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { paths } from "../../src/servers/web/account/account-paths.ts";
import { furnish, HOLDER_PAGES, OPEN_PAGES } from "../../src/servers/web/account/furnished.fixture.ts";
import { holderRoutes } from "../../src/servers/web/account/holder-routes.ts";
import { ADA, ELSEWHERE, openPortalWorld, PASSWORD } from "../../src/servers/web/account/portal-world.fixture.ts";
import { sampleOnItsWay } from "../../src/servers/web/account/waiting-sample.fixture.ts";
import { clientsRoute } from "../../src/servers/web/clients/clients.ts";
import { planPaths } from "../../src/servers/web/plan/plan-services.ts";
import { PASSWORD as BOUGHT_WITH, payingWorld } from "../../src/servers/web/sign-up/paying-world.fixture.ts";
import { signUpPaths } from "../../src/servers/web/sign-up/sign-up-services.ts";
import { type Language, pathIn } from "../../src/servers/web/site/language.ts";
import { SITE_HOST } from "../world/web-site.ts";
import { openContext, openPage } from "./browser.ts";

/** Is shown a page as it is now. @param name of the file that a picture of it would have */
type Look = (name: string, page: Page) => Promise<void>;

/** The walk is long, and machines that test are busy. */
const PATIENCE_MS = 120_000;
const MAIL = {
  name: "AltMail",
  hostName: `mail.${SITE_HOST}`,
  imaps: 993,
  submissions: 465,
  submission: 587,
  documentation: `https://${SITE_HOST}/docs/settings`,
};

/** Sends the form that has `field`, with what is typed; `true` ticks. Waits for the page that answers. */
async function send(page: Page, field: string, typed: Readonly<Record<string, string | true>> = {}): Promise<void> {
  for (const [name, value] of Object.entries(typed))
    await (value === true ? page.check(`#${name}`) : page.fill(`#${name}`, value));
  const form = page.locator("form", { has: page.locator(field) }).first();
  // What a browser would ask for is sent as it is, so that the server says what is wrong.
  await page.evaluate("for (const form of document.forms) form.noValidate = true");
  const answered = page.waitForEvent("load");
  await form.locator("button").first().click();
  await answered;
}

const sendTo = (page: Page, path: string): Promise<void> => press(page, `form[action$="${path}"] button`);

async function press(page: Page, button: string): Promise<void> {
  const answered = page.waitForEvent("load");
  await page.locator(button).first().click();
  await answered;
}

/** The pages of somebody who has an account. */
async function walkAccount(browser: Browser, language: Language, look: Look): Promise<void> {
  await using world = await openPortalWorld((services) => [
    ...holderRoutes({ ...services, beside: { signUp: true, plan: true, clients: true } }),
    clientsRoute({ directory: services.directory, mail: MAIL, needsAppPassword: async () => false }),
  ]);
  const { origin } = world.site;
  await using context = await openContext(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const { page } = await openPage(context);
  const go = async (path: string): Promise<void> => void (await page.goto(origin + pathIn(language, path)));
  const logIn = async (password = PASSWORD): Promise<void> => {
    await go(paths.logIn);
    await send(page, "#password", { name: ADA, password });
  };
  const codeOf = (secret: string): string =>
    new TOTP({ secret: Secret.fromBase32(secret.replaceAll(" ", "")) }).generate({ timestamp: world.clock.now() });

  for (const path of OPEN_PAGES) {
    await go(path);
    await look(`open${path.replaceAll(/[/?]/g, "-")}`, page);
  }
  await go("/account/no-such-page");
  await look("error-not-found", page);
  await go(paths.logIn);
  await page.evaluate("document.querySelector('input[name=form]').value = 'old'");
  await send(page, "#password", { name: ADA, password: PASSWORD });
  await look("error-stale-form", page);
  await go(paths.logIn);
  await send(page, "#password", { name: ADA, password: "not this one" });
  await look("log-in-wrong", page);
  await logIn();
  await look("overview-new", page);

  await go(paths.recovery);
  await send(page, "#address", { address: "ada@", now: "wrong" });
  await look("recovery-wrong", page);
  await send(page, "#address", { address: ELSEWHERE, now: PASSWORD });
  await look("recovery-asked", page);
  await page.goto(origin + pathIn(language, world.link()));
  await look("recovery-link", page);
  await sendTo(page, world.link());
  await look("recovery-confirmed", page);
  await furnish(world);
  for (const path of [...HOLDER_PAGES, paths.clients]) {
    await go(path);
    await look(`holder${path.replaceAll("/", "-")}`, page);
  }
  await go(paths.password);
  await send(page, "#again", { now: "wrong", password: "short", again: "shorter" });
  await look("password-wrong", page);
  await go(paths.aliases);
  await send(page, "#name", { name: "support" });
  await look("alias-refused", page);
  await send(page, "#name", { name: "news.ada" });
  await look("alias-made", page);
  await go(paths.appPasswords);
  await send(page, "#label", { label: "Mutt on the laptop" });
  await look("app-password-shown-once", page);
  await go(paths.wishes);
  await send(page, "#junk", { junk: "soon" });
  await look("wishes-wrong", page);
  await send(page, "#junk", { junk: "14" });
  await look("wishes-saved", page);

  await go(paths.secondStep);
  const secret = await page.locator(".secret").innerText();
  await send(page, "#code", { code: "000000", now: PASSWORD });
  await look("second-step-wrong", page);
  await send(page, "#code", { code: codeOf(secret), now: PASSWORD });
  await look("second-step-codes", page);
  await go(paths.secondStep);
  await look("second-step-on", page);
  await go(paths.overview);
  await sendTo(page, paths.logOut);
  await look("logged-out", page);
  await logIn();
  await look("log-in-code", page);
  await send(page, "#code", { code: "111111" });
  await look("log-in-code-wrong", page);

  await go(paths.forgotten);
  await send(page, "#name", { name: "ada" });
  for (let n = 0; n < 100 && !world.letters.some(({ notice: { kind } }) => kind === "reset-link"); n++)
    await page.reload();
  await page.goto(origin + pathIn(language, world.link()));
  await look("new-password-link", page);
  await send(page, "#again", { password: "short", again: "shorter" });
  await look("new-password-wrong", page);
}

/** Closing: apart, for after it nothing is left to be shown. */
async function walkClosing(browser: Browser, language: Language, look: Look): Promise<void> {
  await using world = await openPortalWorld(holderRoutes);
  await sampleOnItsWay(world);
  const { origin } = world.site;
  await using context = await openContext(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const { page } = await openPage(context);
  await page.goto(origin + pathIn(language, paths.logIn));
  await send(page, "#password", { name: ADA, password: PASSWORD });
  await page.goto(origin + pathIn(language, paths.close));
  await send(page, "#now", { now: "wrong" });
  await look("close-wrong", page);
  await send(page, "#now", { now: PASSWORD });
  await look("close-asked", page);
  await page.goto(origin + pathIn(language, world.link()));
  await look("close-link", page);
  await sendTo(page, world.link());
  await look("close-done", page);
}

/** From a name to an open account, and what can be done with a contract. */
async function walkContract(browser: Browser, language: Language, look: Look): Promise<void> {
  await using world = await payingWorld();
  const { origin } = world.portal.site;
  const { ledger } = world.paying.fake;
  await using context = await openContext(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const { page } = await openPage(context);
  const go = async (path: string): Promise<void> => void (await page.goto(origin + pathIn(language, path)));
  await go(signUpPaths.signUp);
  await look("sign-up-name", page);
  await send(page, "#name", { name: "postmaster" });
  await look("sign-up-name-wrong", page);
  await send(page, "#name", { name: "anna" });
  await look("sign-up-whole", page);
  await send(page, "#again", { password: "short" });
  await look("sign-up-whole-wrong", page);
  await send(page, "#again", { password: BOUGHT_WITH, again: BOUGHT_WITH, plan: true, terms: true, begin: true });
  await look("paid-link", page);
  const session = (await page.locator('a[href^="https://checkout"]').getAttribute("href"))?.split("/").at(-1) ?? "";
  ledger.pay(session, "delayed");
  await page.reload();
  await look("paid-waiting", page);
  ledger.settleDelayed(session, true);
  await page.reload();
  await look("paid-open", page);
  await go(`${signUpPaths.paid}none`);
  await look("paid-over", page);
  await go(signUpPaths.opened);
  await look("opened", page);

  const { visitor } = await world.holder();
  const [name = "", value = ""] = visitor.cookie.split("=");
  await context.addCookies([{ name, value, url: origin, secure: true }]);
  for (const path of Object.values(planPaths)) {
    await go(path);
    await look(`plan${path.replaceAll("/", "-")}`, page);
  }
  await go(planPaths.change);
  world.paying.usage = { octets: 0, aliases: 0 };
  await page.locator("input[type=radio]").nth(1).check();
  await send(page, "[name=plan]");
  await look("plan-changed", page);
  world.paying.usage = { octets: 40 * 2 ** 30, aliases: 12 };
  await go(planPaths.change);
  await page.locator("input[type=radio]").first().check();
  await send(page, "[name=plan]");
  await look("plan-too-small", page);
  await go(planPaths.end);
  await sendTo(page, planPaths.end);
  await look("plan-ends", page);
  await go(planPaths.end);
  await look("plan-go-on", page);
  await go(planPaths.cards);
  await sendTo(page, planPaths.cards);
  await look("plan-cards-link", page);
  await go(planPaths.withdraw);
  await sendTo(page, planPaths.withdraw);
  await look("plan-withdrawn", page);
}

/** Without money: the sign-up by invitation. */
async function walkInvitation(browser: Browser, language: Language, look: Look): Promise<void> {
  await using world = await payingWorld({ by: "invitation" });
  await using context = await openContext(browser);
  context.setDefaultTimeout(PATIENCE_MS);
  const { page } = await openPage(context);
  await page.goto(world.portal.site.origin + pathIn(language, signUpPaths.signUp));
  await send(page, "#name", { name: "anna" });
  await look("invited-whole", page);
  assert.equal(await page.locator("#code").count(), 1);
}

/** All of them, one after the other. */
export async function walkPortal(browser: Browser, language: Language, look: Look): Promise<void> {
  for (const walk of [walkAccount, walkClosing, walkContract, walkInvitation]) await walk(browser, language, look);
}
