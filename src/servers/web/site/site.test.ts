import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { siteText, SOME_PAGES } from "../../../../test/world/web-site.ts";
import { readSite } from "./read-site.ts";
import { makeSite, type Site } from "./site.ts";
import { SiteError } from "./site-error.ts";

const HEAD = "---\ntitle: T\nupdated: 2026-11-21\npath: /\n---\n";

/** A folder with these files, each by its language and name. */
function folderOf(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "altmail-pages-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const language of ["en", "sv"]) mkdirSync(join(folder, language));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const made = (folder: string, more: Partial<typeof siteText> = {}): Site =>
  makeSite({ folder, name: "AltMail", hasAccounts: false, ...siteText, ...more });
const htmlOf = (site: Site, path: string): string => site.resources.get(path)?.encoded.identity.toString() ?? "";

/** What is said of a page with this text. */
function faultsOf(context: TestContext, text: string): string {
  const folder = folderOf(context, { "en/a.md": text });
  try {
    readSite(folder, siteText);
    return "";
  } catch (error) {
    assert.ok(error instanceof SiteError);
    return error.message.replaceAll(`${folder}/`, "");
  }
}

test("every page is served in its language, with its twin, its date and one heading of the first order", () => {
  const site = made(SOME_PAGES);
  const [english, swedish] = [htmlOf(site, "/docs/faq"), htmlOf(site, "/sv/docs/faq")];
  assert.match(english, /^<!DOCTYPE html>\n<html lang="en">/);
  assert.match(swedish, /<html lang="sv">/);
  for (const html of [english, swedish]) {
    assert.match(html, /hreflang="en" href="\/docs\/faq"/);
    assert.match(html, /hreflang="sv" href="\/sv\/docs\/faq"/);
    assert.equal(html.match(/<h1[ >]/g)?.length, 1);
    assert.doesNotMatch(html, /<script|style=|\{\{/);
  }
  assert.match(english, /<time datetime="2026-11-20">20 November 2026<\/time>/);
  assert.match(swedish, /<time datetime="2026-11-20">20 november 2026<\/time>/);
  // It is in English alone: the way to the other language leads to its beginning.
  assert.match(htmlOf(site, "/docs/thunderbird"), /class="language" href="\/sv\/"/);
});

test("each question has an id and its own sign; quotation marks are those of the language", () => {
  const site = made(SOME_PAGES);
  assert.match(
    htmlOf(site, "/docs/faq"),
    /<h2 id="who-reads-this">Who reads this\? <a class="self" href="#who-reads-this" aria-label="Link to: Who reads this\?">§<\/a><\/h2>/,
  );
  assert.match(htmlOf(site, "/docs/faq"), /“good at one thing”/);
  assert.match(htmlOf(site, "/sv/docs/faq"), /”bra på en sak”/);
  assert.match(htmlOf(site, "/sv/docs/faq"), /id="kan-jag-vidarebefordra-min-e-post"/);
});

test("a heading keeps its address when it gets another number; two of one text have two", (context) => {
  const folder = folderOf(context, { "en/a.md": `${HEAD}## 12. Låg nivå!\n\n## Låg nivå\n\n## 7\n` });
  const ids = Array.from(htmlOf(made(folder), "/").matchAll(/<h2 id="([^"]*)"/g), ([, id]) => id);
  assert.deepEqual(ids, ["lag-niva", "lag-niva-2", "section"]);
});

test("plans come from the settings, as each language writes money", (context) => {
  const site = made(SOME_PAGES);
  assert.match(htmlOf(site, "/"), />€29\.50 a year<\/td><td class="number">20\u00a0GiB</);
  assert.match(htmlOf(site, "/sv/"), />29,50\u00a0€ per år</);
  const none = made(folderOf(context, { "en/a.md": `${HEAD}{{plans}}\n` }), { plans: [] });
  assert.match(htmlOf(none, "/"), /Nothing is sold here/);
});

test("the index lists pages by group and order", (context) => {
  const page = (path: string, order: number, group: string): string =>
    `---\ntitle: ${path}\nupdated: 2026-01-0${order}\npath: /docs/${path}\norder: ${order}\ngroup: ${group}\n---\ntext\n`;
  const folder = folderOf(context, {
    "en/home.md": HEAD,
    "en/a.md": page("late", 3, "First"),
    "en/b.md": page("other", 2, "Second"),
    "en/c.md": page("early", 1, "First"),
  });
  const index = htmlOf(made(folder), "/docs/");
  const order = ["First", "/docs/early", "/docs/late", "Second", "/docs/other"].map((text) => index.indexOf(text));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.ok(order.every((place) => place > 0));
  assert.match(index, /<time datetime="2026-01-03">/);
});

test("a value is text, whatever stands in it, and goes into links and examples too", (context) => {
  const folder = folderOf(context, {
    "en/a.md": `${HEAD}{{evil}} and \`{{evil}}\` [{{address}}](mailto:{{address}})\n\n    host = {{address}}\n`,
  });
  const values = new Map([
    ["evil", "<script>*x*</script>"],
    ["address", "a_b_c@example.org"],
  ]);
  const html = htmlOf(made(folder, { values: { en: values, sv: values } }), "/");
  assert.match(html, /<p>&lt;script&gt;\*x\*&lt;\/script&gt; and <code>&lt;script&gt;/);
  assert.match(html, /<a href="mailto:a_b_c@example\.org">a_b_c@example\.org<\/a>/);
  assert.match(html, /host = a_b_c@example\.org/);
});

test("markup of a page's own and pictures are not taken", (context) => {
  const folder = folderOf(context, {
    "en/a.md": `${HEAD}<script>x</script>\n\n![a](https://elsewhere.example/a.png)\n`,
  });
  const html = htmlOf(made(folder), "/");
  assert.doesNotMatch(html, /<script|<img/);
});

test("an empty first heading of a table makes its column one of headings", (context) => {
  const folder = folderOf(context, { "en/a.md": `${HEAD}| | a |\n| --- | --- |\n| b | c |\n` });
  const html = htmlOf(made(folder), "/").replaceAll("\n", "");
  assert.match(html, /<tr><td><\/td><th scope="col">a<\/th><\/tr>.*<tr><th scope="row">b<\/th><td>c<\/td><\/tr>/);
});

test("faults of pages are said with file and line, all at once", (context) => {
  assert.equal(
    faultsOf(context, `${HEAD}\n{{nothing}}\n`).replace(/: the settings.*/, ""),
    "en/a.md line 7: nothing is known for {{nothing}}",
  );
  assert.match(faultsOf(context, `${HEAD}{{oops\n`), /^en\/a\.md line 6: two braces/);
  assert.match(faultsOf(context, `${HEAD}a {{plans}}\n`), /line 6: .*line of its own/);
  assert.equal(faultsOf(context, `${HEAD}x\n\n[a](/docs/none)\n`), "en/a.md line 8: there is no page /docs/none");
  assert.match(faultsOf(context, `${HEAD}[a](#none)\n`), /line 6: the page \/ has no heading with the id none$/);
  assert.match(faultsOf(context, `${HEAD}# Title\n`), /the title is the heading/);
  const wrong = faultsOf(context, "---\ntitle: T\nupdated: 2026-13-40\npath: docs\ncolour: red\n---\n");
  assert.deepEqual(
    wrong.split("\n").map((line) => line.slice(0, 30)),
    ["en/a.md line 5: there is no suc", "en/a.md line 3: updated must be", "en/a.md line 4: path must be a "].map(
      (line) => line.slice(0, 30),
    ),
  );
  assert.match(faultsOf(context, "no head\n"), /^en\/a\.md line 1: a page begins/);
  const folder = folderOf(context, { "en/a.md": HEAD, "en/b.md": HEAD });
  assert.throws(() => readSite(folder, siteText), /b\.md line 1: another page has the path \//);
  assert.throws(() => readSite(join(folder, "none"), siteText), /cannot be read/);
});

test("errors have a page in the language of the path", () => {
  const site = made(SOME_PAGES);
  assert.match(site.errorPage(404, "/sv/x"), /<html lang="sv">[^]*<h1>Sidan finns inte<\/h1>/);
  assert.match(site.errorPage(500, "/x"), /<h1>Our mistake<\/h1>/);
});
