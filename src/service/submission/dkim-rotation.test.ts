import assert from "node:assert/strict";
import { test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { rotationTimes } from "../../rules/dkim/rotation.ts";
import { memoryDkimKeys } from "../../store/memory/dkim-keys.ts";
import { editedFields } from "../../syntax/message/header-edit.ts";
import { turnDkimKeys } from "./dkim-rotation.ts";
import { createDkimSigner } from "./dkim-signer.ts";

const domain = "example.test";

function installation() {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const keys = memoryDkimKeys();
  const zone = new Map<string, string>();
  const events: string[] = [];
  const log: Log = (name, fields) => void events.push(`${name} ${Object.values(fields).join(" ")}`);
  const dns = { isUp: true };
  const lookup = async (name: string): Promise<readonly string[] | undefined> => {
    if (!dns.isUp) return undefined;
    const record = zone.get(name);
    return record === undefined ? [] : [record];
  };
  const publish = async (): Promise<void> => {
    for (const key of await keys.keys()) zone.set(keyRecordName(domain, key.selector), keyRecord(key));
  };
  const turn = async (ms = 0): Promise<string> => {
    await clock.advance(ms);
    await turnDkimKeys({ keys, domains: [domain], lookup, clock, log });
    return (await keys.keys()).map(({ selector, state }) => `${selector} ${state}`).join(", ");
  };
  return { clock, keys, zone, events, dns, publish, turn };
}

const text = "From: a@example.test\r\nSubject: b\r\n";

test("F5: keys of both kinds are made, wait for the DNS, sign, and hand over without a gap", async () => {
  const { clock, keys, zone, events, publish, turn } = installation();
  const signer = createDkimSigner({ keys, clock });
  const verified = async (): Promise<readonly string[]> => {
    const body = new RelaxedBodyHash();
    const fields = editedFields(Buffer.from(`${text}\r\n`));
    const head = await signer.sign({ domain, fields, bodyHash: body.end(), time: clock.now() });
    const resolver = async (name: string): Promise<string[][]> => [[zone.get(name) ?? ""]];
    const { results } = await dkimVerify(Buffer.from(`${head}${text}\r\n`), {
      resolver,
      curTime: new Date(clock.now()),
    });
    return results
      .filter(({ selector }) => selector !== undefined)
      .map(({ status, selector }) => `${selector} ${status.result}`);
  };

  assert.equal(await turn(), "e20260601 made, r20260601 made");
  assert.deepEqual(await verified(), [], "before anybody could check it, nothing is signed");
  await publish();
  assert.equal(await turn(HOUR), "e20260601 published, r20260601 published");
  await turn(rotationTimes.confirmMs);
  assert.equal(await turn(), "e20260601 active, r20260601 active");
  await clock.advance(HOUR);
  assert.deepEqual((await verified()).toSorted(), ["e20260601 pass", "r20260601 pass"]);

  await turn(rotationTimes.lifetimeMs);
  await publish();
  await turn();
  await turn(rotationTimes.confirmMs);
  assert.equal(await turn(), "e20260601 retiring, r20260601 retiring, e20261130 active, r20261130 active");
  await clock.advance(HOUR);
  assert.deepEqual((await verified()).toSorted(), ["e20261130 pass", "r20261130 pass"]);
  await turn(rotationTimes.overlapMs);
  zone.delete(keyRecordName(domain, "e20260601"));
  assert.equal(await turn(DAY), "r20260601 gone, e20261130 active, r20261130 active");
  assert.equal(events.filter((event) => event === "dkim.moved example.test e20260601 gone").length, 1);
  assert.deepEqual(
    events.filter((event) => !event.startsWith("dkim.moved")),
    [],
  );
});

test("a record that is missing while its key signs is told each time; a DNS that is down is not", async () => {
  const { zone, events, dns, publish, turn } = installation();
  await turn();
  await publish();
  await turn();
  await turn(rotationTimes.confirmMs);
  await turn();
  dns.isUp = false;
  await turn(HOUR);
  dns.isUp = true;
  zone.delete(keyRecordName(domain, "r20260601"));
  await turn();
  assert.deepEqual(
    events.filter((event) => !event.startsWith("dkim.moved")),
    ["dkim.missing example.test r20260601"],
  );
});

test("a store that fails is told, and the next turn goes on", async () => {
  const { keys, events, turn } = installation();
  await keys[Symbol.asyncDispose]();
  await assert.rejects(turn());
  assert.deepEqual(events, ["dkim.failed example.test closed", "dkim.failed example.test closed"]);
});
