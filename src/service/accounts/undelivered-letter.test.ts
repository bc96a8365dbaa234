import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { textOf } from "../notices/letter.ts";
import { letterOf } from "../notices/tellings.ts";
import type { OutsideLetter } from "../recovery/outside-letters.ts";
import type { Undelivered } from "./accounts.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createTellUndelivered } from "./undelivered-letter.ts";

const ELSEWHERE = "ada@elsewhere.example";
const unreached = (recipient: string, lastReply?: string): Undelivered => ({
  recipient,
  destination: recipient.slice(recipient.indexOf("@") + 1),
  lastReply,
});
const textOfLetter = ({ notice, language }: OutsideLetter): string => {
  const { subject, paragraphs } = letterOf(notice, language, {
    domain: "example.org",
    contact: "postmaster@example.org",
  });
  return `${subject}\n${textOf(paragraphs)}`;
};

test("D5, A6: whom the last try did not reach is told at the recovery address, and no word of another host is repeated", async () => {
  await using home = await credentialHome();
  const { directory, credentials } = home;
  const ada = sampleAccount("ada@example.org", { state: "closing", language: "en" });
  await directory.add([ada]);
  const letters: OutsideLetter[] = [];
  const tell = createTellUndelivered({ directory, credentials, post: async (letter) => void letters.push(letter) });
  const undelivered = [
    unreached("b@late.example", "451 4.7.1 come again, ada@example.org"),
    unreached("c@dead.example", "4.4.1 no host answered"),
    unreached("d@old.example", "550 no such user"),
    unreached("e@held.example", "it was held"),
    unreached("f@new.example"),
  ];
  await tell(ada.id, undelivered);
  await credentials.setRecoveryAddress(ada.id, { address: ELSEWHERE, verified: false });
  await tell(ada.id, undelivered);
  assert.equal(letters.length, 0, "nobody who did not say yes to it");
  await credentials.setRecoveryAddress(ada.id, { address: ELSEWHERE, verified: true });
  await tell(ada.id, []);
  assert.equal(letters.length, 0, "all has arrived");
  await tell(ada.id, undelivered);
  const [letter = assert.fail("nobody was told")] = letters;
  assert.equal(letter.to, ELSEWHERE);
  const text = textOfLetter(letter);
  assert.deepEqual(
    text.split("\n").filter((line) => line.startsWith("  ")),
    [
      "  b@late.example (451 4.7.1)",
      "  c@dead.example (4.4.1)",
      "  d@old.example (550)",
      "  e@held.example",
      "  f@new.example",
    ],
  );
  assert.doesNotMatch(text, /ada@/);
  assert.match(textOfLetter({ ...letter, language: "sv" }), /ett sista försök[^]*b@late\.example/);
});

test("a letter about a thousand recipients names the first, and counts the rest", async () => {
  await using home = await credentialHome();
  const { directory, credentials } = home;
  const ada = sampleAccount("ada@example.org", { state: "closing" });
  await directory.add([ada]);
  await credentials.setRecoveryAddress(ada.id, { address: ELSEWHERE, verified: true });
  const letters: OutsideLetter[] = [];
  const tell = createTellUndelivered({ directory, credentials, post: async (letter) => void letters.push(letter) });
  const many = Array.from({ length: 1000 }, (_, n) => unreached(`r${n}@many.example`));
  await tell(ada.id, many);
  const lines = textOfLetter(letters[0] ?? assert.fail()).match(/^ {2}.*$/gm) ?? [];
  assert.deepEqual([lines.length, lines.at(-1)?.match(/\d+/)?.[0]], [201, "800"]);
});
