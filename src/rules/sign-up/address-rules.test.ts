/** Names as people, machines and impostors would choose them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checkName, NAME_LENGTH, type NameRefusal } from "./address-rules.ts";
import { nameWords, weakPasswordWords } from "./sign-up-words.ts";

const OWN = ["Altmail", "altmail.example", "post.example"];
const outcome = (typed: string): string => {
  const checked = checkName(typed, OWN);
  return checked.kind === "name" ? checked.name : `- ${checked.why}`;
};

test("names of people and things are free to choose, and letters are folded", () => {
  for (const name of ["anna", "a1b", "anna.svensson", "j-p_morgan.x", "24-7", "support24", "newsprint", "a".repeat(40)])
    assert.equal(outcome(name), name);
  assert.equal(outcome("  Anna.Svensson "), "anna.svensson");
});

test("what is no name is refused, each with its own reason", () => {
  const cases: readonly (readonly [string, NameRefusal])[] = [
    ["", "empty"],
    [" \t", "empty"],
    ["anna@altmail.example", "domain"],
    ["ab", "short"],
    ["a".repeat(41), "long"],
    ["anna+news", "signs"],
    ["anna svensson", "signs"],
    ["ånna", "signs"],
    // The Kelvin sign and the dotless i become ASCII where Unicode folds.
    ["\u{212a}arin", "signs"],
    ["anna\u{131}", "signs"],
    ["аnna", "signs"],
    ["anna\r\nRCPT", "signs"],
    ["anna\0", "signs"],
    ['"anna"', "signs"],
    [".anna", "ends"],
    ["anna-", "ends"],
    ["_anna", "ends"],
    ["an..na", "doubled"],
    ["an.-na", "doubled"],
  ];
  for (const [typed, why] of cases) assert.equal(outcome(typed), `- ${why}`, JSON.stringify(typed));
});

test("names of staff, systems, authorities and payment are kept back, and what looks like them", () => {
  // RFC 2142; CA/Browser Forum, Baseline Requirements, section 3.2.2.4.4.
  const known = "postmaster hostmaster webmaster abuse security noc info support sales marketing admin administrator";
  const more = "root mailer-daemon no-reply autoconfig mta-sts billing stripe kundtjanst faktura dmarc";
  const alike =
    "p0stmaster postrnaster vvebmaster webrnaster adm1n admln adrnin m-a-i-l r.o.o.t no.reply noreply bi11ing";
  const joined = "billing-support security.team mail_admin mailerdaemon supp0rt.team";
  for (const name of [known, more, alike, joined].flatMap((line) => line.split(" ")))
    assert.equal(outcome(name), "- reserved", name);
});

test("the service's own names are kept back wherever they stand, short ones only when they are the whole", () => {
  for (const name of ["altmail", "a1tmai1", "alt-mail.help", "my.altmail", "post", "p0st", "altmail.example"])
    assert.equal(outcome(name), "- own-name", name);
  for (const name of ["alt.mai", "postel", "composter"]) assert.equal(outcome(name), name);
});

test("every refusal has a sentence in both languages, and both know the same", () => {
  for (const words of [nameWords, weakPasswordWords]) {
    assert.deepEqual(Object.keys(words.en), Object.keys(words.sv));
    for (const text of [...Object.values(words.en), ...Object.values(words.sv)]) assert.match(text, /^\p{Lu}.+\.$/u);
  }
});

test("whatever is typed, there is an answer, what is taken has the promised form, and it is taken again as it is", () => {
  const typed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.stringMatching(/^[A-Za-z0-9._-]{1,44}$/),
    fc.string({
      unit: fc.constantFrom("a", "0", "l", "I", ".", "-", "_", "r", "n", "v", "@", "+", "å"),
      maxLength: 45,
    }),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const checked = checkName(text, OWN);
      if (checked.kind === "refused") return assert.ok(nameWords.en[checked.why]);
      const { name } = checked;
      assert.match(name, /^[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9]))+$/);
      assert.ok(name.length >= NAME_LENGTH.least && name.length <= NAME_LENGTH.most);
      assert.deepEqual(checkName(name, OWN), checked);
    }),
    { numRuns: 2000 },
  );
});

test("a megabyte of anything is refused in no time", () => {
  for (const text of ["a".repeat(1e6), ".".repeat(1e6), "rn".repeat(5e5), " ".repeat(1e6), "K\u{212a}".repeat(5e5)]) {
    const before = performance.now();
    assert.equal(checkName(text, OWN).kind, "refused");
    assert.ok(performance.now() - before < 500);
  }
});
