/** Links that are mailed, through the whole server: each purpose takes its own, once, within an hour, and nothing like it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import { HOUR } from "../../../host/clock.ts";
import { FORM_TOKEN } from "../portal/fields.ts";
import { holderRoutes } from "./holder-routes.ts";
import {
  ADA,
  ELSEWHERE,
  openPortalWorld,
  PASSWORD,
  type PortalWorld,
  type Typed,
  type Visitor,
} from "./portal-world.fixture.ts";

const NEW = "many words in a row";
const OTHER = "ada@other.example";

type Purpose = {
  readonly name: string;
  /** Has one mailed. */
  readonly ask: (world: PortalWorld) => Promise<unknown>;
  /** What its form is filled in with. */
  readonly typed: Typed;
  /** What it does, as something that can be looked at. */
  readonly outcome: (world: PortalWorld) => Promise<boolean>;
};

const PURPOSES: readonly Purpose[] = [
  {
    name: "to close the account",
    ask: ({ services, ada }) => services.closing.ask(ada.id, PASSWORD),
    typed: {},
    outcome: async ({ home, ada }) => (await home.directory.byId(ada.id))?.state === "closing",
  },
  {
    name: "to confirm a recovery address",
    ask: ({ services, ada }) => services.recovery.set(ada.id, { address: OTHER, password: PASSWORD }),
    typed: {},
    outcome: async ({ home, ada }) => (await home.credentials.recoveryAddress(ada.id))?.address === OTHER,
  },
  {
    name: "to set a new password",
    async ask({ services, letters }) {
      const { length } = letters;
      services.reset.ask(ADA);
      while (letters.length === length) await turns(1);
    },
    typed: { password: NEW, again: NEW },
    outcome: async ({ home, hasher, ada }) =>
      (await hasher.verify(NEW, (await home.directory.byId(ada.id))?.passwordHash ?? "")) === "right",
  },
];

async function open(): Promise<PortalWorld> {
  const world = await openPortalWorld(holderRoutes);
  await world.home.credentials.setRecoveryAddress(world.ada.id, { address: ELSEWHERE, verified: true });
  return world;
}

/** Another link of the purpose, by its path. */
async function linkOf(world: PortalWorld, { ask }: Purpose): Promise<string> {
  // Of links that were mailed in one moment none is the last.
  await world.clock.advance(1);
  await ask(world);
  return world.link();
}

/** Presses the button of a page that was not asked for, with the token of this visitor's forms. */
async function press(visitor: Visitor, path: string, typed: Typed): Promise<number> {
  const { body } = await visitor.get("/account/log-in");
  const token = /name="form" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail(body);
  return (await visitor.post(path, { ...typed, [FORM_TOKEN]: token })).code;
}

for (const purpose of PURPOSES) {
  const { name, typed, outcome } = purpose;

  test(`a link ${name}: nothing that looks like it works, and none of another purpose`, async () => {
    await using world = await open();
    const visitor = world.visitor();
    const link = await linkOf(world, purpose);
    const [folder, token] = [link.slice(0, link.lastIndexOf("/") + 1), link.slice(link.lastIndexOf("/") + 1)];
    const swapped = token.startsWith("A") ? `B${token.slice(1)}` : `A${token.slice(1)}`;
    const cased = token === token.toLowerCase() ? token.toUpperCase() : token.toLowerCase();
    const near = [
      swapped,
      cased,
      token.slice(1),
      `${token}A`,
      `${token}%00`,
      `%20${token}`,
      `${token}%0d%0a`,
      `${token}=`,
    ];
    const strange = ["A".repeat(43), "none", "%2e%2e%2f%00", "%E0%A4%A", "x".repeat(4000), "'%20OR%201=1"];
    for (const wrong of [...near, ...strange]) {
      const [shown, pressed] = [await visitor.get(folder + wrong), await press(visitor, folder + wrong, typed)];
      assert.deepEqual([shown.code, pressed], [410, 410], wrong);
    }
    for (const other of PURPOSES.filter((one) => one !== purpose)) {
      const path = await linkOf(world, other);
      const stolen = folder + path.slice(path.lastIndexOf("/") + 1);
      assert.deepEqual([(await visitor.get(stolen)).code, await press(visitor, stolen, typed)], [410, 410], other.name);
    }
    assert.equal(await outcome(world), false);
    assert.equal((await visitor.get(link)).code, 200, "the right one is good still");
    assert.deepEqual(
      world.logged.filter(([event]) => event === "connection.failed"),
      [],
    );
  });

  test(`a link ${name}: to open it uses nothing; it works once, and with it end those beside it`, async () => {
    await using world = await open();
    const [visitor, scanner] = [world.visitor(), world.visitor()];
    const [first, second] = [await linkOf(world, purpose), await linkOf(world, purpose)];
    for (let n = 0; n < 5; n++) assert.equal((await scanner.get(n % 2 === 0 ? first : `/sv${first}`)).code, 200);
    assert.equal((await visitor.post(first, typed)).code, 403, "without the form's token");
    assert.equal(await outcome(world), false);
    const [page, kept] = [await visitor.get(first), await scanner.get(second)];
    assert.equal((await visitor.send(page, typed)).code, 303);
    assert.equal(await outcome(world), true);
    for (const path of [first, second, `/sv${first}`]) {
      assert.equal((await scanner.get(path)).code, 410, path);
      assert.equal(await press(scanner, path, typed), 410, path);
    }
    assert.equal((await scanner.send(kept, typed)).code, 410, "a page that was opened before");
  });

  test(`a link ${name}: of two who press at once, nothing is done twice`, async () => {
    await using world = await open();
    const [one, two] = [world.visitor(), world.visitor()];
    const link = await linkOf(world, purpose);
    const pages = [await one.get(link), await two.get(link)] as const;
    const { length } = world.letters;
    const codes = await Promise.all([one.send(pages[0], typed), two.send(pages[1], typed)]);
    assert.ok(
      codes.some(({ code }) => code === 303) && codes.every(({ code }) => code === 303 || code === 410),
      codes.map(({ code }) => code).join(" "),
    );
    assert.equal(await outcome(world), true);
    const sent = world.letters.slice(length).map(({ to, notice, occasion }) => `${to} ${notice.kind} ${occasion}`);
    assert.ok(new Set(sent).size <= 1, sent.join("\n"));
  });

  test(`a link ${name} is over after an hour, also on a page that was opened before`, async () => {
    await using world = await open();
    const visitor = world.visitor();
    const link = await linkOf(world, purpose);
    const page = await visitor.get(link);
    await world.clock.advance(HOUR - 1);
    assert.equal((await visitor.get(link)).code, 200);
    await world.clock.advance(1);
    assert.deepEqual([(await visitor.get(link)).code, (await visitor.send(page, typed)).code], [410, 410]);
    assert.equal(await outcome(world), false);
  });

  test(`a link ${name} does nothing to an account that was deleted meanwhile`, async () => {
    await using world = await open();
    const visitor = world.visitor();
    const link = await linkOf(world, purpose);
    const page = await visitor.get(link);
    await world.home.directory.remove(world.ada.id);
    assert.deepEqual([(await visitor.get(link)).code, (await visitor.send(page, typed)).code], [410, 410]);
    assert.equal(await world.home.directory.byId(world.ada.id), undefined);
  });
}
