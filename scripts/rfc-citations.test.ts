import assert from "node:assert/strict";
import { test } from "node:test";
import { type Citations, cite, hasSection, inOrder, titleOf } from "./rfc-citations.ts";

test("citations are found with one section, with several, with none, and across lines", () => {
  const found: Citations = new Map();
  cite("/** RFC 9051 section 6.4.6; RFC 5321\n * section 4.5.3.1.8: 100 recipients */", found);
  cite("// RFC 9051 sections 7.1, 7.2 and 6.4.10, see RFC 3501\n// RFC 5322 section A.5 is an appendix", found);
  cite("# RFC 9051\n# section 2.3.2.", found);
  assert.deepEqual(
    [...found].map(([number, sections]) => [number, inOrder(sections)]),
    [
      [9051, ["2.3.2", "6.4.6", "6.4.10", "7.1", "7.2"]],
      [5321, ["4.5.3.1.8"]],
      [3501, []],
      [5322, ["A.5"]],
    ],
  );
});

test("headings and titles are found in both forms of text", () => {
  const text =
    "Request for Comments: 1                              August 2021\n\n\n     The Title of\n       the Thing\n\nAbstract\n\n6.4.6.  STORE Command\n";
  assert.equal(titleOf(text), "The Title of the Thing");
  assert.equal(hasSection(text, "6.4.6"), true);
  assert.equal(hasSection(text, "6.4"), false);
  assert.equal(hasSection("### [3.1.](#section-3.1){.section-number} Parameters", "3.1"), true);
  assert.equal(titleOf("# RFC 9106 {#rfcnum}\n\n# Argon2 for Passwords {#title}\n"), "Argon2 for Passwords");
});
