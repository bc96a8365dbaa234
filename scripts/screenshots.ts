/**
 * Writes a picture of every page into a folder: light, dark, and as narrow as a telephone. For people to look at.
 *
 *   bin/node scripts/screenshots.ts [FOLDER] [PATH ...]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, openContext } from "../test/system/browser.ts";
import { portalFixture } from "../test/world/portal-fixture.ts";
import { REAL_PAGES, SOME_PAGES, startSite } from "../test/world/web-site.ts";

const [folder = "screenshots", ...paths] = process.argv.slice(2);
const LOOKS = [
  { name: "light", scheme: "light", width: 1200 },
  { name: "dark", scheme: "dark", width: 1200 },
  { name: "narrow", scheme: "light", width: 360 },
] as const;

mkdirSync(folder, { recursive: true });
await using site = await startSite({
  folder: process.env["REAL"] ? REAL_PAGES : SOME_PAGES,
  application: portalFixture,
});
await using browser = await openBrowser();
const pages = [...site.site.resources.keys()].filter((path) => !/\.[a-z]+$/.test(path));
const wanted = paths.length > 0 ? paths : [...pages, "/no-such-page", "/account/form", "/account/form?wrong"];
for (const { name, ...look } of LOOKS) {
  const context = await openContext(browser, look);
  const page = await context.newPage();
  for (const path of wanted) {
    await page.goto(site.origin + path);
    const file = path === "/" ? "home" : path.replace(/^\//, "").replace(/\/$/, "-index").replaceAll(/[/?]/g, "-");
    await page.screenshot({ path: join(folder, `${file}.${name}.png`), fullPage: true });
  }
  await context.close();
}
console.log(`${wanted.length * LOOKS.length} pictures in ${folder}`);
