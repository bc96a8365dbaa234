/** F5: what submission signs is right for an independent verifier, python3-dkim: both signatures, each by itself. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { keyRecord, keyRecordName } from "../../src/rules/dkim/key-record.ts";
import { createDkimSigner } from "../../src/service/submission/dkim-signer.ts";
import { Desk, PRIMARY } from "../../src/service/submission/submitting.fixture.ts";
import { memoryDkimKeys } from "../../src/store/memory/dkim-keys.ts";
import { FakeClock } from "../world/fake-clock.ts";
import { need } from "./program.ts";
import { bothSignatures } from "./world/foreign-verifier.ts";

test("F5: python3-dkim verifies both signatures of what leaves, and finds a change", async (context) => {
  if (!need(context, "dkimverify", "python3")) return;
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const keys = memoryDkimKeys();
  const zone: Record<string, string> = {};
  for (const [algorithm, pair] of [
    ["rsa-sha256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
    ["ed25519-sha256", generateKeyPairSync("ed25519")],
  ] as const) {
    const spki = pair.publicKey.export({ format: "der", type: "spki" });
    const publicKey = algorithm === "rsa-sha256" ? spki : spki.subarray(-32);
    const [domain, selector] = ["example.test", algorithm.slice(0, 2)];
    const pkcs8 = pair.privateKey.export({ format: "der", type: "pkcs8" });
    await keys.add({ domain, selector, algorithm, publicKey, madeAt: 0 }, pkcs8);
    await keys.move(domain, selector, "made", "active", 0);
    zone[keyRecordName(domain, selector)] = keyRecord({ algorithm, publicKey });
  }
  const desk = await Desk.open({ signer: createDkimSigner({ keys, clock }), memoryBytes: 4096 });
  const header = `Subject:  a\n\tb \nFrom: Anna <${PRIMARY}>\nTo: x@remote.test\nCc: y@remote.test,\n z@remote.test\n`;
  const bodies = ["", "\n\n", "short \t \n\n\n", "bödy\n.\n", "a line of a long body\n".repeat(5000)];
  for (const body of bodies) assert.match(await desk.send({ text: `${header}\n${body}` }), /^250 /);
  const whole = desk.submitted.map(({ text }) => text);
  const changed = (whole.at(-1) ?? "").replace("long body", "other body");
  const added = (whole[0] ?? "").replace("\r\nTo:", "\r\nSubject: c\r\nTo:");
  const messages = [...whole, changed, added].map((text) => Buffer.from(text));
  assert.deepEqual(await bothSignatures(messages, zone), [
    ...bodies.map(() => [true, true]),
    [false, false],
    [false, false],
  ]);
});
