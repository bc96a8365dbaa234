/** What follows from mail besides its delivery: receipts, notes for the reports on DMARC, reports of others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import type { NotedMessage } from "../../rules/dmarc-report/noted-message.ts";
import { noRcptParameters } from "../../syntax/smtp/parameters.ts";
import type { ReportMail } from "../received-reports/report-intake.ts";
import type { ExaminerOptions } from "./examine.ts";
import {
  BANK,
  BOTH,
  examining,
  FRIEND,
  fromFriend,
  silent,
  spamAt,
  spamSaying,
  U1,
  virusSaying,
} from "./examining.fixture.ts";

test("RFC 3461: only a sender whom SPF speaks for is told of success", async () => {
  const asks = { ...noRcptParameters, notify: { success: true, failure: false, delay: false } };
  for (const [sender, told] of [
    ["ann@friend.test", 1],
    ["info@bank.test", 0],
  ] as const) {
    let count = 0;
    const receipts = async (): Promise<void> => void count++;
    await using world = await examining({}, { receipts, envelope: { sender, notices: [asks] } });
    await world.receive(U1, FRIEND);
    assert.equal(count, told, sender);
  }
});

test("DMARC's result is noted once a message, as it was settled: taken, refused, and not while it is to come again", async () => {
  const noted: NotedMessage[] = [];
  const counter = { note: (one: NotedMessage) => void noted.push(one) };
  const dispositions = async (parts: Partial<ExaminerOptions>, text: string, times = 1): Promise<unknown> => {
    noted.length = 0;
    await using world = await examining({ counter, ...parts }, fromFriend);
    for (let n = 0; n < times; n++) await world.receive(BOTH, text);
    return noted.map(({ disposition }) => disposition);
  };
  assert.deepEqual(await dispositions({}, FRIEND, 2), ["pass"], "a repetition is the same message");
  assert.deepEqual(await dispositions({}, BANK), ["quarantine"]);
  assert.deepEqual(await dispositions({ spam: spamSaying(spamAt("junk")) }, BANK), ["reject"]);
  assert.deepEqual(await dispositions({ virus: virusSaying(silent) }, BANK), []);
});

test("a report of others is read from the operator's mail alone, when DMARC says whose it is", async () => {
  const taken: ReportMail[] = [];
  const reports = {
    async take(mail: ReportMail) {
      taken.push(mail);
      return "none" as const;
    },
  };
  await using world = await examining({ reports }, fromFriend);
  await world.receive(["u2@example.test"], FRIEND);
  await world.receive(["postmaster@example.test"], BANK);
  await turns(5);
  assert.deepEqual(taken, []);
  await world.receive(["postmaster@example.test"], FRIEND);
  await turns(5);
  assert.deepEqual(
    taken.map(({ author, message }) => [author, Buffer.from(message).toString().endsWith(FRIEND)]),
    [["friend.test", true]],
  );
});
