import assert from "node:assert/strict";
import { test } from "node:test";
import { type AccountSnapshot, type ArchivedMail, RESTORE_GAP, type Vanished } from "./account-archive.ts";
import { contentId, mailboxId, modSeq, uid } from "./ids.ts";
import { leaveOutVanished } from "./vanished.ts";

/** The first UID above the gap, where UIDNEXT was 10. */
const NEW = 10 + RESTORE_GAP;

const mailAt = (mailbox: number, number: number, content: number): ArchivedMail => ({
  mailbox: mailboxId(mailbox),
  uid: uid(number),
  content: contentId(content),
  modSeq: modSeq(2),
  system: 0,
  keywords: [],
  internalDate: 0,
  zoneMinutes: 0,
  savedDate: 0,
});

const snapshot: AccountSnapshot = {
  mark: "",
  quotaBytes: 1,
  mailboxes: [1, 2].map((id) => ({
    id: mailboxId(id),
    name: `box ${id}`,
    specialUse: undefined,
    uidValidity: 100 + id,
    uidNext: uid(10),
    highestModSeq: modSeq(5),
  })),
  subscriptions: [],
  mails: [mailAt(1, 1, 11), mailAt(1, 2, 12), mailAt(1, 4, 14), mailAt(2, 1, 14)],
  contents: [11, 12, 14].map((id) => ({ id: contentId(id), size: 1, key: new Uint8Array(32), sent: [] })),
};

function left(...vanished: readonly Partial<Vanished>[]): readonly string[] {
  const entries = vanished.map((entry) => ({
    mailbox: mailboxId(1),
    uidValidity: 101,
    uids: "9",
    modSeq: modSeq(6),
    ...entry,
  }));
  const { mailboxes, mails, contents } = leaveOutVanished(snapshot, entries);
  return [
    mailboxes.map(({ id }) => id).join(" "),
    mails.map((mail) => `${mail.mailbox}/${mail.uid}`).join(" "),
    contents.map(({ id }) => id).join(" "),
  ];
}

test("D5: contents that are gone are left out wherever they were", () => {
  assert.deepEqual(left(), ["1 2", "1/1 1/2 1/4 2/1", "11 12 14"]);
  assert.deepEqual(left({ uids: "1:2", contents: "11:12" }), ["1 2", "1/4 2/1", "14"]);
  assert.deepEqual(left({ contents: "11,14" }), ["1 2", "1/2", "12"]);
});

test("a place that is gone is left out only where its mail has another", () => {
  assert.deepEqual(left({ uids: "1:4" }), ["1 2", `1/${NEW} 1/${NEW + 1} 2/1`, "11 12 14"]);
  assert.deepEqual(
    left({ uids: "4" }, { mailbox: mailboxId(2), uidValidity: 102, uids: "1" })[1],
    `1/1 1/2 1/${NEW} 2/${NEW}`,
  );
});

test("a mail that comes back for want of another place has a UID that no client knows as gone", () => {
  const entry = { mailbox: mailboxId(1), uidValidity: 101, uids: "1:2", modSeq: modSeq(6) };
  const { mailboxes, mails } = leaveOutVanished(snapshot, [entry]);
  const uids = mails.filter(({ mailbox }) => mailbox === 1).map((mail) => mail.uid);
  assert.deepEqual(uids, [4, NEW, NEW + 1]);
  // A restore gives UIDs from here on, raised by the gap: above these.
  assert.deepEqual(
    mailboxes.map(({ uidNext }) => uidNext),
    [12, 10],
  );
});

test("a deleted mailbox comes back only for mail that has no other place", () => {
  const box = { mailbox: mailboxId(2), uidValidity: 102, uids: undefined };
  assert.deepEqual(left(box), ["1", "1/1 1/2 1/4", "11 12 14"]);
  assert.deepEqual(left(box, { uids: "4" })[0], "1 2");
});

test("an entry about another mailbox of the same number takes no place away", () => {
  assert.deepEqual(left({ uidValidity: 7, uids: undefined })[0], "1 2");
  assert.deepEqual(left({ uidValidity: 7, uids: "4" })[1], "1/1 1/2 1/4 2/1");
});

test("what is no set of numbers is refused", () => {
  for (const contents of ["", "x", "3:1", "0", "1,,2", "*"]) assert.throws(() => left({ contents }), RangeError);
});
