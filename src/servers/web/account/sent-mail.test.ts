import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../../host/clock.ts";
import { deliveryId } from "../../../store/ids.ts";
import { found } from "../../../service/queue/findings.ts";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, type PortalWorld, type Shown } from "./portal-world.fixture.ts";
import { sentMailRoutes } from "./sent-mail.ts";
import { sampleSent } from "./sent-sample.fixture.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...sentMailRoutes(services)]);
const headingsIn = ({ body }: Shown): readonly string[] =>
  Array.from(body.matchAll(/<h2>([^<]+)/g), ([, text = ""]) => text);

test("every end is told, with the other side's words as text; nothing of what others sent", async () => {
  await using world = await open();
  world.sent.push(...sampleSent(world.ada.id, world.clock.now()));
  const { id: bob } = (await world.home.directory.byAddress("bob@example.test")) ?? assert.fail();
  world.sent.push(
    ...sampleSent(bob, world.clock.now()).map((one) => ({ ...one, recipient: "only-bob@wrote.example" })),
  );
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/sent");
  assert.equal(headingsIn(page).length, 5);
  assert.match(page.body, /No such &quot;&lt;user&gt;&quot; here &amp; now/);
  assert.match(page.body, /550 5\.1\.1/);
  assert.match(page.body, /no encryption/);
  assert.match(page.body, /called it spam/);
  assert.doesNotMatch(page.body, /only-bob/);
  assert.match((await visitor.get("/sv/account/sent")).body, /gavs upp när tiden var ute/);
});

test("our own findings, and how a certificate was found right, stand in the language of the page", async () => {
  await using world = await open();
  const [sample] = sampleSent(world.ada.id, world.clock.now());
  const { reply, ...rest } = sample ?? assert.fail();
  const tls = "TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified by an authority";
  world.sent.push(
    { ...rest, reply: { ...reply, tls, code: undefined, enhanced: "5.3.4", ...found("too-large", 1000) } },
    { ...rest, reply: { ...reply, code: undefined, enhanced: "4.4.1", words: "Kept by an older version" } },
  );
  const visitor = world.visitor();
  await visitor.logIn();
  const [english, swedish] = [await visitor.get("/account/sent"), await visitor.get("/sv/account/sent")];
  assert.match(english.body, /5\.3\.4 The message is larger than the 1000 octets/);
  assert.match(english.body, /SHA384, certificate verified by an authority/);
  assert.match(swedish.body, /5\.3\.4 Brevet är större än de 1000 byte som servern tar emot/);
  assert.match(swedish.body, /SHA384, certifikatet bekräftat av en utfärdare/);
  assert.match(swedish.body, /4\.4\.1 Kept by an older version/);
});

test("D2: fifty a page, older ones behind a link, and nothing after ten days", async () => {
  await using world = await open();
  const now = world.clock.now();
  const [sample] = sampleSent(world.ada.id, now);
  for (let n = 0; n < 70; n++)
    world.sent.push({
      ...(sample ?? assert.fail()),
      message: deliveryId(String(n).padStart(32, "0")),
      at: now - n,
      recipient: `r${n}@x.example`,
    });
  const visitor = world.visitor();
  await visitor.logIn({ stay: "yes" });
  const first = await visitor.get("/account/sent");
  const [, older = ""] = /href="(\/account\/sent\?[^"]+)"/.exec(first.body) ?? [];
  const second = await visitor.get(older.replaceAll("&amp;", "&"));
  assert.equal(new Set([...headingsIn(first), ...headingsIn(second)]).size, 70);
  assert.doesNotMatch(second.body, /Older ones/);
  for (const wrong of ["?at=x&passed=1", "?at=1", "?at=-1&passed=99999999999"])
    assert.equal(headingsIn(await visitor.get(`/account/sent${wrong}`)).length, 50, wrong);
  await world.clock.advance(9 * DAY);
  await visitor.get("/account/sent");
  await world.clock.advance(2 * DAY);
  assert.match((await visitor.get("/account/sent")).body, /Nothing that you sent/);
});
