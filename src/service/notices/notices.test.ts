import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { collect } from "../../store/contract/samples.ts";
import type { Account, Directory, Language } from "../../store/directory.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { decodeWords } from "../../syntax/message/encoded-words.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { decodeTree } from "../../syntax/message/part.ts";
import { decodeTransfer } from "../../syntax/message/transfer-encoding.ts";
import type { HolderNotice, Notices, OperatorNotice } from "./notices.ts";
import { createNotices } from "./tell.ts";

type World = {
  readonly notices: Notices;
  readonly directory: Directory;
  readonly mail: MailStore;
  readonly clock: FakeClock;
  readonly ada: Account;
  readonly operator: Account;
  readonly logged: (readonly [string, Readonly<Record<string, unknown>>])[];
};
type Letter = { readonly fields: ReadonlyMap<string, string>; readonly text: string };

async function world(body: (world: World) => Promise<void>): Promise<void> {
  const clock = new FakeClock("2026-11-21T13:31:00Z");
  await using directory = memoryDirectory();
  await using mail = memoryMailStore({ clock });
  const ada = sampleAccount("ada@example.org", { quotaBytes: 0 });
  const operator = sampleAccount("operator@example.org");
  await directory.add([ada, operator]);
  for (const { id, quotaBytes } of [ada, operator]) await mail.create(id, { quotaBytes });
  const logged: World["logged"] = [];
  const log = (name: string, fields: object): void => void logged.push([name, { ...fields }]);
  const names = { operator: operator.primary, domain: "example.org", hostName: "mail.example.org" };
  const notices = createNotices({ mail, directory, clock, log, ...names });
  await body({ notices, directory, mail, clock, ada, operator, logged });
  for (const { id } of [ada, operator]) assert.deepEqual(await mail.check(id), []);
}

/** What lies in an account's INBOX, as a mail program shows it. */
async function inbox({ mail }: World, { id }: Account): Promise<readonly Letter[]> {
  const reader = mail.read(id);
  const box = (await reader.mailbox("INBOX")) ?? assert.fail();
  const uids = (await reader.uids(box.id)) ?? assert.fail();
  const letters: Letter[] = [];
  for await (const rows of reader.rows(box.id, uids, "facts")) {
    for (const { content, size } of rows) {
      const octets = await collect(reader.octets(content, 0, size));
      const { bodyStart, encoding } = decodeTree(await reader.tree(content));
      const fields = headerFields(octets.subarray(0, bodyStart));
      letters.push({
        fields: new Map(fields.map(({ name, value }) => [name, decodeWords(value)])),
        text: Buffer.from(decodeTransfer(octets.subarray(bodyStart), encoding)).toString("utf8"),
      });
    }
  }
  return letters;
}

const GIB = 1024 ** 3;
const at = Date.UTC(2026, 10, 21, 13, 31);
const access: HolderNotice = {
  kind: "staff-access",
  at,
  until: at + 3_600_000,
  scope: "mail",
  reason: "Complaint about spam\r\nBcc: nobody@example.net",
  case: "2026-17",
  barredUntil: undefined,
};
const HOLDER: readonly HolderNotice[] = [
  access,
  { ...access, scope: "log-in" },
  { ...access, scope: "logs", barredUntil: at },
  { ...access, scope: "all" },
  { kind: "mail-restored", at, messages: 1, takenAt: at - DAY },
  { kind: "sending-paused", at },
  { kind: "sending-resumed", at },
  { kind: "mailbox-nearly-full", at, octets: 9.3 * GIB, quotaBytes: 10 * GIB },
  { kind: "mailbox-full", at, octets: 10 * GIB, quotaBytes: 10 * GIB },
];
const OPERATOR: readonly OperatorNotice[] = [
  { kind: "account-flagged", flag: "ab12cd34", rule: "guessed", paused: true },
  { kind: "account-flagged", flag: "ab12cd34", rule: "places", paused: false },
  { kind: "bar-running", record: "r7", until: at },
  { kind: "backup-failed", at, sentence: "The place does not answer. Look at its address." },
  { kind: "retention-red", at, findings: Array.from({ length: 30 }, (_, n) => `finding ${n}`) },
  { kind: "chain-head", at, entries: 3, head: "ab".repeat(32) },
];

