import assert from "node:assert/strict";
import { test } from "node:test";
import { siteText } from "../../../../test/world/web-site.ts";
import { plainText } from "./plain-text.ts";

const plain = (text: string, language: "en" | "sv" = "en"): string =>
  plainText(text, {
    language,
    values: new Map([
      ["contact", "help@example.org"],
      ["status", "https://status.example.net/"],
      ["evil", "*a* [b](c) <i>"],
    ]),
    plans: siteText.plans,
    addressOf: (target) => `https://example.org${target}`,
  }).join("\n\n");

test("lines have a letter's width; what was one line in the page is no end of a line here", () => {
  const text = plain(`One two three\nfour. ${"word ".repeat(40)}\\\nA new line.\n\n${"x".repeat(90)} y\n`);
  const lines = text.split("\n");
  assert.match(lines[0] ?? "", /^One two three four\. word/);
  assert.ok(lines.filter((line) => !line.startsWith("xxx")).every((line) => line.length <= 72));
  assert.deepEqual(lines.slice(-4), ["A new line.", "", "x".repeat(90), "y"]);
});

test("headings are underlined, or lines of their own; emphasis and code are their words; values are text", () => {
  assert.equal(
    plain('## 7. Right of "withdrawal"\n\n### Form\n\nA **strong** `word -- here`, {{evil}}.\n\n---\n'),
    "7. Right of “withdrawal”\n------------------------\n\nForm\n\nA strong word -- here, *a* [b](c) <i>.\n\n* * *",
  );
  assert.equal(plain('"så"', "sv"), "”så”");
});

test("a link has its address behind it, where its words are another", () => {
  assert.equal(
    plain("See [your account](/account/), [{{contact}}](mailto:{{contact}}), [{{status}}]({{status}}), [here](#form)."),
    "See your account <https://example.org/account/>, help@example.org,\nhttps://status.example.net/, here.",
  );
  assert.equal(plain("[write](mailto:{{contact}})"), "write <help@example.org>");
});

test("lists keep their signs, their numbers and their depth; a quotation and an example are set in", () => {
  assert.equal(
    plain(`- one ${"word ".repeat(15)}\n- two\n  - within\n- three\n`),
    `- one ${"word ".repeat(13).trim()}\n  word word\n- two\n  - within\n- three`,
  );
  assert.equal(plain("3. a\n4. b\n\ntext\n\n1. c\n\n2. d\n\n   e\n"), "3. a\n4. b\n\ntext\n\n1. c\n\n2. d\n\n   e");
  assert.equal(plain("- - a\n"), "- - a");
  assert.equal(
    plain("> To us\\\n> Date: …\n\n    host = x\n\n    port = {{contact}}\n"),
    "    To us\n    Date: …\n\n    host = x\n\n    port = help@example.org",
  );
});

test("a table is a list in which each cell says of which column it is", () => {
  assert.equal(
    plain(
      "| time | what works |\n| --- | --- |\n| before | all |\n| 30 days | |\n\n| | a |\n| --- | --- |\n| b | c |\n",
    ),
    "- time: before\n  what works: all\n- time: 30 days\n\n- b\n  a: c",
  );
});

test("plans are such a list, as each language writes money", () => {
  assert.equal(
    plain("{{plans}}\n").split("\n").slice(0, 6).join("\n"),
    "- Plan: Letter\n  Price: €12 a year\n  Storage: 2\u00a0GiB\n  Aliases: 5\n  Recipients a day: 200\n- Plan: Parcel",
  );
  assert.match(plain("{{plans}}\n", "sv"), /- Abonnemang: Letter\n {2}Pris: 12\u00a0€ per år\n/);
  const none = plainText("{{plans}}\n", { language: "en", values: new Map(), plans: [], addressOf: String });
  assert.match(none.join(), /^Nothing is sold here/);
});
