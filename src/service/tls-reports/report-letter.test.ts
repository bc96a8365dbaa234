import assert from "node:assert/strict";
import { test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { outbound, recipient, wish } from "../../store/contract/outbound-samples.ts";
import { collect, inMemory } from "../../store/contract/samples.ts";
import { deliveryId } from "../../store/ids.ts";
import { memoryDkimKeys } from "../../store/memory/dkim-keys.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import { composeReportMail } from "../../syntax/message/report-mail.ts";
import { turnDkimKeys } from "../submission/dkim-rotation.ts";
import { createDkimSigner } from "../submission/dkim-signer.ts";
import { createReportSubmit, letterPlace } from "./report-letter.ts";

const domain = "ours.example";
const from = `tls@${domain}`;
const content = composeReportMail({
  kind: "tls",
  from,
  to: "reports@good.example",
  reportDomain: "good.example",
  submitter: domain,
  reportId: "1@mx.ours.example",
  messageId: "2@mx.ours.example",
  date: Date.parse("2026-06-02"),
  text: "A report.",
  fileName: "a!b!1!2!3.json.gz",
  file: new Uint8Array(5000).fill(7),
  boundary: "=_b",
});
const letter = {
  id: deliveryId("c".repeat(32)),
  from,
  to: "reports@good.example",
  messageId: "2@mx.ours.example",
  content,
};

async function submitting(withKeys: boolean, kind: "tls" | "dmarc" = "tls") {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const keys = memoryDkimKeys();
  const zone = new Map<string, string>();
  const lookup = async (name: string): Promise<readonly string[]> => [zone.get(name) ?? ""];
  for (let hours = withKeys ? 10 * 24 : 0; hours > 0; hours--) {
    await turnDkimKeys({ keys, domains: [domain], lookup, clock, log: () => {} });
    for (const key of await keys.keys()) zone.set(keyRecordName(domain, key.selector), keyRecord(key));
    await clock.advance(3_600_000);
  }
  const queue = memoryOutboundQueue(clock);
  let woken = 0;
  const wake = (): void => void woken++;
  const submit = createReportSubmit({ queue, signer: createDkimSigner({ keys, clock }), wake, clock, kind });
  return { clock, queue, submit, zone, woken: () => woken };
}

test("F5: a report goes signed by both keys, from its domain, for a day, told to nobody, and once", async () => {
  const { clock, queue, submit, zone, woken } = await submitting(true);
  assert.equal(await submit(letter), "queued");
  assert.equal(await submit(letter), "queued");
  assert.equal(woken(), 2);
  const batch = await queue.claim(wish(clock.now(), { standing: "new" }));
  assert.equal(batch?.works.length, 1);
  const [work = assert.fail()] = batch?.works ?? [];
  const { account, sender, tlsWish, smtpUtf8, body } = work.message;
  assert.deepEqual([account, sender, tlsWish, smtpUtf8, body], [undefined, from, "policy", false, "7BIT"]);
  assert.equal(work.deadline, clock.now() + DAY);
  assert.deepEqual(
    work.recipients.map(({ address, destination, notify }) => [address, letterPlace(destination), notify]),
    [
      [
        "reports@good.example",
        { kind: "tls", domain: "good.example" },
        { success: false, failure: false, delay: false },
      ],
    ],
  );
  const octets = Buffer.from(await collect((await queue.content(letter.id)).pieces()));
  const resolver = async (name: string): Promise<string[][]> => [[zone.get(name) ?? ""]];
  const { results } = await dkimVerify(octets, { resolver, curTime: new Date(clock.now()) });
  assert.deepEqual(
    results.map(({ status, signingDomain }) => [status.result, signingDomain]),
    [
      ["pass", domain],
      ["pass", domain],
    ],
  );
  assert.doesNotMatch(octets.toString("latin1"), /[; ]l=\d/, "RFC 8460 section 3: over the whole body");
});

test("a report that nobody could believe is not sent", async () => {
  const { clock, queue, submit, woken } = await submitting(false);
  assert.equal(await submit(letter), "unsigned");
  assert.equal(woken(), 0);
  assert.equal(await queue.claim(wish(clock.now(), { standing: "new" })), undefined);
});

test("F5: reports on DMARC have destinations of their own as well, beside those on TLS", async () => {
  const { clock, queue, submit } = await submitting(true, "dmarc");
  assert.equal(await submit(letter), "queued");
  const batch = await queue.claim(wish(clock.now(), { standing: "new" }));
  assert.deepEqual(letterPlace(batch?.destination ?? ""), { kind: "dmarc", domain: "good.example" });
});

test("a destination of reports is none of other mail, and is worked off apart", async () => {
  const { clock, queue, submit } = await submitting(true);
  await submit(letter);
  const times = { dueAt: 0, deadline: clock.now() + DAY, delayAt: clock.now() + DAY };
  await queue.add(outbound(), [recipient("somebody@good.example")], times, inMemory(content));
  const destinations: string[] = [];
  for (const except = new Set<string>(); ; ) {
    const batch = await queue.claim(wish(clock.now(), { standing: "new", except }));
    if (batch === undefined) break;
    destinations.push(batch.destination);
    except.add(batch.destination);
  }
  assert.equal(destinations.length, 2);
  const domainsOf = destinations.map((destination) => letterPlace(destination)?.domain);
  assert.deepEqual(new Set(domainsOf), new Set(["good.example", undefined]));
});
