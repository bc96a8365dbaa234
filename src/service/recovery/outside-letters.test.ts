import assert from "node:assert/strict";
import { test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR } from "../../host/clock.ts";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { wish } from "../../store/contract/outbound-samples.ts";
import { collect } from "../../store/contract/samples.ts";
import { memoryDkimKeys } from "../../store/memory/dkim-keys.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import { turnDkimKeys } from "../submission/dkim-rotation.ts";
import { createDkimSigner } from "../submission/dkim-signer.ts";
import { createOutsideLetters, type OutsideLetter } from "./outside-letters.ts";

const domain = "example.org";
const until = Date.parse("2026-06-11T14:00:00Z");
const letter: OutsideLetter = {
  to: "ada@elsewhere.example",
  language: "sv",
  notice: { kind: "reset-link", link: `https://example.org/account/reset?token=${"x".repeat(43)}`, until },
  occasion: "one",
};

async function posting(withKeys: boolean) {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const keys = memoryDkimKeys();
  const zone = new Map<string, string>();
  const lookup = async (name: string): Promise<readonly string[]> => [zone.get(name) ?? ""];
  for (let hours = 10 * 24; hours > 0; hours--) {
    if (withKeys) await turnDkimKeys({ keys, domains: [domain], lookup, clock, log: () => {} });
    for (const key of await keys.keys()) zone.set(keyRecordName(domain, key.selector), keyRecord(key));
    await clock.advance(HOUR);
  }
  const queue = memoryOutboundQueue(clock);
  let woken = 0;
  const signer = createDkimSigner({ keys, clock });
  const wake = (): void => void woken++;
  const post = createOutsideLetters({ queue, signer, wake, clock, hostName: "mail.example.org", domain });
  return { clock, queue, zone, post, woken: () => woken };
}

test("A6: a letter to a recovery address is signed, has the null sender, and names nobody's address but that one", async () => {
  const { clock, queue, zone, post, woken } = await posting(true);
  for (let times = 0; times < 2; times++) await post(letter);
  assert.equal(woken(), 2);
  const batch = await queue.claim(wish(clock.now(), { standing: "new" }));
  assert.equal(batch?.works.length, 1, "once an occasion");
  const [work = assert.fail()] = batch?.works ?? [];
  assert.deepEqual([work.message.account, work.message.sender], [undefined, ""]);
  assert.deepEqual(
    work.recipients.map(({ address, destination, notify }) => ({ address, destination, notify })),
    [
      {
        address: "ada@elsewhere.example",
        destination: "elsewhere.example",
        notify: { success: false, failure: false, delay: false },
      },
    ],
  );
  assert.equal(work.deadline, until, "a link that has ended is not sent");
  const octets = Buffer.from(await collect((await queue.content(work.message.id)).pieces()));
  const resolver = async (name: string): Promise<string[][]> => [[zone.get(name) ?? ""]];
  const { results } = await dkimVerify(octets, { resolver, curTime: new Date(clock.now()) });
  assert.deepEqual(
    results.map(({ status }) => status.result),
    ["pass", "pass"],
  );
  const text = octets.toString("latin1").replaceAll("=\r\n", "");
  const addresses = new Set(text.match(/[\w.+-]+@[\w.-]+\w/g)?.filter((each) => !/^[0-9a-f]{32}@/.test(each)));
  assert.deepEqual(addresses, new Set(["postmaster@example.org", "ada@elsewhere.example"]));
  assert.doesNotMatch(text, /^(?:received|sender|x-[a-z-]+):/im);
  assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
  assert.ok(text.replaceAll("=3D", "=").includes("link" in letter.notice ? letter.notice.link : "?"));
});

test("without a key that signs it goes all the same; what has no link is tried for five days", async () => {
  const { clock, queue, post } = await posting(false);
  const notice = { kind: "second-step-changed", at: 0, change: "off" } as const;
  await post({ ...letter, language: "en", notice });
  const batch = await queue.claim(wish(clock.now(), { standing: "new" }));
  const [work = assert.fail()] = batch?.works ?? [];
  assert.equal(work.deadline, clock.now() + 5 * DAY);
  const text = Buffer.from(await collect((await queue.content(work.message.id)).pieces())).toString("latin1");
  assert.match(text, /^From: AltMail <postmaster@example\.org>/);
});