test("A7: the holder reads who, when, why and what can be done, and nothing else came in", () =>
  world(async (world) => {
    await world.notices.tell(world.ada.id, access, "access 1");
    const [letter, ...more] = await inbox(world, world.ada);
    assert.ok(letter !== undefined && more.length === 0);
    assert.equal(letter.fields.get("from"), "AltMail <postmaster@example.org>");
    assert.equal(letter.fields.get("to"), "ada@example.org");
    assert.equal(letter.fields.get("subject"), "Staff had access to your account");
    assert.equal(letter.fields.get("auto-submitted"), "auto-generated");
    assert.equal(letter.fields.get("date"), "Sat, 21 Nov 2026 13:31:00 +0000");
    assert.match(letter.fields.get("message-id") ?? "", /^<[0-9a-f]{32}@mail\.example\.org>$/);
    assert.equal(letter.fields.get("bcc"), undefined);
    const text = letter.text.replace(/\s+/g, " ");
    assert.match(text, /from Saturday 21 November 2026, 13:31 UTC until Saturday 21 November 2026, 14:31 UTC/);
    assert.match(text, /Why: Complaint about spam Bcc: nobody@example\.net Case: 2026-17 What this means/);
    assert.match(text, /write to postmaster@example\.org and name the case/);
    assert.match(text, /complain to the data protection authority/);
    assert.doesNotMatch(text, /forbidden by law/);
  }));

test("A7: who may be told only later hears that, and since when it was kept from them", () =>
  world(async (world) => {
    await world.directory.setLanguage(world.ada.id, "sv");
    await world.notices.tell(world.ada.id, { ...access, barredUntil: at }, "access 1");
    const [letter] = await inbox(world, world.ada);
    assert.equal(letter?.fields.get("subject"), "Vår personal har haft tillgång till ditt konto");
    const text = letter?.text.replace(/\s+/g, " ") ?? "";
    assert.match(text, /Lagen förbjöd oss att berätta detta för dig före lördag 21 november 2026 kl\. 13\.31 UTC/);
    assert.match(text, /Integritetsskyddsmyndigheten/);
  }));

