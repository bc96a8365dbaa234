import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { seal, unseal } from "../../store/crypt/seal.ts";
import { contentId } from "../../store/ids.ts";
import { accountId } from "../../store/ids.ts";
import { makePlaces, MemoryPlace } from "./backup-home.fixture.ts";
import { frameWriter, readFrames } from "./frames.ts";
import { setKeyName } from "./object-names.ts";
import { packReader, packWriter } from "./packs.ts";
import { depositHalf, halfOpener } from "./private-halves.ts";
import { makeKeyPair, openBox, sealBox } from "./sealing.ts";

const sealing = { seal, unseal };
const plain = new TextEncoder().encode("what is inside");

test("a box opens with its private half and its context alone", () => {
  const pair = makeKeyPair();
  const box = sealBox(sealing, pair.publicKey, plain, "here");
  assert.deepEqual(Buffer.from(openBox(sealing, pair.privateKey, box, "here") ?? []), Buffer.from(plain));
  assert.equal(openBox(sealing, pair.privateKey, box, "there"), undefined);
  assert.equal(openBox(sealing, makeKeyPair().privateKey, box, "here"), undefined);
  for (let at = 0; at < box.length; at++) {
    const changed = new Uint8Array(box);
    changed[at] = (changed[at] ?? 0) ^ 1;
    // RFC 7748 section 5 masks the last bit of a public key: flipping another is enough.
    assert.equal(openBox(sealing, pair.privateKey, changed, "here"), undefined, `octet ${at}`);
  }
  assert.equal(openBox(sealing, pair.privateKey, box.subarray(0, 20), "here"), undefined);
});

test("a private half opens with the offline key, under its own name only", async () => {
  const { escrow, identity, recipient } = await makePlaces();
  const publicKey = await depositHalf(escrow, recipient, "set", "one");
  await depositHalf(escrow, recipient, "set", "two");
  const halves = halfOpener(escrow, `# a comment\n${identity}\n`);
  const box = sealBox(sealing, publicKey, plain, "x");
  assert.ok(openBox(sealing, await halves.open("set", "one"), box, "x"));
  const [one, two] = [escrow.objects.get(setKeyName("one")), escrow.objects.get(setKeyName("two"))];
  assert.ok(one && two);
  escrow.objects.set(setKeyName("one"), two);
  await assert.rejects(halves.open("set", "one"), /is of something else/);
  await assert.rejects(halves.open("set", "three"), /is not at the escrow place/);
});

test("frames come back in order, and none can be left out, moved, cut off or put elsewhere", async () => {
  const place = new MemoryPlace("a place");
  const by = { sealing, key: randomBytes(32), context: "these" };
  const name = (n: number): string => `part/${n}`;
  const writer = frameWriter(place, name, by, 5000);
  const values = Array.from({ length: 10 }, (_, n) => ({ n, text: randomBytes(1000).toString("base64") }));
  for (const value of values) await writer.write(value);
  const objects = await writer.end({ n: "end" });
  assert.ok(objects.length > 2);
  const read = () => Array.fromAsync(readFrames(place, name, by, "it"), (value) => (value as { n: unknown }).n);
  assert.deepEqual(await read(), [...values.map(({ n }) => n), "end"]);
  const [first, second] = [place.objects.get(name(0)), place.objects.get(name(1))];
  assert.ok(first && second);
  place.objects.set(name(0), second);
  await assert.rejects(read(), /does not open/);
  place.objects.set(name(0), first.subarray(0, -1));
  await assert.rejects(read(), /ends too early/);
  place.objects.set(name(0), first);
  const last = name(objects.length - 1);
  place.objects.delete(last);
  await assert.rejects(read(), /is missing/);
  const other = readFrames(place, name, { ...by, context: "those" }, "it");
  await assert.rejects(other.next(), /does not open/);
});

test("a piece opens as the piece it was and as no other", async () => {
  const place = new MemoryPlace("a place");
  const account = accountId("ab".repeat(16));
  const writer = packWriter(place, sealing, account);
  const key = randomBytes(32);
  for (const n of [0, 1]) await writer.add(key, { content: contentId(7), n, octets: randomBytes(50), isLast: n === 1 });
  const { sent } = await writer.end();
  const content = { id: contentId(7), size: 100, key, sent };
  const read = (one: typeof content, by = account) =>
    Array.fromAsync(packReader(place, sealing, by, [one]).pieces(one));
  assert.equal((await read(content)).length, 2);
  const [zero, one] = sent;
  assert.ok(zero && one);
  const swapped = [
    { ...one, n: 0 },
    { ...zero, n: 1 },
  ];
  await assert.rejects(read({ ...content, sent: swapped }), /is damaged/);
  await assert.rejects(read({ ...content, id: contentId(8) }), /is damaged/);
  await assert.rejects(read(content, accountId("cd".repeat(16))), /is damaged/);
  await assert.rejects(read({ ...content, key: randomBytes(32) }), /is damaged/);
});
