import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpamVerdict, VirusVerdict } from "../../rules/scan-verdict.ts";
import type { MailToScan } from "../../service/delivery/inbound-scanner.ts";
import { accountId } from "../../store/ids.ts";
import { outgoingSpamScanner, outgoingVirusScanner, type WhenSilent } from "./outgoing.ts";
import { message } from "./scanner-peer.fixture.ts";

const OUT = {
  content: message("x"),
  sender: "ann@example.org",
  recipients: ["bob@example.net"],
  account: accountId("0a".repeat(16)),
};
const status = () => Promise.reject(new Error("not asked"));
const SILENT = { kind: "unavailable", why: "timeout" } as const;
const UNSCANNED = { kind: "unscanned", why: "too-large" } as const;

async function spam(verdict: SpamVerdict, whenSilent: WhenSilent = "pass"): Promise<unknown> {
  let heard: MailToScan | undefined;
  const scan = async (mail: MailToScan): Promise<SpamVerdict> => {
    heard = mail;
    return verdict;
  };
  const result = await outgoingSpamScanner({ name: "x", scan, status }, 12, whenSilent).scan(OUT);
  assert.deepEqual([heard?.peer, heard?.user, heard?.id], [undefined, undefined, undefined]);
  return result;
}

const virus = (verdict: VirusVerdict, whenSilent: WhenSilent = "defer"): Promise<unknown> =>
  outgoingVirusScanner({ name: "x", scan: async () => verdict, status }, whenSilent).scan(OUT);

test("F3: what a scanner calls spam or a virus does not leave, and the reason is told", async () => {
  const symbols = ["A", "B", "C", "D"].map((name) => ({ name, score: undefined }));
  assert.deepEqual(await spam({ kind: "spam", mark: "refuse", score: 12.34, symbols }), {
    kind: "refused",
    why: "spam",
    reason: "score 12.3, A, B, C",
  });
  assert.deepEqual(await spam({ kind: "clean", score: 11.9, symbols }), { kind: "clean" });
  assert.deepEqual(await virus({ kind: "virus", name: "A.B" }), { kind: "refused", why: "virus", reason: "A.B" });
  assert.deepEqual(await virus({ kind: "clean" }), { kind: "clean" });
});

test("a silent scanner defers or lets pass, as settings say; what it does not look at leaves", async () => {
  assert.deepEqual(await spam(SILENT), { kind: "clean" });
  assert.deepEqual(await spam(SILENT, "defer"), { kind: "unavailable" });
  assert.deepEqual(await virus(SILENT), { kind: "unavailable" });
  assert.deepEqual(await virus(SILENT, "pass"), { kind: "clean" });
  assert.deepEqual(await spam(UNSCANNED, "defer"), { kind: "clean" });
  assert.deepEqual(await virus(UNSCANNED), { kind: "clean" });
});
