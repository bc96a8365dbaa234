/** A real Chromium for tests: pages of our own host alone, and everything that it asked, stored or complained of. */
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { SITE_HOST } from "../world/web-site.ts";

/** As Debian installs it. */
const CHROMIUM = "/usr/bin/chromium";

export type Visit = {
  readonly page: Page;
  /** Addresses that were asked, in order. */
  readonly asked: readonly string[];
  /** What the browser's console said: a policy that was broken, a file that was not there. */
  readonly complaints: readonly string[];
};

export type VisitorOptions = {
  readonly javaScript?: boolean;
  readonly scheme?: "light" | "dark";
  readonly width?: number;
};

/** Names lead to this machine, whatever they are: who asks a third party is seen, and reaches nobody. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", `--host-resolver-rules=MAP ${SITE_HOST} 127.0.0.1, MAP * ~NOTFOUND`],
  });

export async function openContext(browser: Browser, options: VisitorOptions = {}): Promise<BrowserContext> {
  const { javaScript = true, scheme = "light", width = 1200 } = options;
  return browser.newContext({
    ignoreHTTPSErrors: true,
    javaScriptEnabled: javaScript,
    colorScheme: scheme,
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
  });
}

export async function openPage(context: BrowserContext): Promise<Visit> {
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => void asked.push(request.url()));
  page.on("console", (message) => void complaints.push(message.text()));
  page.on("pageerror", (error) => void complaints.push(error.message));
  return { page, asked, complaints };
}

/** Finds what axe calls a violation, with the places; `rules`: of these alone. */
export async function axeFaults(page: Page, rules: readonly string[] = []): Promise<readonly string[]> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (rules.length === 0 ? builder : builder.withRules([...rules])).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** Whether the page itself is wider than its window; parts may scroll within themselves. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");

/** Presses the button of this name. */
export const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("button", { name }).click();

/** Waits for the page of this title. */
export const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("heading", { name, level: 1 }).waitFor();
