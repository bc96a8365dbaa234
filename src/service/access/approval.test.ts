import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DAY, HOUR } from "../../host/clock.ts";
import { approve, readRequest, readSecondKey, requestText } from "./approval.ts";
import { GateWorld, opening } from "./gate-world.fixture.ts";

function keyFiles(context: TestContext): { readonly secret: string; readonly open: string; readonly foreign: string } {
  const folder = mkdtempSync(join(tmpdir(), "altmail-approval-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, pem: string | Buffer): string => {
    writeFileSync(join(folder, name), pem);
    return join(folder, name);
  };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const foreign = generateKeyPairSync("ed25519").privateKey;
  const pem = { type: "pkcs8", format: "pem" } as const;
  return {
    secret: write("second.key", privateKey.export(pem)),
    open: write("second.pem", publicKey.export({ type: "spki", format: "pem" })),
    foreign: write("foreign.key", foreign.export(pem)),
  };
}

test("A7: where a second operator is named, nothing is opened without his signature on every field", async (context) => {
  const keys = keyFiles(context);
  await using world = await GateWorld.open({ secondKey: readSecondKey(keys.open) });
  const bar = { until: world.clock.now() + DAY, basis: "section 101a" };
  const asked = opening({ bar });
  const request = requestText(asked, world.clock.now());
  const approval = approve(request, keys.secret);
  const refusal = async (given: typeof asked, by?: string): Promise<string> => {
    const result = await world.access.open(given, by);
    return result.kind === "refused" ? result.sentence : "opened";
  };
  assert.match(await refusal(asked), /second operator must approve/);
  assert.match(await refusal(asked, request), /not signed/);
  assert.match(await refusal(asked, approve(request, keys.foreign)), /not signed/);
  const altered = requestText({ ...asked, scope: "mail" }, world.clock.now());
  assert.match(await refusal(asked, `${altered}.${approval.split(".")[1]}`), /not signed/);
  const others = [
    { address: "bob@example.org" },
    { address: undefined },
    { scope: "mail" },
    { reason: "something else happened here" },
    { case: "T-1" },
    { forMs: 2 * HOUR },
    { operator: "mallory" },
    { bar: undefined },
    { bar: { ...bar, until: bar.until + 1 } },
  ] as const;
  for (const other of others) assert.match(await refusal({ ...asked, ...other }, approval), /for another access/);
  assert.deepEqual(world.lines(), []);
  assert.equal(await refusal(asked, approval), "opened");
  assert.deepEqual(world.lines()[0]?.says["approved"], "yes");
  assert.match(await refusal(asked, approval), /used before/);
  const late = approve(requestText(asked, world.clock.now() - DAY), keys.secret);
  assert.match(await refusal(asked, late), /too old/);
});

test("an approval is refused where no second operator is named", async (context) => {
  const { secret } = keyFiles(context);
  await using world = await GateWorld.open();
  const result = await world.access.open(opening(), approve(requestText(opening(), world.clock.now()), secret));
  assert.match(result.kind === "refused" ? result.sentence : "opened", /name no second operator/);
});

test("a request comes back as it was made; what is none is told apart", (context) => {
  const { secret } = keyFiles(context);
  const bar = { until: 1_800_000_000_000, basis: "order" };
  for (const asked of [opening(), opening({ address: undefined, scope: "logs", bar })]) {
    const text = requestText(asked, 1000);
    assert.match(text, /^[\w-]+$/, "one word for a shell");
    assert.deepEqual(readRequest(text)?.opening, asked);
    assert.deepEqual(readRequest(approve(text, secret))?.opening, asked);
  }
  const list = (...values: readonly unknown[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");
  const odd = [
    "",
    "nonsense",
    list(),
    list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    list(null, "a", "b", "c", 1, 5, null, "o", "n", 1),
  ];
  for (const text of odd) {
    assert.equal(readRequest(text), undefined);
    assert.throws(() => approve(text, secret), /no request/);
  }
});

test("keys of another kind are refused with a sentence: also a private half on the server", (context) => {
  const { secret, open } = keyFiles(context);
  assert.throws(() => readSecondKey(secret), { name: "HostError", message: /holds no public key/ });
  assert.throws(() => readSecondKey(`${open}.none`), { name: "HostError", message: /cannot be read/ });
  const request = requestText(opening(), 1000);
  assert.throws(() => approve(request, open), { name: "HostError", message: /cannot be read as a private key/ });
});
