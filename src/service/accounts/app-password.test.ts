import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import type { AppPassword } from "../../store/directory.ts";
import { accountId } from "../../store/ids.ts";
import { appPasswordForm, matchAppPassword, newAppPassword, scramVerifier } from "./app-password.ts";

test("RFC 7677 section 3: the verifier proves and is proved by the example's messages", async () => {
  const { storedKey, serverKey } = await scramVerifier(
    "pencil",
    Uint8Array.fromBase64("W22ZaJ0SNY7soEsUEjb6gQ=="),
    4096,
  );
  const authMessage = [
    "n=user,r=rOprNGfwEbeRWgbNEkqO",
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  ].join(",");
  const sign = (key: Uint8Array): Uint8Array => createHmac("sha256", key).update(authMessage).digest();
  assert.equal(sign(serverKey).toBase64(), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  const proof = Uint8Array.fromBase64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const clientKey = sign(storedKey).map((octet, at) => octet ^ (proof[at] ?? 0));
  assert.deepEqual(createHash("sha256").update(clientKey).digest(), Buffer.from(storedKey));
});

test("D7: an app password has 128 random bits in groups that can be typed", () => {
  const made = new Set(Array.from({ length: 200 }, newAppPassword));
  assert.equal(made.size, 200);
  for (const password of made) {
    assert.match(password, /^(?:[a-z2-7]{5}-){4}[a-z2-7]{6}$/);
    assert.equal(appPasswordForm(password), password);
    assert.equal(appPasswordForm(` ${password.replaceAll("-", " ").toUpperCase()}`), password);
  }
  const digits = [...made].map((password) => password.replaceAll("-", "").slice(0, 25)).join("");
  assert.equal(new Set(digits).size, 32, "every digit occurs");
});

test("what cannot be an app password is not taken for one", () => {
  for (const text of [
    "",
    "password",
    "a".repeat(25),
    "a".repeat(27),
    "1".repeat(26),
    "a".repeat(26).replace("a", "\u00e4"),
  ]) {
    assert.equal(appPasswordForm(text), undefined);
  }
});

test("the right one of several is found, and one of another account is not", async () => {
  const account = accountId("ab".repeat(16));
  const passwords = [newAppPassword(), newAppPassword(), newAppPassword()];
  const shared = new Uint8Array(16).fill(7);
  const known: AppPassword[] = [];
  for (const [n, password] of passwords.entries()) {
    const scram = await (n === 2 ? scramVerifier(password) : scramVerifier(password, shared));
    known.push({ id: `${n}`, account, label: "client", createdAt: n, scram });
  }
  for (const [n, password] of passwords.entries()) assert.equal((await matchAppPassword(password, known))?.id, `${n}`);
  assert.equal(await matchAppPassword(newAppPassword(), known), undefined);
  assert.equal(await matchAppPassword(passwords[0] ?? "", []), undefined);
});
