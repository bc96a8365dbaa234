import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { idOf, message } from "../../../test/world/cast.ts";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DELETED, FLAGGED } from "../../store/flags.ts";
import type { MailboxId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { fromNumbers, numbers } from "../../syntax/bytes/number-set.ts";
import { OpenAccount } from "./open-account.ts";
import type { Output } from "./output.ts";
import type { ImapServices } from "./services.ts";
import { View } from "./view.ts";

/** What a client makes of the responses: one entry a message, in order; undefined where it knows no flags. */
class ClientModel {
  readonly messages: { flags: string | undefined }[];
  text = "";
  readonly output: Output = {
    text: (line: string) => {
      this.text += line;
    },
    isFull: false,
    drain: async () => {},
  } as unknown as Output;

  constructor(exists: number) {
    this.messages = Array.from({ length: exists }, () => ({ flags: undefined }));
  }

  /** Reads what was said; `mayExpunge` is what the RFC allows then. */
  hear(mayExpunge: boolean): void {
    for (const line of this.text.split("\r\n")) {
      const [, n = "", what = "", flags] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH \(FLAGS \((.*)\)\))$/.exec(line) ?? [];
      if (what === "EXPUNGE") {
        assert.ok(mayExpunge, "EXPUNGE where it may not be said");
        assert.ok(Number(n) <= this.messages.length, "EXPUNGE of a message that the client does not have");
        this.messages.splice(Number(n) - 1, 1);
      } else if (what === "EXISTS") {
        assert.ok(Number(n) >= this.messages.length, "EXISTS never takes messages away");
        while (this.messages.length < Number(n)) this.messages.push({ flags: undefined });
      } else if (what !== "") {
        const entry = this.messages[Number(n) - 1];
        assert.ok(entry, "FETCH of a message that the client does not have");
        entry.flags = flags;
      }
    }
    this.text = "";
  }
}

async function act(mail: MailStore, mailbox: MailboxId, clock: FakeClock, [kind, a, b]: Step): Promise<void> {
  const writer = mail.write(idOf("u1"));
  const all = [...numbers((await mail.read(idOf("u1")).uids(mailbox)) ?? fromNumbers([]))];
  const some = fromNumbers(all.filter((_, i) => i % (a + 2) === b % (a + 2)));
  const system = { keywords: [], system: kind === "flag" ? FLAGGED : DELETED };
  if (kind === "append") await writer.append(mailbox, [message(a, clock.now())]);
  else if (kind === "flag") await writer.store(mailbox, some, { kind: b % 2 === 0 ? "add" : "remove", flags: system });
  else if (kind === "expunge") {
    await writer.store(mailbox, some, { kind: "add", flags: system });
    await writer.expunge(mailbox, some);
  }
}

type Step = readonly [kind: "append" | "flag" | "expunge" | "report" | "report-late" | "load", a: number, b: number];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(
    "append" as const,
    "flag" as const,
    "expunge" as const,
    "report" as const,
    "report-late" as const,
    "load" as const,
  ),
  fc.nat(3),
  fc.nat(3),
);

for (const [title, expungeLog] of [
  ["whole", 1000],
  ["too short", 1],
] as const)
  test(`numbers mean the same message on both sides whatever others do, with a log that is ${title}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const clock = new FakeClock("2026-06-01T12:00:00Z");
        await using mail = memoryMailStore({ clock, limits: { vanishedCommits: expungeLog } });
        await mail.create(idOf("u1"), { quotaBytes: 1e9 });
        const account = new OpenAccount(idOf("u1"), { mail } as unknown as ImapServices);
        account.watch();
        const writer = mail.write(idOf("u1"));
        const inbox = await account.reader.mailbox("INBOX");
        assert.ok(inbox);
        for (let n = 0; n < 4; n++) await writer.append(inbox.id, [message(n, clock.now())]);
        const state = await account.reader.mailbox("INBOX");
        assert.ok(state);
        const view = new View(account, state, false);
        const client = new ClientModel(state.messages);
        account.join({ changed: (change) => view.noticed(change) });
        const report = async (mayExpunge: boolean): Promise<void> => {
          await view.report(client.output, { mayExpunge, condstore: false });
          client.hear(mayExpunge);
          assert.equal(client.messages.length, view.exists);
        };
        for (const each of steps) {
          if (each[0] === "report" || each[0] === "report-late") await report(each[0] === "report");
          else if (each[0] === "load") assert.equal((await view.map()).uids.size, client.messages.length);
          else await act(mail, inbox.id, clock, each);
        }
        await report(true);
        const { uids } = await view.map();
        assert.deepEqual(uids, await account.reader.uids(inbox.id));
        const rows = (await Array.fromAsync(account.reader.rows(inbox.id, uids, "flags"))).flat();
        for (const [i, row] of rows.entries()) {
          const known = client.messages[i]?.flags;
          if (known !== undefined) assert.equal(known, account.flagTexts.of(row.flags));
        }
        account[Symbol.dispose]();
      }),
      { numRuns: 300 },
    );
  });
