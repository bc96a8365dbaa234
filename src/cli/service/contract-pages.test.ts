import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { REAL_PAGES, siteText } from "../../../test/world/web-site.ts";
import { parseSettings } from "../../host/settings/read.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { planText } from "../../host/settings/settings-text.fixture.ts";
import { contractLetter } from "../../service/billing/contract-letter.ts";
import type { ContractMade } from "../../service/billing/parts.ts";
import { dateWords } from "../../service/notices/date-words.ts";
import { textOf } from "../../service/notices/letter.ts";
import { fill } from "../../servers/web/site/values.ts";
import { contractPagesOf } from "./contract-pages.ts";
import { siteOptionsOf } from "./site-options.ts";
import { checkPages } from "./website.ts";

const home = mkdtempSync(join(tmpdir(), "altmail-contract-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));
const GIVEN = new Set("contact abuse name domain host logDays".split(" "));
const settings: Settings = {
  ...parseSettings(
    `host-name = "mail.example.org"
domains = ["example.org"]
operator = "staff@example.org"
home = "${home}"
[tls]
certificate = "tls.pem"
key = "tls.key"
[billing]
provider = "stripe"
key-file = "key"
webhook-secret-file = "secret"
[web]
listen = ["127.0.0.1:443"]
[site]
serve = true
contact = "help@example.org"
${planText(1250)}`,
    join(home, "altmail.toml"),
  ),
  sitePages: REAL_PAGES,
  siteValues: Array.from(siteText.values.en)
    .filter(([name]) => !GIVEN.has(name))
    .map(([name, text]) => ({ name, text })),
};
const MADE: ContractMade & { readonly agreedAt: number; readonly until: number } = {
  at: Date.parse("2026-01-10T10:00:00Z"),
  plan: "Letter",
  agreedAt: Date.parse("2026-01-10T09:58:00Z"),
  until: Date.parse("2027-01-10T10:00:00Z"),
  withdrawableUntil: Date.parse("2026-01-25T12:00:00Z"),
};
const SENDER = { domain: "example.org", contact: "postmaster@example.org" };

function letterIn(language: "en" | "sv", made: Partial<ContractMade> = {}): string {
  const facts = { address: "anna@example.org", made: { ...MADE, ...made }, pages: contractPagesOf(settings)(language) };
  return textOf(contractLetter(facts, language, SENDER).paragraphs);
}

const wordsOf = (text: string): readonly string[] => Array.from(text.matchAll(/[\p{L}\p{N}]+/gu), ([word]) => word);

for (const language of ["en", "sv"] as const)
  test(`M1: the letter that confirms a contract needs no page of ours to be understood, ${language}`, () => {
    const text = letterIn(language);
    const flat = text.replace(/\s+/g, " ");
    assert.doesNotMatch(text, /undefined|\[object|\{\{|\]\(|\*\*|^\||^#/m);
    for (const line of text.split("\n")) assert.ok(line.length <= 72, line);
    const value = (name: string): string => siteText.values.en.get(name) ?? assert.fail(name);
    const own = {
      en: ["Address of the account: anna@example.org", "Price: €12.50 a year"],
      sv: ["Kontots adress: anna@example.org", "Pris: 12,50\u00a0€ per år"],
    }[language];
    const shown = [...own, ...["phone", "disputes", "operator"].map(value), "help@example.org"];
    for (const part of shown) assert.ok(flat.includes(part.replaceAll("\u00a0", " ")), part);
    for (const at of [MADE.agreedAt, MADE.until, MADE.withdrawableUntil])
      assert.ok(flat.includes(dateWords(at, language)), dateWords(at, language));
    // Every word of the page is there, in its order; tables, links and plans say a little more.
    const page = readFileSync(join(REAL_PAGES, language, "terms.md"), "utf8").split("\n---\n")[1] ?? "";
    const written = page.replaceAll(/\]\([^)]*\)|\{\{plans\}\}|^\|.*\n\| ---.*$/gm, "");
    const words = wordsOf(fill(written, siteOptionsOf(settings).values[language]));
    assert.ok(words.length > 900, `${words.length} words`);
    const sent = wordsOf(text.slice(text.indexOf("===")));
    let place = -1;
    for (const [index, word] of words.entries()) {
      place = sent.indexOf(word, place + 1);
      assert.ok(place >= 0, words.slice(index - 5, index + 1).join(" "));
    }
  });

test("M1: what is not known of a contract is left out, or said where it is found", () => {
  const anew = letterIn("en", { agreedAt: undefined, until: undefined, plan: "Gone" });
  assert.match(anew, /^Plan: Gone\nContract made: .*\nPaid until: see "Plan and payment" in your account$/m);
  assert.doesNotMatch(anew, /begin at once\n--|Price: .*\nContract made/);
});

test("where accounts are sold there are terms, in English at least", () => {
  const sitePages = join(home, "pages");
  const write = (language: string, name: string, path: string, text: string): void => {
    mkdirSync(join(sitePages, language), { recursive: true });
    const head = `---\ntitle: Rules of {{domain}}\nupdated: 2026-11-22\npath: ${path}\n---\n`;
    writeFileSync(join(sitePages, language, name), `${head}${text}\n`);
  };
  write("en", "home.md", "/", "Hello.");
  write("sv", "home.md", "/", "Hej.");
  assert.throws(() => checkPages({ ...settings, sitePages }), /no page with the path \/docs\/terms/);
  checkPages({ ...settings, sitePages, billingProvider: "none" });
  write("en", "rules.md", "/docs/terms", "Be [kind](/).");
  checkPages({ ...settings, sitePages });
  const { terms } = contractPagesOf({ ...settings, sitePages })("sv");
  assert.deepEqual(terms, [
    "Rules of example.org\n====================",
    "Last updated 22 November 2026",
    "Be kind <https://example.org/>.",
  ]);
});
