import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk, PRIMARY } from "./submitting.fixture.ts";

const text = `From: Anna <${PRIMARY}>\nSubject: hello\n\nbody\n`;
const TWINS: readonly string[] = ["Anna@remote.test", "anna@remote.test", "ANNA@Remote.test"];

test("RFC 5321 section 2.4: letters in capitals make another recipient elsewhere, and the same one here", async () => {
  const desk = await Desk.open();
  const to = [...TWINS, "anna@REMOTE.test", '"anna"@remote.test', "Pen@example.test", "pen@EXAMPLE.test"];
  assert.match(await desk.send({ to, text }), /^250 /);
  assert.deepEqual(
    desk.last.recipients.map(({ address, destination }) => `${address} ${destination}`),
    [
      "Anna@remote.test remote.test",
      "anna@remote.test remote.test",
      "ANNA@remote.test remote.test",
      "Pen@example.test example.test",
    ],
  );
});

test("F4: recipients that differ in capitals alone are as many for the limits, and one whom nobody wrote to before", async () => {
  const desk = await Desk.open();
  desk.limits = { messagesAMinute: 99, recipientsAnHour: 5, recipientsADay: 99, firstsADay: 2 };
  assert.match(await desk.send({ to: ["x@remote.test"], text }), /^250 /);
  for (const to of [
    [...TWINS, "new@remote.test"],
    ["new@remote.test", "other@remote.test", ...TWINS],
    ["x@remote.test", ...TWINS.slice(0, 2), "new@remote.test"],
  ])
    assert.match(await desk.send({ to, text }), /^452 4\.5\.3 .* 2 recipients a day that you have not/, to.join());
  assert.match(
    await desk.send({ to: [...TWINS, "x@remote.test", "X@remote.test"], text }),
    /^452 .* 5 recipients an hour/,
  );
  assert.match(await desk.send({ to: ["x@remote.test", ...TWINS], text }), /^250 /);
  assert.match(await desk.send({ to: ["x@remote.test"], text }), /^452 .* 5 recipients an hour/);
});

test("whom a holder wrote to is told by the one address of whatever letters", async () => {
  const told: unknown[] = [];
  const desk = await Desk.open({ wrote: (_, addresses) => void told.push(addresses) });
  assert.match(await desk.send({ to: TWINS, text }), /^250 /);
  assert.deepEqual(told, [["anna@remote.test"]]);
});
