/** The letter that confirms a contract, as it lies in the INBOX: once, whatever the store does meanwhile, and nowhere else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { HOUR } from "../../host/clock.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { collect } from "../../store/contract/samples.ts";
import type { Language } from "../../store/directory.ts";
import { failingMailStore } from "../../store/failing/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { decodeTree } from "../../syntax/message/part.ts";
import { decodeTransfer } from "../../syntax/message/transfer-encoding.ts";
import { createNotices } from "../notices/tell.ts";
import { createBillingTell } from "./billing-tell.ts";
import type { ContractMade, ContractPages } from "./parts.ts";

const AT = Date.parse("2026-01-10T10:00:00Z");
const MADE: ContractMade = {
  at: AT,
  plan: "small",
  agreedAt: AT - HOUR,
  until: Date.parse("2027-01-10T10:00:00Z"),
  withdrawableUntil: Date.parse("2026-01-25T12:00:00Z"),
};
const pagesIn = (language: Language): ContractPages => ({
  seller: "Exempel AB, Box 1, Stockholm",
  contact: "help@example.org",
  phone: undefined,
  accountUrl: "https://example.org/account/",
  planLines: (plan) => [`Plan: ${plan}`],
  terms: [language === "sv" ? "Villkor\n=======" : "Terms\n=====", "One\ntwo."],
});

test("M1: one letter confirms a contract, in the language of its holder, in the INBOX and nowhere else", async () => {
  const clock = new FakeClock("2026-01-10T10:00:00Z");
  await using directory = memoryDirectory();
  await using mail = failingMailStore(memoryMailStore({ clock }));
  // A quota does not keep it out.
  const anna = sampleAccount("anna@example.org", { quotaBytes: 0 });
  await directory.add([anna]);
  await directory.setLanguage(anna.id, "sv");
  await mail.create(anna.id, { quotaBytes: 0 });
  const names = { operator: "staff@example.org", domain: "example.org", hostName: "mail.example.org" };
  const nowhere = (): never => assert.fail("the letter names the address: it goes nowhere else");
  const tell = createBillingTell({
    directory,
    notices: createNotices({ mail, directory, clock, log: () => {}, ...names }),
    tellBoth: nowhere,
    post: nowhere,
    contractPages: pagesIn,
  });
  mail.fail(anna.id, "io");
  await assert.rejects(tell.contract(anna.id, MADE, "contract-1"), StoreError);
  mail.heal();
  await tell.contract(anna.id, MADE, "contract-1");
  // The opening was broken off behind it and is gone on with an hour later; Stripe is silent then.
  await clock.advance(HOUR);
  await tell.contract(anna.id, { ...MADE, at: clock.now(), until: undefined }, "contract-1");
  await tell.contract(sampleAccount("gone@example.org").id, MADE, "contract-2");

  const reader = mail.read(anna.id);
  const box = (await reader.mailbox("INBOX")) ?? assert.fail();
  const letters: string[] = [];
  for await (const rows of reader.rows(box.id, (await reader.uids(box.id)) ?? assert.fail(), "facts"))
    for (const { content, size } of rows) {
      const octets = await collect(reader.octets(content, 0, size));
      const { bodyStart, encoding } = decodeTree(await reader.tree(content));
      const to = headerFields(octets.subarray(0, bodyStart)).find(({ name }) => name.toLowerCase() === "to");
      assert.match(String(to?.value), /anna@example\.org/);
      letters.push(Buffer.from(decodeTransfer(octets.subarray(bodyStart), encoding)).toString("utf8"));
    }
  assert.equal(letters.length, 1);
  const [text = ""] = letters;
  assert.match(text, /Betalt till: söndag 10 januari 2027 kl\. 10\.00 UTC/);
  assert.match(text, /Villkor\r\n=======\r\n\r\nOne\r\ntwo\.\r\n$/);
  assert.deepEqual(await mail.check(anna.id), []);
});
