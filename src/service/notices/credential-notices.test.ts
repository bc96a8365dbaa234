import assert from "node:assert/strict";
import { test } from "node:test";
import type { Language } from "../../store/directory.ts";
import { clientKind } from "../web-access/client-kind.ts";
import { textOf } from "./letter.ts";
import type { HolderNotice, OutsideNotice } from "./notices.ts";
import { letterOf } from "./tellings.ts";

const at = Date.UTC(2026, 10, 21, 13, 31);
const until = at + 3_600_000;
const link = `https://example.org/account/password?token=${"x".repeat(43)}`;
const sender = { domain: "example.org", contact: "postmaster@example.org" };

const LINKS: readonly (HolderNotice | OutsideNotice)[] = [
  { kind: "confirm-recovery", link, until },
  { kind: "reset-link", link, until },
  { kind: "close-account-link", link, until },
];
const OTHERS: readonly (HolderNotice | OutsideNotice)[] = [
  { kind: "password-changed", at, by: "holder", appPasswords: "kept" },
  { kind: "password-changed", at, by: "recovery", appPasswords: "removed" },
  { kind: "second-step-changed", at, change: "on" },
  { kind: "second-step-changed", at, change: "off" },
  { kind: "second-step-changed", at, change: "codes" },
  { kind: "codes-tried", at, until },
  { kind: "new-client", at, client: "Thunderbird" },
  { kind: "new-client", at, client: clientKind("imap", undefined) },
  { kind: "recovery-address-changed", at, change: "set" },
  { kind: "recovery-address-changed", at, change: "removed" },
  { kind: "account-closing", at, doneBy: at + 600_000, copiesUntil: at + 10 * 86_400_000 },
];

for (const language of ["en", "sv"] satisfies Language[])
  test(`A6: letters on credentials say when, what it means and what to do, and name no address of the account (${language})`, () => {
    const texts = new Set<string>();
    for (const notice of [...LINKS, ...OTHERS]) {
      const { subject, paragraphs } = letterOf(notice, language, sender);
      const text = textOf(paragraphs);
      texts.add(text);
      assert.ok(subject.length <= 72, subject);
      assert.doesNotMatch(`${subject}\n${text}`, /\bundefined\b|\bNaN\b|\[object/);
      assert.deepEqual(new Set(text.match(/[\w.]+@[\w.]+\w/g)), new Set(["postmaster@example.org"]));
      const when = language === "en" ? /Saturday 21 November 2026, 1\d:31/ : /lördag 21 november 2026 kl\. 1\d\.31/;
      assert.match(text.replace(/\s+/g, " "), when);
      for (const line of text.split("\n")) assert.ok(line.length <= 72 || line === `  ${link}`, line);
      assert.equal(text.includes(`\n\n  ${link}\n\n`), LINKS.includes(notice), "a link stands alone on its line");
    }
    assert.equal(texts.size, LINKS.length + OTHERS.length);
  });

test("what holds from now on is said: app passwords, codes, the way back", () => {
  const text = (notice: HolderNotice): string => textOf(letterOf(notice, "en", sender).paragraphs).replace(/\s+/g, " ");
  assert.match(
    text({ kind: "password-changed", at, by: "holder", appPasswords: "kept" }),
    /App passwords hold as before\./,
  );
  assert.match(
    text({ kind: "password-changed", at, by: "recovery", appPasswords: "removed" }),
    /All app passwords have ended/,
  );
  assert.match(text({ kind: "second-step-changed", at, change: "on" }), /Mail programs need an app password each/);
  assert.match(
    text({ kind: "recovery-address-changed", at, change: "removed" }),
    /Nobody can help then, we cannot either/,
  );
});
