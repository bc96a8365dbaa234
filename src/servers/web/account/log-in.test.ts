import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import { MINUTE, SECOND } from "../../../host/clock.ts";
import { createAuthenticator } from "../../../service/accounts/authenticate.ts";
import { newRecoveryCodes, recoveryMark } from "../../../service/accounts/recovery-code.ts";
import { paidLogIns } from "../../../service/billing/paid-log-ins.ts";
import { sampleAccount } from "../../../store/contract/directory-contract.ts";
import { logInRoutes } from "./log-in.ts";
import { logInWords } from "./log-in-words.ts";
import { ADA, openPortalWorld, PASSWORD, type PortalWorld, problemIn, type Shown } from "./portal-world.fixture.ts";

const open = (): Promise<PortalWorld> => openPortalWorld(logInRoutes);
const SECRET = new Uint8Array(20).fill(7);

/** @returns a recovery code that opens it */
async function withSecondStep({ home, ada }: PortalWorld): Promise<string> {
  const [code = ""] = newRecoveryCodes();
  await home.credentials.setSecondStep(ada.id, { secret: SECRET, lastStep: 0, codes: [recoveryMark(SECRET, code)] });
  return code;
}

/** Lets time pass until it is answered: who guesses is answered later and later. */
async function patiently<T>({ clock }: PortalWorld, answer: Promise<T>): Promise<T> {
  const waited = { isOver: false };
  void answer.then(() => (waited.isOver = true));
  while (!waited.isOver) {
    await turns(1);
    await clock.advance(SECOND);
  }
  return answer;
}

test("A2: the primary address opens the portal, with or without its domain, and only with the account password", async () => {
  await using world = await open();
  await world.services.accounts.addAlias(ADA, "alias@example.test");
  const made = await world.services.accounts.addAppPassword(ADA, "phone");
  assert.ok(made.kind === "added");
  for (const name of [ADA, "ADA@EXAMPLE.TEST", " ada "]) {
    const visitor = world.visitor();
    const reply = await visitor.send(await visitor.get("/account/log-in"), { name, password: PASSWORD });
    assert.deepEqual([reply.code, reply.location], [303, "/account/"], name);
  }
  const refused: readonly (readonly [name: string, password: string])[] = [
    ["alias", PASSWORD],
    ["ada", made.password],
    ["ada", "wrong one"],
    ["nobody", PASSWORD],
    ["", ""],
    ["a".repeat(4000), "x"],
  ];
  for (const [name, password] of refused) {
    const visitor = world.visitor();
    const page = await visitor.get("/sv/account/log-in");
    const reply = await visitor.send(page, { name, password });
    assert.equal(reply.code, 422, name);
    assert.equal(problemIn(reply), logInWords.sv.wrong, name);
    assert.doesNotMatch(reply.body, new RegExp(PASSWORD));
  }
});

test("an address with letters in its domain opens the portal as it is typed", async () => {
  await using world = await open();
  const { passwordHash } = (await world.home.directory.byAddress(ADA)) ?? assert.fail();
  await world.home.directory.add([sampleAccount("eva@xn--bcher-kva.test", { passwordHash })]);
  for (const name of ["eva@bücher.test", " EVA@BÜCHER.TEST "]) {
    const visitor = world.visitor();
    const reply = await visitor.send(await visitor.get("/account/log-in"), { name, password: PASSWORD });
    assert.deepEqual([reply.code, reply.location], [303, "/account/"], name);
  }
});

test("who is let in no more hears why, in the language of the page, and only with the right password", async () => {
  using stack = new DisposableStack();
  let mayLogIn = false;
  const barred = paidLogIns(async () => ({ mayLogIn, maySend: false, receives: "no", alert: undefined }));
  await using world = await openPortalWorld((services, { parts }) => {
    const authenticator = stack.use(createAuthenticator({ ...parts, barred }));
    return logInRoutes({ ...services, authenticator });
  });
  const sentences = async (password: string): Promise<readonly string[]> => {
    const heard: string[] = [];
    for (const page of ["/account/log-in", "/sv/account/log-in"]) {
      const visitor = world.visitor();
      const reply = await visitor.send(await visitor.get(page), { name: ADA, password });
      assert.equal(reply.code, 422);
      heard.push(problemIn(reply));
    }
    return heard;
  };
  const words = [logInWords.en, logInWords.sv];
  assert.deepEqual(
    await sentences(PASSWORD),
    words.map(({ unpaid }) => unpaid),
  );
  mayLogIn = true;
  await world.home.directory.setState(world.ada.id, "suspended");
  assert.deepEqual(
    await sentences(PASSWORD),
    words.map(({ suspended }) => suspended),
  );
  assert.deepEqual(
    await sentences("wrong one"),
    words.map(({ wrong }) => wrong),
  );
});

