import assert from "node:assert/strict";
import { test } from "node:test";
import { createPasswordHasher } from "./password.ts";

const cheap = { memoryKiB: 8, passes: 1, lanes: 1 };

test("D7: the password rests only as an argon2id hash, each with its own salt", async () => {
  const hasher = createPasswordHasher();
  const [one, two] = [await hasher.hash("correct horse"), await hasher.hash("correct horse")];
  assert.match(one ?? "", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, two);
  assert.equal(await hasher.verify("correct horse", one ?? ""), "right");
  assert.equal(await hasher.verify("correct horsf", one ?? ""), "wrong");
});

test("a hash made elsewhere with other costs is understood", async () => {
  const known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  const hasher = createPasswordHasher({ cost: cheap });
  assert.equal(await hasher.verify("password", known), "right");
  assert.equal(await hasher.verify("passwort", known), "wrong");
});

test("what is no hash is a fault of ours, not a wrong password", async () => {
  const hasher = createPasswordHasher({ cost: cheap });
  for (const text of [
    "",
    "x",
    "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$dGFndGFndGFndGFndGFn",
    "$argon2id$v=19$m=8,t=1,p=1$$",
  ]) {
    await assert.rejects(hasher.verify("x", text), RangeError);
  }
});

test("nothing matches the hash for names that do not exist, and it has the same cost", async () => {
  const hasher = createPasswordHasher({ cost: cheap });
  assert.equal(await hasher.verify("", hasher.unmatched), "wrong");
  const made = (await hasher.hash("12345678")) ?? "";
  assert.equal(hasher.unmatched.split("$")[3], made.split("$")[3]);
});

test("beyond what may run and wait it says unavailable at once", async () => {
  const hasher = createPasswordHasher({ cost: cheap, atOnce: 1, waiting: 1 });
  const all = await Promise.all([1, 2, 3].map(() => hasher.verify("x", hasher.unmatched)));
  assert.deepEqual(all, ["wrong", "wrong", "unavailable"]);
  assert.equal((await Promise.all([1, 2, 3].map(() => hasher.hash("x"))))[2], undefined);
});
