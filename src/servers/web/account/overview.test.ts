import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../../host/clock.ts";
import { holderRoutes } from "./holder-routes.ts";
import { ELSEWHERE, openPortalWorld, PASSWORD } from "./portal-world.fixture.ts";
import { quotaBar } from "./quota-bar.ts";

test("the first page shows plan, room and log-ins, and leads to every page; nothing is said of money where none is asked", async () => {
  await using world = await openPortalWorld(holderRoutes);
  await world.home.credentials.setPlan(world.ada.id, { name: "Letter", aliases: 5 });
  const visitor = world.visitor("Lynx/2.9");
  const page = await visitor.logIn();
  for (const text of ["ada@example.test", "Letter", "0 of 5", "0 MiB of 2 GiB", "Lynx", "127.0.0.1", "these pages"])
    assert.ok(page.body.replaceAll("\u00a0", " ").includes(text), text);
  assert.doesNotMatch(page.body, /Plan and payment|Paid until/);
  const [, menu = ""] = /<nav class="index"(.*?)<\/nav>/s.exec(page.body) ?? [];
  const links = Array.from(menu.matchAll(/href="([^"]+)"/g), ([, path = ""]) => path);
  assert.equal(links.length, 10);
  for (const path of links) {
    for (const one of [path, `/sv${path}`]) {
      const shown = await visitor.get(one);
      assert.equal(shown.code, 200, one);
      assert.equal(shown.body.match(/<h1>/g)?.length, 1);
    }
  }
});

test("M1: where accounts are bought, the page says until when it is paid, or was", async () => {
  let standing: "paid" | "ending" | "ended" = "paid";
  const contract = async () => ({
    kind: "contract" as const,
    plan: "Parcel",
    standing,
    until: Date.parse("2027-11-21"),
    stage: "open" as const,
    ahead: [],
    withdrawableUntil: undefined,
    withdrawnAt: undefined,
  });
  await using world = await openPortalWorld((services) =>
    holderRoutes({ ...services, contract, beside: { signUp: true, plan: true, clients: true } }),
  );
  const visitor = world.visitor();
  assert.match((await visitor.get("/account/log-in")).body, /href="\/account\/sign-up"/);
  assert.match((await visitor.logIn()).body, /href="\/account\/clients"/);
  assert.match(
    (await visitor.get("/account/")).body,
    /Parcel.*Paid until<\/dt><dd>21 November 2027.*href="\/account\/plan"/s,
  );
  standing = "ending";
  assert.match((await visitor.get("/account/")).body, /Ends on/);
  standing = "ended";
  assert.match((await visitor.get("/sv/account/")).body, /Var betalt till och med<\/dt><dd>21 november 2027/);
  assert.match((await visitor.get("/account/held")).body, /Stripe/);
  assert.match((await visitor.get("/account/close")).body, /paid time is lost/);
});

test("A4: who has no confirmed recovery address is warned; who may not send is told", async () => {
  await using world = await openPortalWorld(holderRoutes);
  const visitor = world.visitor();
  assert.match((await visitor.logIn()).body, /no confirmed recovery address/);
  await world.services.recovery.set(world.ada.id, { address: ELSEWHERE, password: PASSWORD });
  assert.match((await visitor.get("/account/")).body, /no confirmed recovery address/);
  await world.home.credentials.setRecoveryAddress(world.ada.id, { address: ELSEWHERE, verified: true });
  assert.doesNotMatch((await visitor.get("/account/")).body, /class="notice/);
  await world.home.directory.setState(world.ada.id, "paused");
  assert.match((await visitor.get("/account/")).body, /Sending is paused/);
});

test("D2: log-ins are listed for ten days", async () => {
  await using world = await openPortalWorld(holderRoutes);
  world.services.logIns.note({ account: world.ada.id, protocol: "imap", named: "mutt", address: "192.0.2.9" });
  assert.match((await world.visitor().logIn()).body, /192\.0\.2\.9/);
  await world.clock.advance(10 * DAY);
  const page = await world.visitor().logIn();
  assert.doesNotMatch(page.body, /192\.0\.2\.9/);
});

test("log-out ends the session and drops the cookie; a page of the account leads to log-in after it", async () => {
  await using world = await openPortalWorld(holderRoutes);
  const visitor = world.visitor();
  const page = await visitor.logIn();
  const out = await visitor.send(page, {}, "log-out");
  assert.match(out.setCookie ?? "", /Max-Age=0/);
  assert.equal(out.location, "/account/log-in?done=out");
  assert.match((await visitor.get(out.location)).body, /You are logged out/);
  assert.equal((await visitor.get("/account/")).location, "/account/log-in");
  assert.equal((await visitor.get("/account/log-in?done=toString")).code, 200);
});

test("the bar is as full as the account, and never more than full", () => {
  const width = (octets: number, quota: number): number =>
    Number(/width="(\d+)" height="10"/.exec(quotaBar(octets, quota).toString())?.[1]);
  assert.deepEqual(
    [width(0, 100), width(1, 10_000), width(50, 100), width(100, 100), width(300, 100)],
    [0, 2, 99, 198, 198],
  );
  assert.equal(width(5, 0), 198);
});