test("what was typed comes back, the password never", async () => {
  await using world = await open();
  const visitor = world.visitor();
  const page = await visitor.get("/account/log-in");
  const reply = await visitor.send(page, { name: `a"><b>`, password: "secret words", stay: "yes" });
  assert.match(reply.body, /value="a&quot;&gt;&lt;b&gt;"/);
  assert.match(reply.body, /name="stay" type="checkbox" value="yes" checked/);
  assert.doesNotMatch(reply.body, /secret words/);
  assert.match(reply.body, /<title>Problem: Log in/);
});

test("W3: a log-in is noted with the kind of browser; a session that stays has a cookie that stays", async () => {
  await using world = await open();
  const visitor = world.visitor();
  const reply = await visitor.send(await visitor.get("/account/log-in"), {
    name: ADA,
    password: PASSWORD,
    stay: "yes",
  });
  assert.match(reply.setCookie ?? "", /Max-Age=\d+$/);
  const [session] = await world.sessions.list(world.ada.id, world.clock.now());
  assert.equal(session?.isStaying, true);
  const [logIn] = await world.services.logIns.list(world.ada.id);
  assert.deepEqual([logIn?.protocol, logIn?.client], ["web", "Firefox on Linux"]);
  const again = await visitor.get("/account/log-in");
  assert.deepEqual([again.code, again.location], [303, "/account/"]);
});

test("with a second step the password opens nothing; code or recovery code does, and changes the cookie", async () => {
  await using world = await open();
  const code = await withSecondStep(world);
  const visitor = world.visitor();
  const page = await visitor.logIn({ stay: "yes" });
  const before = visitor.cookie;
  assert.match(page.body, /<h1>Second step<\/h1>/);
  assert.equal((await world.sessions.list(world.ada.id, world.clock.now())).length, 0);
  const wrong = await visitor.send(page, { code: "000000" });
  assert.equal(wrong.code, 422);
  assert.match(problemIn(wrong), /wrong, or was used/);
  const right = await visitor.send(page, { code });
  assert.deepEqual([right.code, right.location], [303, "/account/"]);
  assert.notEqual(visitor.cookie, before);
  const [session] = await world.sessions.list(world.ada.id, world.clock.now());
  assert.equal(session?.isStaying, true);
  const other = world.visitor();
  other.cookie = before;
  assert.equal((await other.get("/account/log-in/code")).location, "/account/log-in");
});

test("the second step waits ten minutes, and for nobody else; ten wrong codes an hour are taken", async () => {
  await using world = await open();
  const code = await withSecondStep(world);
  const visitor = world.visitor();
  const page = await visitor.logIn();
  const stranger = world.visitor();
  assert.equal((await stranger.get("/account/log-in/code")).location, "/account/log-in");
  for (let n = 0; n < 10; n++) assert.equal((await visitor.send(page, { code: "000000" })).code, 422);
  const held = await visitor.send(page, { code: "000000" });
  assert.equal(held.code, 429);
  assert.match(problemIn(held), /in an hour/);
  await world.clock.advance(11 * MINUTE);
  const late = await visitor.send(page, { code });
  assert.equal(late.location, "/account/log-in?done=over");
});

test("who guesses is put off with a sentence, and hears the same for a name that is nobody's", async () => {
  await using world = await open();
  const heard: Record<string, string> = {};
  for (const name of ["ada", "nobody"]) {
    const visitor = world.visitor();
    const page = await visitor.get("/account/log-in");
    let reply: Shown | undefined;
    for (let n = 0; n < 30 && reply?.code !== 429; n++) {
      const answer = visitor.send(page, { name, password: `guess number ${n}` });
      reply = await patiently(world, answer);
    }
    assert.equal(reply?.code, 429, name);
    heard[name] = problemIn(reply);
  }
  assert.equal(heard["ada"], heard["nobody"]);
  assert.match(heard["ada"] ?? "", /Nothing is locked/);
});
