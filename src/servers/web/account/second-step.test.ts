import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { MINUTE } from "../../../host/clock.ts";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, PASSWORD, type PortalWorld, problemIn, type Shown } from "./portal-world.fixture.ts";
import { secondStepRoutes } from "./second-step.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...secondStepRoutes(services)]);
const secretIn = ({ body }: Shown): string => /name="secret" value="([A-Z2-7]+)"/.exec(body)?.[1] ?? "";
const codesIn = ({ body }: Shown): readonly string[] =>
  Array.from(body.matchAll(/<li>([a-z0-9-]{19})<\/li>/gi), ([, code = ""]) => code);
const codeAt = ({ clock }: PortalWorld, secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() });

test("it is turned on with a code of the picture; a form that failed keeps its secret; codes are shown once", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/two-step");
  assert.match(page.body, /app passwords only/);
  assert.match(page.body, /<svg role="img" aria-label="QR code/);
  const secret = secretIn(page);
  const wrong = await visitor.send(page, { code: "000000", now: PASSWORD });
  assert.deepEqual([wrong.code, secretIn(wrong)], [422, secret]);
  assert.match(wrong.body, /href="#code"/);
  const other = await visitor.send(wrong, { code: codeAt(world, secret), now: "not it" });
  assert.match(other.body, /href="#now"/);
  const typed = { code: codeAt(world, secret), now: PASSWORD };
  const on = await visitor.send(other, typed);
  assert.equal(codesIn(on).length, 10);
  const reloaded = await visitor.send(other, typed);
  assert.deepEqual([reloaded.code, codesIn(reloaded)], [422, []]);
  const after = await visitor.get("/account/two-step");
  assert.match(after.body, /Two-step log-in is on/);
  assert.doesNotMatch(after.body, new RegExp(secret));
});

test("a damaged secret is another proposal; it goes off with password and code alone", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/sv/account/two-step");
  const damaged = await visitor.send(page, { secret: "x", code: "123456", now: PASSWORD });
  assert.equal(damaged.code, 422);
  assert.match(problemIn(damaged), /skadat/);
  assert.notEqual(secretIn(damaged), secretIn(page));
  const secret = secretIn(page);
  const codes = codesIn(await visitor.send(page, { code: codeAt(world, secret), now: PASSWORD }));
  await world.clock.advance(MINUTE);
  const change = await visitor.get("/account/two-step");
  const anew = await visitor.send(change, { code: codeAt(world, secret), now: PASSWORD, codes: "yes" });
  assert.equal(codesIn(anew).length, 10);
  const old = await visitor.send(change, { code: codes[0] ?? "", now: PASSWORD, off: "yes" });
  assert.equal(old.code, 422);
  const off = await visitor.sendOn(change, { code: codesIn(anew)[0] ?? "", now: PASSWORD, off: "yes" });
  assert.match(off.body, /<h1>Two-step log-in is off<\/h1>/);
  assert.deepEqual(await world.services.secondSteps.state(world.ada.id), { on: false, codesLeft: 0 });
});