test("every notice is a plain mail in both languages: short lines, no gaps, no links, a way to ask", () =>
  world(async (world) => {
    for (const language of ["en", "sv"] satisfies Language[]) {
      for (const account of [world.ada, world.operator]) await world.directory.setLanguage(account.id, language);
      for (const [n, notice] of HOLDER.entries()) await world.notices.tell(world.ada.id, notice, `${language} ${n}`);
      for (const [n, notice] of OPERATOR.entries()) await world.notices.tellOperator(notice, `${language} ${n}`);
    }
    const [holder, operator] = [await inbox(world, world.ada), await inbox(world, world.operator)];
    assert.equal(holder.length, 2 * HOLDER.length);
    assert.equal(operator.length, 2 * OPERATOR.length);
    for (const { fields, text } of [...holder, ...operator]) {
      const subject = fields.get("subject") ?? "";
      assert.ok(subject !== "" && subject.length <= 60, subject);
      assert.doesNotMatch(text, /\bundefined\b|\bNaN\b|\[object|https?:|<[a-z]/);
      assert.match(text, /\S\r\n$/);
      for (const line of text.split("\r\n")) assert.ok(line.length <= 72, line);
    }
    for (const { text } of holder) assert.match(text, /postmaster@example\.org/);
    const subjects = new Set([...holder, ...operator].map(({ fields }) => fields.get("subject")));
    assert.equal(subjects.size, 2 * 11, "each kind has a subject of its own in each language");
    assert.match(operator[0]?.text ?? "", /\r\n {4}altmail watch show ab12cd34\r\n/);
    assert.match(operator[5]?.text ?? "", new RegExp(`\r\n${"ab".repeat(32)}\r\n`));
  }));

test("who has no more room reads how much there is, and until when senders come again", () =>
  world(async (world) => {
    const [near, full] = HOLDER.slice(-2);
    assert.ok(near !== undefined && full !== undefined);
    await world.notices.tell(world.ada.id, near, "near");
    await world.directory.setLanguage(world.ada.id, "sv");
    await world.notices.tell(world.ada.id, full, "full");
    const texts = (await inbox(world, world.ada)).map(({ text }) => text.replace(/\s+/g, " "));
    assert.match(texts[0] ?? "", /more than 90 percent of its room: 9\.3 GiB of 10 GiB\./);
    assert.match(texts[1] ?? "", /Till och med lördag 28 november 2026 kl\. 13\.31 UTC ber vi/);
  }));

test("A7: who may read the access logs may read to whom mail was sent, and the letter says so", () =>
  world(async (world) => {
    for (const [language, words] of [
      ["en", /network addresses and mail programs of the last ten days, and to whom you sent mail in them; no mail/],
      ["sv", /e-postprogram de senaste tio dagarna, och vilka du har skickat brev till under dem; inga brev/],
    ] as const) {
      await world.directory.setLanguage(world.ada.id, language);
      await world.notices.tell(world.ada.id, { ...access, scope: "logs" }, language);
      const text = (await inbox(world, world.ada)).at(-1)?.text.replace(/\s+/g, " ") ?? "";
      assert.match(text, words);
    }
  }));

test("A8: what was on its way is held and leaves by itself, what is tried meanwhile is not kept, and both letters say so", () =>
  world(async (world) => {
    for (const [language, paused, resumed] of [
      [
        "en",
        /is held\. It leaves by itself .* ten days comes back .* refused, and not kept/,
        /held\. It leaves now, within five minutes; please do not send it anew.* refused, not kept/,
      ],
      [
        "sv",
        /hålls kvar\. Det går i väg av sig självt .* tio dagar kommer tillbaka .* sparas inte/,
        /hölls kvar\. Det går i väg nu, inom fem minuter; skicka det inte på nytt.* sparades inte/,
      ],
    ] as const) {
      await world.directory.setLanguage(world.ada.id, language);
      await world.notices.tell(world.ada.id, { kind: "sending-paused", at }, `${language} paused`);
      await world.notices.tell(world.ada.id, { kind: "sending-resumed", at }, `${language} resumed`);
      const texts = (await inbox(world, world.ada)).map(({ text }) => text.replace(/\s+/g, " "));
      assert.match(texts.at(-2) ?? "", paused);
      assert.match(texts.at(-1) ?? "", resumed);
    }
  }));

test("what the operator reads of a flag names its id and no account", () =>
  world(async (world) => {
    await world.notices.tellOperator({ kind: "account-flagged", flag: "ab12cd34", rule: "guessed", paused: true }, "1");
    const [letter] = await inbox(world, world.operator);
    assert.doesNotMatch(letter?.text ?? "", /ada|[0-9a-f]{32}/);
  }));

test("a notice is told once an occasion, whatever the quota, and again for another", () =>
  world(async (world) => {
    const { notices, ada, clock, logged } = world;
    await notices.tell(ada.id, access, "access 1");
    await clock.advance(8 * DAY);
    await notices.tell(ada.id, access, "access 1");
    assert.equal((await inbox(world, ada)).length, 1);
    await notices.tell(ada.id, access, "access 2");
    await notices.tell(ada.id, { kind: "sending-paused", at }, "access 2");
    assert.equal((await inbox(world, ada)).length, 3);
    assert.deepEqual(
      logged.map(([name, { repeated }]) => [name, repeated]),
      [false, true, false, false].map((repeated) => ["notice.told", repeated]),
    );
  }));

test("when the account is gone nobody is left to tell; when the operator's is missing, that is said", () =>
  world(async (world) => {
    const { notices, directory, ada, operator, logged } = world;
    await directory.setState(ada.id, "closing");
    await notices.tell(ada.id, access, "access 1");
    await directory.remove(operator.id);
    await assert.rejects(
      notices.tellOperator({ kind: "bar-running", record: "r", until: at }, "1"),
      (error) => error instanceof StoreError && /altmail account add/.test(error.message),
    );
    assert.deepEqual(
      logged.map(([name]) => name),
      ["notice.untold", "notice.untold"],
    );
    assert.equal((await inbox(world, ada)).length, 0);
  }));
