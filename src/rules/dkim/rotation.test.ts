import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { nextSelector, rotate, type RotatingKey, rotationTimes, type Shown } from "./rotation.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const times = rotationTimes;

/** Keys as they become when steps are carried out, and the DNS as an operator keeps it. */
class Installation {
  keys: RotatingKey[] = [];
  readonly records = new Set<string>();
  now = 0;
  missing = 0;
  #made = 0;

  turn(shown: (selector: string) => Shown = (selector) => (this.records.has(selector) ? "there" : "absent")): string[] {
    const steps = rotate(this.keys, shown, this.now, times);
    for (const step of steps) {
      if (step.kind === "make") this.keys.push({ selector: `s${++this.#made}`, state: "made", since: this.now });
      else if (step.kind === "missing") this.missing++;
      else if (step.kind === "remove") this.keys = this.keys.filter(({ selector }) => selector !== step.selector);
      else
        this.keys = this.keys.map((key) => {
          if (key.selector !== step.selector) return key;
          assert.equal(key.state, step.from);
          return { ...key, state: step.to, since: this.now };
        });
    }
    return this.keys.map(({ selector, state }) => `${selector} ${state}`);
  }

  after(ms: number): string[] {
    this.now += ms;
    return this.turn();
  }
}

test("a key goes its way from made to gone, and a second one takes over in time", () => {
  const it = new Installation();
  assert.deepEqual(it.turn(), ["s1 made"]);
  assert.deepEqual(it.after(30 * DAY), ["s1 made"], "nothing happens before its record is published");
  it.records.add("s1");
  assert.deepEqual(it.after(HOUR), ["s1 published"]);
  assert.deepEqual(it.after(times.confirmMs - 1), ["s1 published"]);
  assert.deepEqual(it.after(1), ["s1 seen"]);
  assert.deepEqual(it.after(1), ["s1 active"]);
  assert.deepEqual(it.after(times.lifetimeMs - 1), ["s1 active"]);
  assert.deepEqual(it.after(1), ["s1 active", "s2 made"]);
  it.records.add("s2");
  it.after(DAY);
  assert.deepEqual(it.after(DAY), ["s1 active", "s2 seen"]);
  assert.deepEqual(it.after(1), ["s1 retiring", "s2 active"]);
  assert.deepEqual(it.after(times.overlapMs - 1), ["s1 retiring", "s2 active"]);
  assert.deepEqual(it.after(1), ["s1 gone", "s2 active"]);
  assert.deepEqual(it.after(DAY), ["s1 gone", "s2 active"], "until its record is taken away");
  it.records.delete("s1");
  assert.deepEqual(it.after(1), ["s2 active"]);
  assert.equal(it.missing, 0);
});

test("a record that vanishes sends a key that waits back, and is told of one that signs", () => {
  const it = new Installation();
  it.keys = [
    { selector: "a", state: "active", since: 0 },
    { selector: "b", state: "seen", since: 0 },
    { selector: "c", state: "published", since: 0 },
  ];
  assert.deepEqual(it.turn(), ["a active", "b made", "c made"]);
  assert.equal(it.missing, 1);
  it.records.add("c");
  it.after(0);
  it.after(times.confirmMs);
  assert.deepEqual(it.after(1), ["a retiring", "b made", "c active"], "whose record is there takes over at once");
});

test("what the DNS does not answer decides nothing", () => {
  const it = new Installation();
  const states: RotatingKey["state"][] = ["made", "published", "seen", "active", "gone"];
  it.keys = states.map((state) => ({ selector: state, state, since: 0 }));
  it.now = times.lifetimeMs * 2;
  const before = it.keys;
  it.turn(() => "unknown");
  assert.deepEqual(it.keys, before);
});

test("after a crash between two steps one key signs on", () => {
  const it = new Installation();
  it.keys = [
    { selector: "old", state: "active", since: 0 },
    { selector: "new", state: "active", since: 1 },
  ];
  it.records.add("old").add("new");
  assert.deepEqual(it.after(2), ["old retiring", "new active"]);
});

test("whatever DNS and operator do, at most one key signs, and once one has, one always does", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.constantFrom("publish", "drop", "keep", "fail"))),
      (turns) => {
        const it = new Installation();
        let hasSigned = false;
        for (const [days, which, what] of turns) {
          it.now += days * DAY;
          const selector = it.keys[which]?.selector;
          if (what === "publish") for (const key of it.keys) it.records.add(key.selector);
          if (what === "drop" && selector !== undefined) it.records.delete(selector);
          it.turn(what === "fail" ? () => "unknown" : undefined);
          const signing = it.keys.filter(({ state }) => state === "active").length;
          assert.ok(signing <= 1);
          assert.ok(signing === 1 || !hasSigned);
          hasSigned ||= signing === 1;
          const coming = it.keys.filter(({ state }) => state === "made" || state === "published" || state === "seen");
          assert.ok(coming.length <= 1);
        }
      },
    ),
  );
});

test("selectors are the day and the kind, and never come twice", () => {
  const now = Date.parse("2026-06-01T23:00:00Z");
  assert.equal(
    nextSelector("rsa-sha256", now, () => false),
    "r20260601",
  );
  const used = new Set(["e20260601", "e20260601-2"]);
  assert.equal(
    nextSelector("ed25519-sha256", now, (selector) => used.has(selector)),
    "e20260601-3",
  );
});
