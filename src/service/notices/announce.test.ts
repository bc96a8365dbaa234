import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
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
  const clock = new FakeClock("2026-11-21T10:00:00Z");
  const announcing = {
    directory,
    notices,
    clock,
    signal: new AbortController().signal,
    progress: (step: string, done: number, total: number | undefined) => void steps.push(`${step} ${done}/${total}`),
  };
  const firstRun = announce(words, announcing);
  await turns(10);
  assert.deepEqual(steps, ["holders told 1/2"], "the next waits its turn");
  await clock.advance(40);
  assert.deepEqual(await firstRun, { told: 1, untold: 1 });
  assert.deepEqual(steps, ["holders told 1/2", "holders told 2/2"]);
  const secondRun = announce(words, announcing);
  await turns(10);
  await clock.advance(40);
  assert.deepEqual(await secondRun, { told: 2, untold: 0 });
  const [first = "", , again = "", second = ""] = occasions;
  assert.equal(again, first);
  assert.equal(second.slice(1), first.slice(1));
});

test("W5: who breaks an announcement off hears so at once, and no more holders are told", async () => {
  await using directory = memoryDirectory();
  await directory.add(["ada", "bo"].map((name) => sampleAccount(`${name}@example.org`)));
  const told: string[] = [];
  const end = new AbortController();
  const running = announce(words, {
    directory,
    notices: { tell: async (id) => void told.push(id) },
    clock: new FakeClock("2026-11-21T10:00:00Z"),
    signal: end.signal,
    progress() {},
  });
  await turns(10);
  end.abort();
  await assert.rejects(running, { name: "AbortError" });
  assert.equal(told.length, 1);
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
