import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { StoreError } from "../../store/store-error.ts";
import { announce } from "./announce.ts";
import type { Notices } from "./notices.ts";
import { letterOf } from "./tellings.ts";

const words = {
  en: { subject: "New terms", paragraphs: ["Hello,", "from May on..."] },
  sv: { subject: "Nya villkor", paragraphs: ["Hej!", "Från maj..."] },
};

test("W5: every holder is told in his language, and a repetition tells the same occasion", async () => {
  await using directory = memoryDirectory();
  const accounts = ["ada", "bo", "cy"].map((name) => sampleAccount(`${name}@example.org`));
  await directory.add(accounts);
  const [, broken, closing] = accounts;
  await directory.setState(closing?.id ?? assert.fail(), "closing");
  const occasions: string[] = [];
  const notices: Notices = {
    async tell(id, notice, occasion) {
      if (id === broken?.id && occasions.length < 2) {
        occasions.push("broken");
        throw new StoreError("io", "The store failed.");
      }
      assert.equal(notice.kind, "announcement");
      occasions.push(`${accounts.findIndex((account) => account.id === id)} ${occasion}`);
    },
    tellOperator: () => assert.fail("the operator is not asked"),
  };
  const steps: string[] = [];
  const announcing = {
    directory,
    notices,
    signal: new AbortController().signal,
    progress: (step: string, done: number, total: number | undefined) => void steps.push(`${step} ${done}/${total}`),
  };
  assert.deepEqual(await announce(words, announcing), { told: 1, untold: 1 });
  assert.deepEqual(steps, ["holders told 1/2", "holders told 2/2"]);
  assert.deepEqual(await announce(words, announcing), { told: 2, untold: 0 });
  const [first = "", , again = "", second = ""] = occasions;
  assert.equal(again, first);
  assert.equal(second.slice(1), first.slice(1));
});

test("W5: an announcement is the operator's words and the name of the service", () => {
  const sender = { domain: "example.org", contact: "postmaster@example.org" };
  const notice = { kind: "announcement", words } as const;
  assert.deepEqual(letterOf(notice, "sv", sender), {
    subject: "Nya villkor",
    paragraphs: ["Hej!", "Från maj...", "example.org"],
  });
  assert.equal(letterOf(notice, "en", sender).subject, "New terms");
});
