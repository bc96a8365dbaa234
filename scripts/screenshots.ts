/**
 * Writes a picture of every page, public and portal, in both languages, into a folder: light, dark, and as narrow as a
 * telephone. For people to look at.
 *
 *   bin/node scripts/screenshots.ts [FOLDER] [PART OF A NAME ...]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { LANGUAGES } from "../src/servers/web/site/language.ts";
import { openBrowser, openContext } from "../test/system/browser.ts";
import { walkPortal } from "../test/system/portal-walk.ts";
import { portalFixture } from "../test/world/portal-fixture.ts";
import { REAL_PAGES, startSite } from "../test/world/web-site.ts";

const [folder = "screenshots", ...parts] = process.argv.slice(2);
const LOOKS = [
  { name: "light", colorScheme: "light", width: 1200 },
  { name: "dark", colorScheme: "dark", width: 1200 },
  { name: "narrow", colorScheme: "light", width: 360 },
] as const;
let pictures = 0;

async function picture(file: string, page: Page): Promise<void> {
  if (parts.length > 0 && !parts.some((part) => file.includes(part))) return;
  for (const { name, colorScheme, width } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${file}.${name}.png`), fullPage: true });
    pictures += 1;
  }
}

mkdirSync(folder, { recursive: true });
await using browser = await openBrowser();
{
  await using site = await startSite({ folder: REAL_PAGES, application: portalFixture });
  await using context = await openContext(browser);
  const page = await context.newPage();
  for (const path of [...site.site.resources.keys(), "/no-such-page", "/sv/no-such-page"]) {
    if (/\.[a-z]+$/.test(path)) continue;
    await page.goto(site.origin + path);
    await picture(`public${path.replace(/\/$/, "-index").replaceAll("/", "-")}`, page);
  }
}
for (const language of LANGUAGES)
  await walkPortal(browser, language, (name, page) => picture(`portal-${language}-${name}`, page));
console.log(`${pictures} pictures in ${folder}`);
